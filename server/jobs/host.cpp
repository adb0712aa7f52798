#include "server/jobs/host.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <memory>

namespace jobs {

namespace {

namespace asio = boost::asio;

// What a job waits for: a timer that never expires is cancelled when the commit has ended.
struct Commit
{
    asio::steady_timer ended;
    bool has_ended = false;
    bool worked = false;
    bool stored = false;
};

// One job's failure must not undo its neighbours in the batch, nor leave half a change.
bool run_in_savepoint(Host& host, Work const& work)
{
    auto& db = host.app.writer;
    try {
        // Some failures make SQLite drop the whole batch at once; see Dispatch::run_in_savepoint.
        if (!db.in_transaction())
            return false;
        db.run("SAVEPOINT job");
        try {
            work(db);
        } catch (std::exception const& failure) { // also a row that is not what was written to it
            log_failure(host, failure);
            db.run("ROLLBACK TO job");
            db.run("RELEASE job");
            return false;
        }
        db.run("RELEASE job");
        return true;
    } catch (SQLite::Exception const& failure) {
        log_failure(host, failure);
        return false;
    }
}

} // namespace

void log_failure(Host const& host, std::exception const& failure)
{
    if (auto const cause = host.outages->text(failure.what(), std::chrono::steady_clock::now()))
        host.log.event("error", {{"code", "JOB"}, {"cause", *cause}});
}

asio::awaitable<bool> write(Host& host, Work const& work)
{
    auto const commit = std::make_shared<Commit>(Commit{
        asio::steady_timer{host.loop, asio::steady_timer::time_point::max()}});
    std::function<void()> const run = [&host, commit, work] {
        commit->worked = run_in_savepoint(host, work);
    };
    std::function<void(storage::CommitResult)> const end = [&host,
                                                            commit](storage::CommitResult result) {
        commit->stored = commit->worked && result == storage::CommitResult::durable;
        commit->has_ended = true;
        commit->ended.cancel();
        if (result == storage::CommitResult::unknown)
            host.fatal("an fsync of the database failed; what is on disk is unknown");
    };
    if (!host.batches.run(run, end))
        co_return false;
    boost::system::error_code cancelled;
    while (!commit->has_ended)
        co_await commit->ended.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    co_return commit->stored;
}

} // namespace jobs
