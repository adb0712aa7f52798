#include "server/jobs/rotate_signing_keys.hpp"

#include "server/jobs/signing_keys.hpp"
#include "server/signing_keys.hpp"
#include "server/spawn.hpp"

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>

namespace jobs {

namespace asio = boost::asio;

RotateSigningKeys::RotateSigningKeys(Host host) : host_(std::move(host)), pause_(host_.loop) {}

void RotateSigningKeys::start()
{
    server::spawn(host_.loop.get_executor(), run());
}

void RotateSigningKeys::stop()
{
    stopping_ = true;
    pause_.cancel();
}

asio::awaitable<void> RotateSigningKeys::run()
{
    while (!stopping_) {
        try {
            co_await look();
        } catch (std::exception const& failure) { // the next look may go better
            log_failure(host_, failure);
        }
        if (stopping_)
            co_return;
        boost::system::error_code cancelled;
        pause_.expires_after(between_looks);
        co_await pause_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

asio::awaitable<void> RotateSigningKeys::look()
{
    co_await settle();
    follow_signing_keys(host_);
    tell_who_signs();
    co_await make_successor_when_due();
}

asio::awaitable<void> RotateSigningKeys::settle()
{
    auto const& app = host_.app;
    auto const rows = storage::list_signing_keys(host_.app.reader);
    if (server::are_settled(rows, app.config, app.clock.now()))
        co_return;
    std::vector<std::string> gone;
    Work const work = [&](storage::Database& db) {
        gone = server::settle_signing_keys(db, app.config, app.clock.now());
    };
    auto const is_stored = co_await write(host_, work);
    if (is_stored)
        for (auto const& kid : gone)
            host_.log.event("signing_key.gone", {{"kid", kid}});
}

void RotateSigningKeys::tell_who_signs()
{
    auto const& kid = host_.app.keys.signing(host_.app.clock.now())->kid();
    if (!active_.empty() && active_ != kid)
        host_.log.event("signing_key.signs", {{"kid", kid}, {"before", active_}});
    active_ = kid;
}

asio::awaitable<void> RotateSigningKeys::make_successor_when_due()
{
    auto const& config = host_.app.config;
    auto const now = host_.app.clock.now();
    auto const rows = storage::list_signing_keys(host_.app.reader);
    auto const lives = server::judge_keys(rows, now);
    auto const active = std::ranges::find(lives, rules::KeyState::active, &rules::KeyLife::state);
    auto const waits =
        std::ranges::find(lives, rules::KeyState::next, &rules::KeyLife::state) != lives.end();
    if (stopping_ || waits || active == lives.end())
        co_return;
    std::chrono::days const period{config.signing_key_rotation_days};
    auto const& row = rows[static_cast<std::size_t>(active - lives.begin())];
    if (rules::needs_successor(row.signs_from, period, config.signing_key_lead, now))
        co_await rotate_signing_key(host_, Takeover::with_overlap);
}

} // namespace jobs
