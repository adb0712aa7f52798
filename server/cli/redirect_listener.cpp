#include "server/cli/redirect_listener.hpp"

#include "crypto/hash.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/url/params_view.hpp>
#include <boost/url/parse.hpp>

#include <csignal>
#include <optional>

namespace cli {

namespace {

namespace asio = boost::asio;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;

constexpr std::string_view callback_path = "/callback";
constexpr std::size_t head_bytes_max = 16 * 1024;
constexpr int connections_max = 64; // browsers open a few in advance

// Nothing of the request is in the page: it cannot be made to say anything else.
std::string page(std::string_view status, std::string_view heading, std::string_view text)
{
    std::string body{"<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n"
                     "<meta name=\"viewport\" content=\"width=device-width\">\n"
                     "<meta name=\"color-scheme\" content=\"light dark\">\n<title>"};
    body.append(heading).append("</title>\n<style>body { font: 1.125rem/1.5 system-ui, sans-serif; "
                                "max-width: 32rem; margin: 15vh auto; padding: 0 1.5rem }</style>\n"
                                "<main>\n<h1>");
    body.append(heading).append("</h1>\n<p>").append(text).append("</p>\n</main>\n</html>\n");
    std::string answer{"HTTP/1.1 "};
    answer.append(status).append("\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: ");
    answer.append(std::to_string(body.size()));
    answer.append("\r\nConnection: close\r\nCache-Control: no-store\r\n"
                  "Referrer-Policy: no-referrer\r\nX-Content-Type-Options: nosniff\r\n"
                  "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; "
                  "frame-ancestors 'none'\r\n\r\n");
    return answer + body;
}

// "GET /callback?code=... HTTP/1.1" -> "/callback?code=..."
std::string_view target_of(std::string_view head)
{
    constexpr std::string_view method = "GET ";
    if (!head.starts_with(method))
        return {};
    head.remove_prefix(method.size());
    return head.substr(0, head.find_first_of(" \r\n"));
}

struct Reply
{
    std::string text;
    std::optional<BrowserReturn> decision{};
};

Reply reply_to(std::string_view head, std::string_view state)
{
    auto const target = target_of(head);
    auto const url = boost::urls::parse_origin_form({target.data(), target.size()});
    if (!url ||
        url->encoded_path() != boost::urls::string_view{callback_path.data(), callback_path.size()})
        return {page("404 Not Found", "Nothing here", "This address only waits for a decision.")};
    auto const value = [&](char const* name) {
        auto const parameters = url->params();
        auto const found = parameters.find(name);
        return found == parameters.end() ? std::string{} : std::string{(*found).value};
    };
    auto const code = value("code");
    auto const refused = value("error") == "access_denied"; // RFC 6749 4.1.2.1
    if (!crypto::equal_constant_time(value("state"), state) || code.empty() == !refused)
        return {page(
            "400 Bad Request", "This is not the expected answer",
            "The demo still waits for the decision it asked for."
        )};
    if (refused)
        return {
            page(
                "200 OK", "You did not allow it",
                "Nothing was given to the agent. You can close this window."
            ),
            BrowserReturn{ReturnKind::refused}};
    return {
        page(
            "200 OK", "Thank you, it is allowed",
            "The demo goes on in the terminal. You can close this window."
        ),
        BrowserReturn{ReturnKind::allowed, code}};
}

} // namespace

class RedirectListener::State
{
public:
    explicit State(std::string state) : state_(std::move(state)) {}

    [[nodiscard]] unsigned port() const { return acceptor_.local_endpoint().port(); }

    BrowserReturn wait(std::chrono::seconds patience)
    {
        signals_.async_wait([this](ErrorCode const& error, int) {
            if (!error)
                end({ReturnKind::interrupted});
        });
        asio::co_spawn(loop_, accept_all(), asio::detached);
        loop_.run_for(patience);
        signals_.cancel();
        return result_;
    }

private:
    void end(BrowserReturn result)
    {
        result_ = std::move(result);
        loop_.stop();
    }

    asio::awaitable<void> accept_all()
    {
        for (;;) {
            ErrorCode error;
            auto socket =
                co_await acceptor_.async_accept(asio::redirect_error(asio::use_awaitable, error));
            if (error && error != asio::error::connection_aborted)
                co_return; // it would only happen again at once
            if (!error && connections_ < connections_max)
                asio::co_spawn(loop_, answer(std::move(socket)), asio::detached);
        }
    }

    // No deadline of its own: a connection that says nothing holds up no other, and all end with
    // the wait.
    asio::awaitable<void> answer(Tcp::socket socket)
    {
        ++connections_;
        std::string head;
        ErrorCode error;
        co_await asio::async_read_until(
            socket, asio::dynamic_buffer(head, head_bytes_max), "\r\n\r\n",
            asio::redirect_error(asio::use_awaitable, error)
        );
        if (!error) {
            auto const reply = reply_to(head, state_);
            co_await asio::async_write(
                socket, asio::buffer(reply.text), asio::redirect_error(asio::use_awaitable, error)
            );
            socket.shutdown(Tcp::socket::shutdown_send, error);
            if (reply.decision)
                end(*reply.decision);
        }
        --connections_;
    }

    std::string state_;
    BrowserReturn result_{ReturnKind::timed_out};
    int connections_ = 0;
    asio::io_context loop_{1};
    asio::signal_set signals_{loop_, SIGINT, SIGTERM};
    Tcp::acceptor acceptor_{loop_, Tcp::endpoint{asio::ip::address_v4::loopback(), 0}};
};

RedirectListener::RedirectListener(std::string state)
    : state_(std::make_unique<State>(std::move(state)))
{}

RedirectListener::~RedirectListener() = default;

std::string RedirectListener::uri() const
{
    return "http://127.0.0.1:" + std::to_string(state_->port()) + std::string{callback_path};
}

BrowserReturn RedirectListener::wait(std::chrono::seconds patience)
{
    return state_->wait(patience);
}

} // namespace cli
