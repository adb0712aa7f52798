// Connections to one receiver: kept alive from one request to the next.
#pragma once

#include "server/jobs/outbound_connection.hpp"

#include <boost/asio/awaitable.hpp>

#include <memory>
#include <set>
#include <vector>

namespace jobs {

class ConnectionPool
{
public:
    explicit ConnectionPool(Outbound const& outbound) : outbound_(outbound) {}

    // As OutboundConnection::post, over a kept connection when there is one for the URL's server.
    boost::asio::awaitable<unsigned> post(OutboundRequest const& request);

    void close_kept();
    void abort(); // also what is under way; nothing is kept from then on

private:
    std::shared_ptr<OutboundConnection> take(rules::HttpUrl const& url);

    Outbound const& outbound_;
    std::vector<std::shared_ptr<OutboundConnection>> kept_;
    std::set<std::shared_ptr<OutboundConnection>> in_use_;
    bool aborted_ = false;
};

} // namespace jobs
