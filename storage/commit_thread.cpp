#include "storage/commit_thread.hpp"

#include <SQLiteCpp/Exception.h>

#include <sqlite3.h>

namespace storage {

namespace {

CommitResult commit_now(Database& writer)
{
    auto* const handle = writer.connection().getHandle();
    if (sqlite3_exec(handle, "COMMIT", nullptr, nullptr, nullptr) == SQLITE_OK)
        return CommitResult::durable;

    auto const error = sqlite3_extended_errcode(handle);
    // After a failed fsync the kernel may have dropped the dirty pages: trying again could report
    // success for data that is gone (PostgreSQL's "fsyncgate").
    if (error == SQLITE_IOERR_FSYNC || error == SQLITE_IOERR_DIR_FSYNC)
        return CommitResult::unknown;
    // Some failures leave the transaction open.
    if (sqlite3_get_autocommit(handle) == 0 &&
        sqlite3_exec(handle, "ROLLBACK", nullptr, nullptr, nullptr) != SQLITE_OK)
        return CommitResult::unknown;
    return CommitResult::refused;
}

} // namespace

CommitThread::CommitThread(Database& writer) : writer_(writer), thread_([this] { work(); }) {}

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
        done(commit_now(writer_));
        lock.lock();
    }
}

} // namespace storage
