#include "server/jobs/expire_rows.hpp"

#include "server/spawn.hpp"
#include "storage/deliveries.hpp"
#include "storage/events.hpp"
#include "storage/notifications.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace jobs {

namespace asio = boost::asio;

ExpireRows::ExpireRows(Host host) : host_(std::move(host)), pause_(host_.loop) {}

void ExpireRows::start()
{
    server::spawn(host_.loop.get_executor(), run());
}

void ExpireRows::stop()
{
    stopping_ = true;
    pause_.cancel();
}

asio::awaitable<void> ExpireRows::run()
{
    while (!stopping_) {
        co_await expire();
        if (stopping_)
            co_return;
        boost::system::error_code cancelled;
        pause_.expires_after(interval);
        co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

// Ids are time-ordered, so what is old stands below the id of a time.
asio::awaitable<void> ExpireRows::expire()
{
    int expired = 0;
    do {
        // The last millisecond that is not kept any more.
        auto const before = host_.app.clock.now() - host_.app.config.webhook_retention -
                            std::chrono::milliseconds{1};
        expired = 0;
        Work const slice = [&expired, before](storage::Database& db) {
            expired =
                storage::expire_deliveries(db, crypto::last_id_at("whd", before), rows_per_slice);
            expired += storage::expire_notifications(
                db, crypto::last_id_at("ntf", before), rows_per_slice
            );
            // An event goes after its last delivery.
            expired +=
                storage::expire_events(db, crypto::last_id_at("evt", before), rows_per_slice);
        };
        if (!co_await write(host_, slice))
            co_return; // the next look may go better
    } while (expired > 0 && !stopping_);
}

} // namespace jobs
