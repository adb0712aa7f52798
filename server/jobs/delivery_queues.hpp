// The queues of a kind of delivery: one a target, so that a dead or slow receiver delays no other.
// While attempts succeed they go one by one, in the order in which they are due, over one
// connection; after a failure up to lanes_max go at once, so that one receiver's time-outs do not
// add up. What is under way is known to the process alone: a crash leaves it due, under the same
// ids.
#pragma once

#include "server/jobs/deliverer.hpp"
#include "server/jobs/host.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace jobs {

class DeliveryQueues
{
public:
    // All of them outlive this.
    DeliveryQueues(Host& host, Outbound const& outbound, Deliverer& deliverer);

    void start();

    // Cuts off what is under way; it stays due.
    void stop();
    [[nodiscard]] bool is_stopping() const { return stopping_; }

    // These targets have something to deliver.
    void wake(std::set<std::string> const& targets);

    static constexpr int lanes_max = 4;          // attempts at once to one target
    static constexpr int attempts_at_once = 128; // and to all of them
    static constexpr std::int64_t deliveries_per_look = 64;
    static constexpr std::size_t taken_max = 64; // of one target, whose outcomes are not stored yet
    static constexpr std::chrono::seconds sweep_interval{30}; // between looks without a wake-up
    static constexpr std::chrono::seconds idle_max{5};        // a connection is kept without work

private:
    // One target while it has work.
    struct Queue
    {
        Queue(boost::asio::io_context& loop, Outbound const& outbound)
            : changed(loop), pool(outbound)
        {}

        std::string target;
        boost::asio::steady_timer changed; // cancelled by a wake-up or the end of an attempt
        bool woken = false;
        bool healthy = true;         // its last attempt succeeded
        int attempts = 0;            // under way
        std::set<std::string> taken; // under way, or their outcome is not on disk yet
        ConnectionPool pool;
    };
    using Shared = std::shared_ptr<Queue>;

    boost::asio::awaitable<void> sweep();
    boost::asio::awaitable<void> serve(Shared queue);
    boost::asio::awaitable<void> wait_for_room(Shared queue);
    boost::asio::awaitable<void> pause(Shared queue);
    void start_attempt(Shared const& queue, std::string const& id);
    boost::asio::awaitable<void> attempt(Shared queue, std::string id);
    boost::asio::awaitable<Attempt> make_attempt(Shared queue, std::string id);
    boost::asio::awaitable<bool> settle(Shared queue, std::string id, Attempt const& made);

    void open_queue(std::string const& target);
    std::vector<std::string> due(Queue const& queue);
    bool is_due(Queue const& queue, std::string const& id);
    std::optional<storage::Timestamp> next_due(Queue const& queue);

    Host& host_;
    Outbound const& outbound_;
    Deliverer& deliverer_;
    boost::asio::steady_timer sweep_timer_;
    std::map<std::string, Shared> queues_; // by target
    int attempts_ = 0;
    bool stopping_ = false;
};

} // namespace jobs
