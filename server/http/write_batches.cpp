#include "server/http/write_batches.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/asio/post.hpp>

#include <utility>

namespace http {

WriteBatches::WriteBatches(boost::asio::io_context& loop, storage::Database& writer)
    : loop_(loop), writer_(writer), thread_(writer)
{}

bool WriteBatches::run(Work work, Committed committed, Urgency urgency)
{
    if (must_wait()) {
        auto const is_first = urgency == Urgency::first;
        auto& waiting = is_first ? urgent_ : waiting_;
        if (waiting.size() >= (is_first ? urgent_max : waiting_max))
            return false;
        waiting.push_back({std::move(work), std::move(committed)});
        return true;
    }
    execute({std::move(work), std::move(committed)});
    return true;
}

void WriteBatches::execute(Job job)
{
    if (!open_) {
        try {
            writer_.run("BEGIN IMMEDIATE");
        } catch (SQLite::Exception const& failure) {
            on_failure_(failure.what());
            job.committed(storage::CommitResult::refused);
            return;
        }
        open_ = true;
    }
    job.work();
    batch_.push_back(std::move(job.committed));
    if (batch_.size() == 1)
        schedule_commit();
}

void WriteBatches::execute_waiting(std::deque<Job>& waiting)
{
    while (!waiting.empty() && !must_wait()) {
        auto job = std::move(waiting.front());
        waiting.pop_front();
        execute(std::move(job));
    }
}

// The commit is queued behind everything that is ready now: what those handlers write joins.
void WriteBatches::schedule_commit()
{
    boost::asio::post(loop_, [this, joined = batch_.size()] {
        if (batch_.size() > joined && batch_.size() < batch_max)
            schedule_commit();
        else
            commit();
    });
}

void WriteBatches::commit()
{
    open_ = false;
    committing_ = true;
    auto const failure = complete();
    if (failure.empty())
        thread_.commit([this](storage::CommitResult result) {
            boost::asio::post(loop_, [this, result] { finish(result, thread_.failure()); });
        });
    else
        boost::asio::post(loop_, [this, failure] {
            finish(storage::CommitResult::refused, failure);
        });
}

// What failed, and has rolled back the batch; empty: nothing did.
std::string WriteBatches::complete()
{
    try {
        before_commit_();
        return {};
    } catch (SQLite::Exception const& failure) {
        if (writer_.in_transaction())
            writer_.run("ROLLBACK");
        return failure.what();
    }
}

void WriteBatches::finish(storage::CommitResult result, std::string const& failure)
{
    committing_ = false;
    ++batches_;
    if (!failure.empty())
        on_failure_(failure);
    auto const answered = std::exchange(batch_, {});
    if (result == storage::CommitResult::durable)
        for (auto const& listener : on_durable_)
            listener(answered.size());
    // The next batch starts before this one is answered: the disk works while answers are written.
    execute_waiting(urgent_);
    execute_waiting(waiting_);
    for (auto const& committed : answered)
        committed(result);
}

} // namespace http
