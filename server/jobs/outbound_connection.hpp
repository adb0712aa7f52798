// One connection to a server that a developer named: requests one after another, kept alive, each
// with a deadline. Where it may go is decided on the addresses it connects to (S-086, S-087).
#pragma once

#include "server/http/message.hpp"
#include "server/metrics.hpp"
#include "server/resolver.hpp"
#include "server/rules/http_url.hpp"
#include "server/rules/outbound_url.hpp"
#include "server/tls_client.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/beast/core/flat_buffer.hpp>

#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace jobs {

// What every outbound connection of the server shares.
struct Outbound
{
    boost::asio::io_context& loop;
    server::Resolver& resolver;
    server::TlsClient& tls;
    rules::OutboundPolicy const& policy;
    std::vector<unsigned short> own_ports; // of this server's listeners
};

// A request got no answer. The text names no address.
class OutboundFailure : public std::runtime_error
{
public:
    OutboundFailure(server::AttemptOutcome outcome, std::string const& reason)
        : std::runtime_error(reason), outcome_(outcome)
    {}
    [[nodiscard]] server::AttemptOutcome outcome() const { return outcome_; }

private:
    server::AttemptOutcome outcome_;
};

struct OutboundRequest
{
    rules::HttpUrl url;
    http::Headers headers; // beside Host, Content-Type, Content-Length and User-Agent
    std::string body;      // JSON
};

// Held by shared_ptr: its deadline may fire after the coroutine that used it has ended.
class OutboundConnection : public std::enable_shared_from_this<OutboundConnection>
{
public:
    explicit OutboundConnection(Outbound const& outbound);

    // POSTs and returns the status. Redirects are not followed; of the answer's body at most
    // answer_bytes_max are read, and dropped. Throws OutboundFailure.
    boost::asio::awaitable<unsigned> post(OutboundRequest const& request);

    // Cuts off what is under way.
    void abort();

    // Ready for another request to the same server.
    [[nodiscard]] bool is_open() const { return open_; }

    [[nodiscard]] bool serves(rules::HttpUrl const& url) const
    {
        return url.tls == url_.tls && url.host == url_.host && url.port == url_.port;
    }

    static constexpr std::chrono::seconds connect_time_max{5};
    static constexpr std::chrono::seconds total_time_max{10};
    static constexpr std::size_t answer_bytes_max = 64 * 1024;
    static constexpr std::uint32_t answer_header_bytes_max = 16 * 1024;

private:
    using Time = std::chrono::steady_clock::time_point;

    boost::asio::awaitable<void> reach(rules::HttpUrl const& url);
    boost::asio::awaitable<void> connect(rules::HttpUrl const& url);
    boost::asio::awaitable<void> start_tls(std::string const& host);
    boost::asio::awaitable<unsigned> exchange(OutboundRequest const& request);
    template<class Stream>
    boost::asio::awaitable<unsigned> exchange_over(Stream& stream, OutboundRequest const& request);
    void check_addresses(std::vector<rules::Address> const& addresses, unsigned short port) const;
    void set_deadline(Time at);
    void close();

    Outbound const& outbound_;
    boost::asio::ip::tcp::socket socket_;
    // Over that, where the URL asks for it: the certificates are read for the first of them only.
    std::optional<boost::asio::ssl::stream<boost::asio::ip::tcp::socket&>> tls_;
    boost::asio::steady_timer deadline_;
    boost::beast::flat_buffer received_;
    rules::HttpUrl url_; // whose server it is connected to
    bool open_ = false;
    bool aborted_ = false;
    bool late_ = false;
};

} // namespace jobs
