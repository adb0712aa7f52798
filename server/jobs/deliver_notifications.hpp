// Delivers alerts to notification channels: over HTTPS as webhooks are delivered, or as mails.
#pragma once

#include "server/jobs/deliverer.hpp"
#include "server/jobs/host.hpp"
#include "server/rules/alert_messages.hpp"
#include "storage/notifications.hpp"

#include <boost/json/object.hpp>

namespace jobs {

class DeliverNotifications : public Deliverer
{
public:
    DeliverNotifications(Host& host, server::TlsClient& tls) : host_(host), tls_(tls) {}

    std::vector<std::string> targets_with_work() override;
    std::vector<std::string>
    due(std::string const& channel_id, storage::Timestamp now, std::int64_t limit) override;
    std::optional<storage::Timestamp> next_due(std::string const& channel_id) override;
    boost::asio::awaitable<Attempt> attempt(std::string const& id, ConnectionPool& pool) override;

private:
    using Outgoing = storage::OutgoingNotification;

    std::optional<Outgoing> read_outgoing(std::string const& id);
    std::optional<boost::json::object> open_config(Outgoing const& outgoing);
    std::optional<OutboundRequest>
    request_of(Outgoing const& outgoing, boost::json::object const& config);

    // Each returns what went wrong; empty: it was delivered.
    boost::asio::awaitable<std::string> send(Outgoing const& outgoing, ConnectionPool& pool);
    boost::asio::awaitable<std::string> hand_over(Outgoing const& outgoing, ConnectionPool& pool);
    boost::asio::awaitable<std::string> post(OutboundRequest const& request, ConnectionPool& pool);
    boost::asio::awaitable<std::string>
    mail(Outgoing const& outgoing, boost::json::object const& config);

    boost::asio::awaitable<bool> note(Outgoing const& outgoing, std::string const& error);

    Host& host_;
    server::TlsClient& tls_;
};

} // namespace jobs
