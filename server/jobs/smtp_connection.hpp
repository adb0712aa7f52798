// One connection to a mail server: commands and replies of RFC 5321, over TLS once it was asked
// for. Everything has a deadline and a bound.
#pragma once

#include "server/rules/smtp_reply.hpp"
#include "server/smtp_server.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/steady_timer.hpp>

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace jobs {

using rules::SmtpReply;

// A mail was not taken.
class SmtpFailure : public std::runtime_error
{
public:
    SmtpFailure(std::string const& reason, bool permanent)
        : std::runtime_error(reason), is_permanent(permanent)
    {}
    bool is_permanent; // no later attempt can go better
};

enum class Certificate
{
    checked,
    unchecked
};

// Held by shared_ptr: its deadline may fire after the coroutine that used it has ended.
class SmtpConnection : public std::enable_shared_from_this<SmtpConnection>
{
public:
    SmtpConnection(boost::asio::io_context& loop, boost::asio::ssl::context& tls);

    // Each throws SmtpFailure or boost::system::system_error. Texts are views of named objects: GCC
    // 12 destroys temporaries among the arguments of an awaited call twice.
    boost::asio::awaitable<void> connect(std::string const& host, std::string const& port);
    boost::asio::awaitable<void> start_tls(std::string const& host, Certificate certificate);
    boost::asio::awaitable<void> send(std::string_view bytes);
    boost::asio::awaitable<SmtpReply> read_reply();
    boost::asio::awaitable<SmtpReply> command(std::string_view line); // without CRLF

    // From now on: what is not done then is cut off. The last call counts.
    void set_deadline(std::chrono::seconds from_now);

    // Cuts off what it waits for.
    void abort();

    [[nodiscard]] bool is_late() const { return late_; }
    [[nodiscard]] bool is_encrypted() const { return encrypted_; }

    static constexpr std::size_t line_bytes_max = 2048; // RFC 5321 4.5.3.1.5: at least 512
    static constexpr std::size_t reply_lines_max = 100;

private:
    boost::asio::awaitable<std::string> read_line();

    boost::asio::ip::tcp::resolver resolver_;
    boost::asio::ssl::stream<boost::asio::ip::tcp::socket> stream_;
    boost::asio::steady_timer deadline_;
    std::string received_;
    bool encrypted_ = false;
    bool aborted_ = false;
    bool late_ = false;
};

} // namespace jobs
