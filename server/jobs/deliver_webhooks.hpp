// Delivers events to webhook endpoints: what is sent, and what became of it.
#pragma once

#include "server/jobs/deliverer.hpp"
#include "server/jobs/host.hpp"
#include "storage/deliveries.hpp"

namespace jobs {

class DeliverWebhooks : public Deliverer
{
public:
    explicit DeliverWebhooks(Host& host) : host_(host) {}

    std::vector<std::string> targets_with_work() override;
    std::vector<std::string>
    due(std::string const& webhook_id, storage::Timestamp now, std::int64_t limit) override;
    std::optional<storage::Timestamp> next_due(std::string const& webhook_id) override;
    boost::asio::awaitable<Attempt> attempt(std::string const& id, ConnectionPool& pool) override;

private:
    struct Outcome
    {
        unsigned status = 0; // of HTTP; 0: no answer
        std::string error{}; // for the log of deliveries; empty: delivered
        bool is_final = false;
    };

    std::optional<storage::Outgoing> read_outgoing(std::string const& delivery_id);
    OutboundRequest request_of(storage::Outgoing const& outgoing, std::string_view secret);
    boost::asio::awaitable<Outcome> send(storage::Outgoing const& outgoing, ConnectionPool& pool);
    boost::asio::awaitable<bool> note(storage::Outgoing const& outgoing, Outcome const& outcome);

    Host& host_;
};

} // namespace jobs
