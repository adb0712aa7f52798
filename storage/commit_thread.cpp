#include "storage/commit_thread.hpp"

#include <SQLiteCpp/Exception.h>

#include <sqlite3.h>

namespace storage {

namespace {

// After a failed fsync the kernel may have dropped the dirty pages: trying again could report
// success for data that is gone (PostgreSQL's "fsyncgate").
bool is_failed_sync(int error)
{
    return error == SQLITE_IOERR_FSYNC || error == SQLITE_IOERR_DIR_FSYNC;
}

std::string failure_text(std::string_view what, sqlite3* handle)
{
    return std::string{what} + ": " + sqlite3_errmsg(handle) + " (" +
           std::to_string(sqlite3_extended_errcode(handle)) + ")";
}

// Runs in each commit that has written, in the place of SQLite's own hook, which is silent about
// failures. What this returns becomes the result of the commit. Of other failures nothing is lost:
// all is in the log, and the next commit tries again.
int checkpoint_when_due(void* log, sqlite3* handle, char const* database, int pages)
{
    auto& [log_pages, written, failure] = *static_cast<CommitThread::Log*>(log);
    log_pages = pages;
    written = true;
    if (pages < CommitThread::checkpoint_pages ||
        sqlite3_wal_checkpoint_v2(handle, database, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr) ==
            SQLITE_OK)
        return SQLITE_OK;
    auto const error = sqlite3_extended_errcode(handle);
    failure = failure_text("the checkpoint failed", handle);
    return is_failed_sync(error) ? error : SQLITE_OK;
}

CommitResult commit_now(Database& writer, CommitThread::Log& log)
{
    auto* const handle = writer.connection().getHandle();
    auto& failure = log.failure;
    failure.clear();
    log.written = false;
    if (sqlite3_exec(handle, "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK)
        return CommitResult::durable;

    auto const error = sqlite3_extended_errcode(handle);
    if (failure.empty())
        failure = failure_text("the commit failed", handle);
    if (is_failed_sync(error))
        return CommitResult::unknown;
    // Some failures leave the transaction open.
    if (sqlite3_get_autocommit(handle) == 0 &&
        sqlite3_exec(handle, "ROLLBACK", nullptr, nullptr, nullptr) != SQLITE_OK)
        return CommitResult::unknown;
    return CommitResult::refused;
}

} // namespace

CommitThread::CommitThread(Database& writer) : writer_(writer)
{
    sqlite3_wal_hook(writer.connection().getHandle(), checkpoint_when_due, &log_);
    thread_ = std::thread{[this] { work(); }};
}

CommitThread::~CommitThread()
{
    {
        std::lock_guard const lock{mutex_};
        stopping_ = true;
    }
    ready_.notify_one();
    thread_.join();
}

void CommitThread::commit(std::function<void(CommitResult)> done)
{
    {
        std::lock_guard const lock{mutex_};
        done_ = std::move(done);
    }
    ready_.notify_one();
}

void CommitThread::work()
{
    std::unique_lock lock{mutex_};
    while (true) {
        ready_.wait(lock, [this] { return stopping_ || done_; });
        if (!done_)
            return;
        auto const done = std::exchange(done_, nullptr);
        lock.unlock();
        done(commit_now(writer_, log_));
        lock.lock();
    }
}

} // namespace storage
