#include "crypto/sign_pool.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <exception>
#include <utility>

namespace crypto {

namespace {

constexpr int priority_below_the_loop = 3; // half as much time as the loop, when both want it

} // namespace

SignPool::SignPool(unsigned threads)
{
    threads_.reserve(std::max(threads, 1U));
    for (auto i = std::max(threads, 1U); i > 0; --i)
        threads_.emplace_back([this] { work(); });
}

SignPool::~SignPool()
{
    {
        std::scoped_lock const lock(mutex_);
        stopping_ = true;
    }
    ready_.notify_all();
    for (auto& thread : threads_)
        thread.join();
}

bool SignPool::sign(std::shared_ptr<SigningKey const> key, std::string input, Done done)
{
    {
        std::scoped_lock const lock(mutex_);
        if (jobs_.size() >= queue_max)
            return false;
        jobs_.push_back({std::move(key), std::move(input), std::move(done)});
    }
    ready_.notify_one();
    return true;
}

bool SignPool::has_room() const
{
    std::scoped_lock const lock(mutex_);
    return jobs_.size() < queue_max;
}

void SignPool::work()
{
    // On a machine with too few cores the loop goes first: who verifies or revokes does not wait
    // for the signatures of others. On Linux a thread has a priority of its own (setpriority(2)).
    ::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), priority_below_the_loop);

    for (;;) {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [this] { return stopping_ || !jobs_.empty(); });
        if (jobs_.empty())
            return; // stopping, and nothing is left that someone waits for
        auto job = std::move(jobs_.front());
        jobs_.pop_front();
        lock.unlock();

        std::optional<std::string> signature;
        try {
            if (job.key)
                signature = job.key->sign(job.input);
        } catch (std::exception const&) {
            // Out of memory, say: one failed signature, which the waiting side must hear of.
            signature = std::nullopt;
        }
        job.done(std::move(signature));
    }
}

} // namespace crypto
