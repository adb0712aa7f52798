#include "server/jobs/write_usage.hpp"

#include "server/spawn.hpp"
#include "storage/usage.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <span>

namespace jobs {

namespace {

namespace asio = boost::asio;

} // namespace

WriteUsage::WriteUsage(Host host) : host_(std::move(host)), pause_(host_.loop) {}

void WriteUsage::start()
{
    server::spawn(host_.loop.get_executor(), run());
}

void WriteUsage::finish(std::function<void()> finished)
{
    finished_ = std::move(finished);
    pause_.cancel();
}

asio::awaitable<void> WriteUsage::run()
{
    while (!finished_) {
        boost::system::error_code cancelled;
        pause_.expires_after(interval);
        co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        co_await write_all();
    }
    // Again: what was counted while the last write waited for the disk.
    auto const complete = co_await write_all();
    if (!complete)
        host_.log.event("error", {{"code", "JOB"}, {"cause", "counted verifications are lost"}});
    finished_();
}

// False: the database did not take all of it. The rest stays in memory for the next time.
asio::awaitable<bool> WriteUsage::write_all()
{
    auto& counts = host_.app.verification_counts;
    auto const all = counts.begin_write();
    auto complete = true;
    for (std::size_t first = 0; first < all.size(); first += rows_per_write_max) {
        auto const slice =
            std::span{all}.subspan(first, std::min(rows_per_write_max, all.size() - first));
        Work const add = [this, slice](storage::Database& db) {
            for (auto const& count : slice)
                store_count(db, count);
        };
        if (complete)
            complete = co_await write(host_, add);
        for (auto const& count : slice)
            counts.settle(count, complete);
    }
    co_return complete;
}

void WriteUsage::store_count(storage::Database& db, server::VerificationCounts::Count const& count)
{
    storage::UsageDay added;
    added.day = count.day;
    added.verifications = count.added;
    if (auto const stored = storage::update_usage(db, count.developer_id, added))
        host_.app.verification_counts.note_stored(count, *stored);
    else // those of others are written all the same
        host_.log.event(
            "error", {{"code", "JOB"},
                      {"cause", "counted verifications of " + count.developer_id +
                                    " are lost: the row of the day is damaged"}}
        );
}

} // namespace jobs
