#include "server/jobs/count_active_grants.hpp"

#include "server/spawn.hpp"
#include "storage/developers.hpp"
#include "storage/live_grants.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace jobs {

namespace {

namespace asio = boost::asio;
using std::chrono::steady_clock;

} // namespace

CountActiveGrants::CountActiveGrants(Host host) : host_(std::move(host)), pause_(host_.loop) {}

void CountActiveGrants::start()
{
    server::spawn(host_.loop.get_executor(), run());
}

void CountActiveGrants::stop()
{
    stopping_ = true;
    pause_.cancel();
}

asio::awaitable<void> CountActiveGrants::run()
{
    while (!stopping_) {
        try {
            slice_ends_ = steady_clock::now() + slice;
            auto const grants = co_await count_all();
            if (!stopping_)
                host_.app.metrics.set_active_grants(grants);
        } catch (SQLite::Exception const& failure) { // the next pass may go better
            log_failure(host_, failure);
        }
        co_await pause(between_passes);
    }
}

asio::awaitable<std::int64_t> CountActiveGrants::count_all()
{
    std::int64_t grants = 0;
    std::string last_id;
    for (;;) {
        auto const ids =
            storage::list_developer_ids(host_.app.reader, last_id, developers_per_step);
        for (auto const& id : ids) {
            grants += co_await count_of(id);
            if (stopping_)
                co_return 0;
        }
        if (ids.size() < static_cast<std::size_t>(developers_per_step))
            co_return grants;
        last_id = ids.back();
    }
}

asio::awaitable<std::int64_t> CountActiveGrants::count_of(std::string const& developer_id)
{
    auto& db = host_.app.reader;
    std::int64_t grants = 0;
    auto place = storage::first_live_place(host_.app.clock.now());
    auto next = storage::find_live_place(db, developer_id, place, grants_per_step);
    while (next && !stopping_) {
        grants += grants_per_step;
        place = *next;
        co_await breathe();
        next = storage::find_live_place(db, developer_id, place, grants_per_step);
    }
    grants += storage::count_live_after(db, developer_id, place, grants_per_step);
    co_await breathe();
    co_return grants;
}

// Lets the requests run when the slice is over.
asio::awaitable<void> CountActiveGrants::breathe()
{
    if (steady_clock::now() < slice_ends_)
        co_return;
    co_await pause(between_slices);
    slice_ends_ = steady_clock::now() + slice;
}

asio::awaitable<void> CountActiveGrants::pause(std::chrono::milliseconds time)
{
    if (stopping_)
        co_return; // a timer that is started now would not be cancelled any more
    boost::system::error_code cancelled;
    pause_.expires_after(time);
    co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
}

} // namespace jobs
