// Group commit (design, idea 2). The first write opens a batch; writes that are ready at the same
// time join it; then only the COMMIT leaves the loop. Writes that arrive during a commit wait for
// the next batch, so batches grow with load by themselves. Belongs to the loop.
#pragma once

#include "storage/commit_thread.hpp"
#include "storage/database.hpp"

#include <boost/asio/io_context.hpp>

#include <deque>
#include <functional>
#include <vector>

namespace http {

enum class Urgency : std::uint8_t
{
    normal,
    first // before what is normal, and also when no more of that is taken
};

class WriteBatches
{
public:
    WriteBatches(boost::asio::io_context& loop, storage::Database& writer);

    // `work` runs on the loop inside the batch's transaction, now or once a commit in flight is
    // done; `committed` follows when the batch it ran in has ended. False, and neither called, when
    // too many wait already: waiting_max, urgent_max of what comes first.
    using Work = std::function<void()>;
    using Committed = std::function<void(storage::CommitResult)>;
    [[nodiscard]] bool run(Work work, Committed committed, Urgency urgency = Urgency::normal);

    // Called after each batch that is on disk, with the number of its writes and before these are
    // answered. Each call adds a listener.
    using Durable = std::function<void(std::size_t writes)>;
    void on_durable(Durable listener) { on_durable_.push_back(std::move(listener)); }

    // Called within the transaction of each batch, after its last write. What it throws
    // (SQLite::Exception) refuses the whole batch.
    void before_commit(std::function<void()> listener) { before_commit_ = std::move(listener); }

    // Called with why a batch was refused, before its writes are told, or why a checkpoint was.
    using Failed = std::function<void(std::string const& why)>;
    void on_failure(Failed listener) { on_failure_ = std::move(listener); }

    // Whether the last commit wrote anything.
    [[nodiscard]] bool has_written() const { return thread_.has_written(); }

    [[nodiscard]] std::size_t batches() const { return batches_; } // committed so far
    [[nodiscard]] int log_pages() const { return thread_.log_pages(); }
    [[nodiscard]] bool idle() const { return !open_ && !committing_; }

    // What waits longer than a fifth of a second on a slow disk is better told to come back.
    static constexpr std::size_t waiting_max = 1000;
    static constexpr std::size_t urgent_max = 10'000;
    // So many writes hold the loop up for less than 5 ms.
    static constexpr std::size_t batch_max = 64;

private:
    struct Job
    {
        Work work;
        Committed committed;
    };

    [[nodiscard]] bool must_wait() const { return committing_ || batch_.size() >= batch_max; }
    void execute(Job job);
    void execute_waiting(std::deque<Job>& waiting);
    void schedule_commit();
    void commit();
    std::string complete();
    void finish(storage::CommitResult result, std::string const& failure);

    boost::asio::io_context& loop_;
    storage::Database& writer_;
    bool open_ = false;
    bool committing_ = false;
    std::size_t batches_ = 0;
    std::vector<Committed> batch_;
    std::deque<Job> urgent_;
    std::deque<Job> waiting_;
    std::function<void()> before_commit_ = [] {};
    std::vector<Durable> on_durable_;
    Failed on_failure_ = [](std::string const&) {};
    storage::CommitThread thread_; // last: joined before what it uses goes
};

} // namespace http
