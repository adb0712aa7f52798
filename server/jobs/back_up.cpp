#include "server/jobs/back_up.hpp"

#include "server/backup/make_backup.hpp"

#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <memory>
#include <thread>
#include <variant>

namespace jobs {

namespace {

namespace asio = boost::asio;

// What the coroutine waits for: a timer that never expires is cancelled when the thread is done.
struct Running
{
    asio::steady_timer ended;
    bool has_ended = false;
    std::variant<std::exception_ptr, backup::Report> outcome;
};

} // namespace

asio::awaitable<backup::Report> back_up(Host& host)
{
    auto plan = backup::plan_of(host.app.config, host.app.clock.now());
    plan.pace = storage::beside_a_server;
    auto const work = std::make_shared<Running>(Running{
        asio::steady_timer{host.loop, asio::steady_timer::time_point::max()}, false, {}});
    std::function<void(std::stop_token)> const run = [&loop = host.loop, work,
                                                      plan](std::stop_token const& stop) {
        try {
            work->outcome = backup::make_backup(plan, stop);
        } catch (...) {
            work->outcome = std::current_exception();
        }
        // Only the end of the coroutine, with that of the loop, asks to stop: nobody waits then.
        if (stop.stop_requested())
            return;
        asio::post(loop, [work] {
            work->has_ended = true;
            work->ended.cancel();
        });
    };
    std::jthread thread{run};
    boost::system::error_code cancelled;
    while (!work->has_ended)
        co_await work->ended.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    thread.join();
    if (auto const* const failure = std::get_if<std::exception_ptr>(&work->outcome)) {
        try {
            std::rethrow_exception(*failure);
        } catch (std::exception const& error) {
            host.log.event("backup.failed", {{"cause", error.what()}});
            throw;
        }
    }
    auto const& report = std::get<backup::Report>(work->outcome);
    auto const file = report.file.string();
    auto const bytes = std::to_string(report.bytes);
    auto const took = std::to_string(report.took.count());
    host.log.event("backup.made", {{"file", file}, {"bytes", bytes}, {"milliseconds", took}});
    co_return report;
}

} // namespace jobs
