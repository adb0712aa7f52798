#include "server/jobs/outbound_connection.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/read.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/http/write.hpp>

#include <ifaddrs.h>
#include <netinet/in.h>

#include <algorithm>

namespace jobs {

namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
using asio::use_awaitable;
using boost::system::error_code;
using boost::system::system_error;
using server::AttemptOutcome;

asio::ip::address asio_address(rules::Address const& address)
{
    return asio::ip::make_address(rules::address_text(address));
}

// Whether packets to this address come back to this machine.
bool is_own(rules::Address const& address)
{
    if (asio_address(address).is_loopback())
        return true;
    ifaddrs* first = nullptr;
    if (::getifaddrs(&first) != 0)
        return true; // nothing is known, so nothing is allowed
    std::unique_ptr<ifaddrs, decltype(&::freeifaddrs)> const interfaces{first, &::freeifaddrs};
    for (auto const* at = first; at != nullptr; at = at->ifa_next) {
        if (at->ifa_addr == nullptr)
            continue;
        auto const* const ipv4 = reinterpret_cast<sockaddr_in const*>(at->ifa_addr);
        auto const* const ipv6 = reinterpret_cast<sockaddr_in6 const*>(at->ifa_addr);
        auto const* const bytes4 = reinterpret_cast<unsigned char const*>(&ipv4->sin_addr);
        auto const same =
            at->ifa_addr->sa_family == AF_INET
                ? rules::is_ipv4(address) && std::equal(bytes4, bytes4 + 4, address.begin() + 12)
                : at->ifa_addr->sa_family == AF_INET6 &&
                      std::ranges::equal(ipv6->sin6_addr.s6_addr, address);
        if (same)
            return true;
    }
    return false;
}

beast_http::request<beast_http::string_body> message_of(OutboundRequest const& request)
{
    constexpr unsigned http_1_1 = 11;
    beast_http::request<beast_http::string_body> message{
        beast_http::verb::post, request.url.target, http_1_1};
    message.set(beast_http::field::host, request.url.authority);
    message.set(beast_http::field::content_type, "application/json");
    message.set(beast_http::field::user_agent, "Grantex-Webhooks/" GRANTEXD_VERSION);
    for (auto const& [name, value] : request.headers)
        message.set(name, value);
    message.body() = request.body;
    message.prepare_payload();
    return message;
}

} // namespace

OutboundConnection::OutboundConnection(Outbound const& outbound)
    : outbound_(outbound), socket_(outbound.loop), deadline_(outbound.loop)
{}

asio::awaitable<unsigned> OutboundConnection::post(OutboundRequest const& request)
{
    auto const start = std::chrono::steady_clock::now();
    // GCC 12 takes no co_await in a catch, and tells nothing of a failure beside one.
    std::optional<OutboundFailure> failure;
    unsigned status = 0;
    try {
        if (!open_) {
            set_deadline(start + connect_time_max);
            co_await reach(request.url);
        }
        set_deadline(start + total_time_max);
        status = co_await exchange(request);
    } catch (system_error const& error) {
        auto const& code = error.code();
        auto const tls = code.category() == asio::error::get_ssl_category() ||
                         code.category() == asio::ssl::error::get_stream_category();
        failure.emplace(
            tls ? AttemptOutcome::tls_error : AttemptOutcome::other,
            tls ? "TLS failed" : code.message()
        );
    } catch (server::LookupFailure const&) {
        failure.emplace(AttemptOutcome::dns_error, "the host name cannot be resolved");
    } catch (OutboundFailure const& refusal) {
        failure.emplace(refusal);
    }
    deadline_.cancel();
    if (failure) {
        close();
        if (late_)
            failure.emplace(AttemptOutcome::timeout, "timed out");
        throw *failure;
    }
    co_return status;
}

asio::awaitable<void> OutboundConnection::reach(rules::HttpUrl const& url)
{
    co_await connect(url);
    if (url.tls)
        co_await start_tls(url.host);
    url_ = url;
    open_ = true;
}

asio::awaitable<void> OutboundConnection::connect(rules::HttpUrl const& url)
{
    auto const addresses = co_await outbound_.resolver.addresses(url.host);
    if (aborted_)
        throw system_error(asio::error::operation_aborted);
    check_addresses(addresses, url.port);
    std::vector<asio::ip::tcp::endpoint> endpoints;
    for (auto const& address : addresses)
        endpoints.emplace_back(asio_address(address), url.port);
    co_await asio::async_connect(socket_, endpoints, use_awaitable);
    socket_.set_option(asio::ip::tcp::no_delay{true});
}

// One address that is not allowed is enough: whoever answers so is not to be reached by luck.
void OutboundConnection::check_addresses(
    std::vector<rules::Address> const& addresses, unsigned short port
) const
{
    auto const is_own_port =
        std::ranges::find(outbound_.own_ports, port) != outbound_.own_ports.end();
    for (auto const& address : addresses) {
        if (rules::is_blocked(address, outbound_.policy))
            throw OutboundFailure(
                AttemptOutcome::blocked, "the host leads to a private or reserved address"
            );
        if (is_own_port && is_own(address))
            throw OutboundFailure(AttemptOutcome::blocked, "the host leads back to this server");
    }
}

asio::awaitable<void> OutboundConnection::start_tls(std::string const& host)
{
    tls_.emplace(socket_, outbound_.tls.context());
    tls_->set_verify_callback(asio::ssl::host_name_verification(host));
    auto name = host;
    if (!rules::parse_address(host)) // RFC 6066 3: no addresses. OpenSSL's macro is an old cast.
        SSL_ctrl(
            tls_->native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
            name.data()
        );
    co_await tls_->async_handshake(asio::ssl::stream_base::client, use_awaitable);
}

asio::awaitable<unsigned> OutboundConnection::exchange(OutboundRequest const& request)
{
    unsigned status = 0;
    if (tls_)
        status = co_await exchange_over(*tls_, request);
    else
        status = co_await exchange_over(socket_, request);
    co_return status;
}

template<class Stream>
asio::awaitable<unsigned>
OutboundConnection::exchange_over(Stream& stream, OutboundRequest const& request)
{
    auto message = message_of(request);
    co_await beast_http::async_write(stream, message, use_awaitable);

    beast_http::response_parser<beast_http::string_body> parser;
    parser.header_limit(answer_header_bytes_max);
    parser.body_limit(boost::none); // a long one is no reason not to read the status
    co_await beast_http::async_read_header(stream, received_, parser, use_awaitable);
    auto const status = parser.get().result_int();
    auto const length = parser.content_length();

    // The status has decided; the rest is read only so that the connection can serve again.
    error_code failed;
    if (length && *length > answer_bytes_max) {
        failed = beast_http::error::body_limit;
    } else {
        parser.body_limit(answer_bytes_max);
        co_await beast_http::async_read(
            stream, received_, parser, asio::redirect_error(use_awaitable, failed)
        );
    }
    if (failed || !parser.get().keep_alive())
        close();
    co_return status;
}

void OutboundConnection::set_deadline(Time at)
{
    deadline_.expires_at(at);
    deadline_.async_wait([weak = weak_from_this()](error_code error) {
        auto const self = weak.lock();
        // One that was moved may have been on its way already.
        if (error || !self || self->deadline_.expiry() > std::chrono::steady_clock::now())
            return;
        self->late_ = true;
        self->abort();
    });
}

void OutboundConnection::abort()
{
    aborted_ = true;
    close();
}

void OutboundConnection::close()
{
    open_ = false;
    error_code closed_already;
    socket_.close(closed_already);
}

} // namespace jobs
