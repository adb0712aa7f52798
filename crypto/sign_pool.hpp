// Threads that sign, so that RSA (0.3 ms) never runs on the loop.
#pragma once

#include "crypto/signing_key.hpp"

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

namespace crypto {

class SignPool
{
public:
    // Called on a pool thread with the base64url signature, or nothing when signing failed.
    using Done = std::function<void(std::optional<std::string>)>;

    explicit SignPool(unsigned threads);
    ~SignPool(); // finishes what is queued, then joins
    SignPool(SignPool const&) = delete;
    SignPool& operator=(SignPool const&) = delete;

    // Queues one signature. The key is kept alive until it is done. False, and nothing queued, when
    // queue_max signatures are waiting.
    bool sign(std::shared_ptr<SigningKey const> key, std::string input, Done done);

    // Whether sign() would take one more now.
    [[nodiscard]] bool has_room() const;

    // A fifth of a second on one core; what waits longer is better told to come back.
    static constexpr std::size_t queue_max = 500;

private:
    struct Job
    {
        std::shared_ptr<SigningKey const> key;
        std::string input;
        Done done;
    };

    void work();

    mutable std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<Job> jobs_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

} // namespace crypto
