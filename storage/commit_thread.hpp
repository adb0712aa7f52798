// The one place where the disk is waited for: a thread that runs COMMIT on the writer connection
// while the loop goes on. From commit() until its `done` nobody else may touch that connection.
#pragma once

#include "storage/database.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace storage {

enum class CommitResult
{
    durable, // on disk
    refused, // rolled back: nothing of the batch happened
    unknown, // an fsync failed: what is on disk cannot be known, the process must end
};

class CommitThread
{
public:
    explicit CommitThread(Database& writer);
    ~CommitThread(); // waits for a commit in flight
    CommitThread(CommitThread const&) = delete;
    CommitThread& operator=(CommitThread const&) = delete;

    // Commits the open transaction. `done` runs on this thread. At most one commit at a time.
    void commit(std::function<void(CommitResult)> done);

    // Why that commit, or the checkpoint that was due with it, failed; empty: nothing did. From
    // `done` on until the next commit.
    [[nodiscard]] std::string const& failure() const { return log_.failure; }

    // Whether that commit wrote anything: one without changes asks nothing of the disk.
    [[nodiscard]] bool has_written() const { return log_.written; }

    // How many pages the log (WAL) had after the last commit.
    [[nodiscard]] int log_pages() const { return log_.pages; }

    // So long the log gets before a commit copies it into the file: bounds how long that commit
    // waits, and how large the log grows while nobody reads an older state. Pages of 4 KiB.
    static constexpr int checkpoint_pages = 1000;

    // What the hook of each commit finds.
    struct Log
    {
        std::atomic<int> pages{0};
        bool written = false;
        std::string failure;
    };

private:
    void work();

    Database& writer_;
    Log log_;
    std::mutex mutex_;
    std::condition_variable ready_;
    std::function<void(CommitResult)> done_;
    bool stopping_ = false;
    std::thread thread_;
};

} // namespace storage
