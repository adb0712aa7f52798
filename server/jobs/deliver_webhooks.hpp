// Delivers events to webhook endpoints: a queue an endpoint, so that a dead or slow receiver delays
// no other. While attempts succeed they go one by one, in the order of commit, over one connection;
// after a failure up to lanes_max go at once, so that one receiver's time-outs do not add up. What
// is under way is known to the process alone: a crash leaves it due, under the same ids.
#pragma once

#include "server/jobs/host.hpp"
#include "server/jobs/outbound_connection.hpp"
#include "storage/deliveries.hpp"

#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace jobs {

class DeliverWebhooks
{
public:
    // `outbound` outlives this.
    DeliverWebhooks(Host host, Outbound const& outbound);

    void start();

    // Cuts off what is under way; those deliveries stay due.
    void stop();

    // These endpoints have something to deliver.
    void wake(std::set<std::string> const& webhook_ids);

    static constexpr int lanes_max = 4;          // attempts at once to one endpoint
    static constexpr int attempts_at_once = 128; // and to all of them
    static constexpr std::int64_t deliveries_per_look = 64;
    static constexpr std::chrono::seconds sweep_interval{30}; // between looks without a wake-up
    static constexpr std::chrono::seconds idle_max{5};        // a connection is kept without work

private:
    // One endpoint while it has work.
    struct Queue
    {
        explicit Queue(boost::asio::io_context& loop) : changed(loop) {}

        std::string webhook_id;
        boost::asio::steady_timer changed; // cancelled by a wake-up or the end of an attempt
        bool woken = false;
        bool healthy = true;         // its last attempt succeeded
        int attempts = 0;            // under way
        std::set<std::string> taken; // under way, or their outcome is not on disk yet
        std::vector<std::shared_ptr<OutboundConnection>> kept; // open, for the next attempt
    };
    using Shared = std::shared_ptr<Queue>;

    struct Outcome
    {
        unsigned status = 0; // of HTTP; 0: no answer
        std::string error;   // for the log of deliveries; empty: delivered
        bool is_final = false;
    };

    boost::asio::awaitable<void> sweep();
    boost::asio::awaitable<void> serve(Shared queue);
    boost::asio::awaitable<void> wait_for_room(Shared queue);
    boost::asio::awaitable<void> pause(Shared queue);
    boost::asio::awaitable<void> attempt(Shared queue, std::string delivery_id);
    boost::asio::awaitable<Outcome>
    send(Shared queue, storage::Outgoing const& outgoing, rules::HttpUrl const& url);
    boost::asio::awaitable<unsigned> post(Shared queue, OutboundRequest const& request);
    boost::asio::awaitable<void> note(storage::Outgoing const& outgoing, Outcome const& outcome);

    void open_queue(std::string const& webhook_id);
    std::vector<std::string> due(Queue const& queue);
    std::optional<storage::Timestamp> next_due(Queue const& queue);
    std::optional<storage::Outgoing> read_outgoing(std::string const& delivery_id);
    OutboundRequest
    request_of(storage::Outgoing const& outgoing, rules::HttpUrl url, std::string_view secret);
    std::shared_ptr<OutboundConnection> take_connection(Queue& queue);
    void spawn(boost::asio::awaitable<void> work);

    Host host_;
    Outbound const& outbound_;
    boost::asio::steady_timer sweep_timer_;
    std::map<std::string, Shared> queues_;                      // by webhook id
    std::set<std::shared_ptr<OutboundConnection>> connections_; // in use
    int attempts_ = 0;
    bool stopping_ = false;
};

} // namespace jobs
