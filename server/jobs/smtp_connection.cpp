#include "server/jobs/smtp_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/ip/address.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

namespace jobs {

namespace {

namespace asio = boost::asio;
using asio::use_awaitable;

bool is_address(std::string const& host)
{
    boost::system::error_code error;
    asio::ip::make_address(host, error);
    return !error;
}

} // namespace

SmtpConnection::SmtpConnection(asio::io_context& loop, asio::ssl::context& tls)
    : resolver_(loop), stream_(loop, tls), deadline_(loop)
{}

asio::awaitable<void> SmtpConnection::connect(std::string const& host, std::string const& port)
{
    // On a thread of Asio's own: the loop goes on.
    auto const places = co_await resolver_.async_resolve(host, port, use_awaitable);
    if (aborted_)
        throw boost::system::system_error(asio::error::operation_aborted);
    co_await asio::async_connect(stream_.next_layer(), places, use_awaitable);
}

asio::awaitable<void> SmtpConnection::start_tls(std::string const& host, Certificate certificate)
{
    // What came before the handshake came from anybody (CVE-2011-0411).
    if (!received_.empty())
        throw SmtpFailure("the mail server spoke before TLS was up", false);
    if (certificate == Certificate::checked)
        stream_.set_verify_callback(asio::ssl::host_name_verification(host));
    else
        stream_.set_verify_mode(asio::ssl::verify_none);
    auto name = host;
    if (!is_address(host)) // RFC 6066 3: no addresses. OpenSSL's macro for this is an old cast.
        SSL_ctrl(
            stream_.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
            name.data()
        );
    co_await stream_.async_handshake(asio::ssl::stream_base::client, use_awaitable);
    encrypted_ = true;
}

asio::awaitable<void> SmtpConnection::send(std::string_view bytes)
{
    if (encrypted_)
        co_await asio::async_write(stream_, asio::buffer(bytes), use_awaitable);
    else
        co_await asio::async_write(stream_.next_layer(), asio::buffer(bytes), use_awaitable);
}

asio::awaitable<SmtpReply> SmtpConnection::command(std::string_view line)
{
    auto const bytes = std::string{line} + "\r\n";
    co_await send(bytes);
    co_return co_await read_reply();
}

// RFC 5321 4.2.1: "250-first", "250-second", "250 last".
asio::awaitable<SmtpReply> SmtpConnection::read_reply()
{
    SmtpReply reply;
    for (std::size_t i = 0; i < reply_lines_max; ++i) {
        auto const line = co_await read_line();
        auto const added = rules::add_line(reply, line);
        if (added == rules::SmtpLine::malformed)
            throw SmtpFailure("the mail server does not speak SMTP", false);
        if (added == rules::SmtpLine::last)
            co_return reply;
    }
    throw SmtpFailure("the mail server's reply does not end", false);
}

asio::awaitable<std::string> SmtpConnection::read_line()
{
    auto buffer = asio::dynamic_buffer(received_, line_bytes_max);
    std::size_t size = 0;
    if (encrypted_)
        size = co_await asio::async_read_until(stream_, buffer, '\n', use_awaitable);
    else
        size = co_await asio::async_read_until(stream_.next_layer(), buffer, '\n', use_awaitable);
    auto line = received_.substr(0, size - 1);
    received_.erase(0, size);
    if (line.ends_with('\r'))
        line.pop_back();
    co_return line;
}

void SmtpConnection::set_deadline(std::chrono::seconds from_now)
{
    deadline_.expires_after(from_now);
    deadline_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
        auto const self = weak.lock();
        // One that was moved may have been on its way already.
        if (error || !self || self->deadline_.expiry() > asio::steady_timer::clock_type::now())
            return;
        self->late_ = true;
        self->abort();
    });
}

void SmtpConnection::abort()
{
    aborted_ = true;
    resolver_.cancel();
    boost::system::error_code closed_already;
    stream_.next_layer().close(closed_already);
}

} // namespace jobs
