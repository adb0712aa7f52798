#include "server/streams/ws_stream.hpp"

#include "server/event_place.hpp"
#include "server/rules/time_text.hpp"
#include "server/spawn.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/core/role.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/rfc6455.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>

#include <array>

namespace http {

// What Beast asks of a transport that is none of its own; found by the type of the argument.

void beast_close_socket(Channel& channel)
{
    channel.close();
}

namespace {

// Reads on to the end of the other side, since to close over what it still sends could reset the
// connection under the last frame. Beast's time limit of the closing handshake ends it too.
struct Teardown
{
    Channel& channel;
    bool begun = false;

    template<class Self> void operator()(Self& self, boost::system::error_code error = {})
    {
        if (!std::exchange(begun, true)) {
            channel.finish_sending();
            return channel.async_wait_readable(std::move(self));
        }
        std::array<char, 2048> ignored;
        while (!error)
            channel.read_some(boost::asio::buffer(ignored), error);
        if (must_wait(error))
            return channel.async_wait_readable(std::move(self));
        channel.close();
        self.complete(error == boost::asio::error::eof ? boost::system::error_code{} : error);
    }
};

} // namespace

template<class Handler>
void async_teardown(boost::beast::role_type, Channel& channel, Handler&& handler)
{
    boost::asio::async_compose<Handler, void(boost::system::error_code)>(
        Teardown{channel}, handler, channel.get_executor()
    );
}

} // namespace http

namespace streams {

namespace {

namespace asio = boost::asio;
namespace beast_http = boost::beast::http;
namespace websocket = boost::beast::websocket;
using boost::system::error_code;

beast_http::request<beast_http::empty_body> request_of(http::Message const& message)
{
    constexpr unsigned http_1_1 = 11;
    beast_http::request<beast_http::empty_body> request{
        beast_http::verb::get, message.target, http_1_1};
    for (auto const& [name, value] : message.headers)
        request.insert(name, value);
    return request;
}

class WsStream : public Stream, public std::enable_shared_from_this<WsStream>
{
public:
    WsStream(
        http::TakenConnection& taken, http::Message const& message, EventFeed feed, http::Log log
    );

    void start() override;
    void wake() override;
    void stop() override;

    static constexpr std::size_t message_bytes_max = 4096; // of the client; above: 1009
    static constexpr std::chrono::seconds ping_interval{30};

private:
    using CloseCode = boost::beast::websocket::close_code;

    boost::asio::awaitable<void> run();
    boost::asio::awaitable<bool> accept();
    boost::asio::awaitable<void> send_until_closed();
    boost::asio::awaitable<void> send_events();
    void start_listening();
    boost::asio::awaitable<void> listen();
    boost::asio::awaitable<void> close(CloseCode code, char const* reason);
    void take(std::string_view message, bool is_first);
    void watch_write(std::chrono::seconds after);
    void ended(std::string_view reason);

    boost::beast::websocket::stream<http::Channel> socket_;
    boost::beast::http::request<boost::beast::http::empty_body> request_;
    std::string unsent_;    // what comes before the 101
    http::Headers headers_; // of the 101
    EventFeed feed_;
    http::Log log_;
    boost::beast::flat_buffer received_;
    boost::asio::steady_timer changed_; // cancelled by a wake-up
    boost::asio::steady_timer stuck_;   // of the write under way
    bool woken_ = false;
    bool stopping_ = false;
    bool slow_ = false;
    bool closed_ = false;
};

} // namespace

std::shared_ptr<Stream> make_ws_stream(
    http::TakenConnection& taken, http::Message const& message, EventFeed feed, http::Log log
)
{
    return std::make_shared<WsStream>(taken, message, std::move(feed), std::move(log));
}

namespace {

WsStream::WsStream(
    http::TakenConnection& taken, http::Message const& message, EventFeed feed, http::Log log
)
    : socket_(std::move(taken.channel)), request_(request_of(message)),
      unsent_(std::move(taken.unsent)), headers_(std::move(taken.headers)), feed_(std::move(feed)),
      log_(std::move(log)), changed_(socket_.get_executor()), stuck_(socket_.get_executor())
{
    socket_.read_message_max(message_bytes_max);
    // A ping after half of the idle time, and the end when the other half brings nothing either.
    websocket::stream_base::timeout const times{
        .handshake_timeout = stuck_time_max,
        .idle_timeout = 2 * ping_interval,
        .keep_alive_pings = true};
    socket_.set_option(times);
}

void WsStream::start()
{
    server::spawn(socket_.get_executor(), run(), shared_from_this());
}

void WsStream::wake()
{
    woken_ = true;
    changed_.cancel();
}

void WsStream::stop()
{
    stopping_ = true;
    wake();
}

asio::awaitable<void> WsStream::run()
{
    auto const accepted = co_await accept();
    if (!accepted) {
        ended("the client left");
    } else if (feed_.opening().slot) {
        start_listening();
        co_await send_until_closed();
    } else {
        co_await close(CloseCode::try_again_later, "Too many connections");
    }
}

// A function of its own: in a coroutine GCC 12 miscompiled this call, whose arguments are
// converted. The frame of run() began 8 bytes late, and the first WebSocket ended the process.
void WsStream::start_listening()
{
    server::spawn(socket_.get_executor(), listen(), shared_from_this());
}

asio::awaitable<bool> WsStream::accept()
{
    socket_.set_option(websocket::stream_base::decorator([headers = std::move(headers_
                                                          )](websocket::response_type& response) {
        for (auto const& [name, value] : headers)
            response.set(name, value);
    }));
    error_code error;
    // Answers to requests before the upgrade.
    co_await asio::async_write(
        socket_.next_layer(), asio::buffer(unsent_),
        asio::redirect_error(asio::use_awaitable, error)
    );
    if (error)
        co_return false;
    co_await socket_.async_accept(request_, asio::redirect_error(asio::use_awaitable, error));
    co_return !error;
}

asio::awaitable<void> WsStream::send_until_closed()
{
    while (!closed_) {
        woken_ = false;
        std::optional<std::string> fault;
        auto allowed = true;
        try {
            allowed = feed_.is_allowed();
            if (allowed)
                co_await send_events();
        } catch (SQLite::Exception const& failure) {
            fault = failure.what();
        }
        if (fault) {
            log_.event("error", {{"code", "STREAM"}, {"cause", *fault}});
            co_await close(CloseCode::internal_error, "The events cannot be read");
        } else if (!allowed) {
            co_await close(CloseCode::policy_error, "The API key is not valid any more");
        } else if (stopping_) {
            co_await close(CloseCode::going_away, "The server stops");
        }
        if (woken_ || closed_)
            continue;
        error_code cancelled;
        changed_.expires_after(quiet_time_max);
        co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
    }
}

asio::awaitable<void> WsStream::send_events()
{
    for (auto events = feed_.next(); !events.empty() && !closed_; events = feed_.next())
        for (auto const& event : events) {
            auto const text = frame_of(event);
            watch_write(stuck_time);
            error_code error;
            co_await socket_.async_write(
                asio::buffer(text), asio::redirect_error(asio::use_awaitable, error)
            );
            stuck_.cancel();
            if (error)
                co_return ended(slow_ ? "the client reads too slowly" : "the client left");
        }
}

asio::awaitable<void> WsStream::listen()
{
    auto is_first = true;
    for (;;) {
        error_code error;
        co_await socket_.async_read(received_, asio::redirect_error(asio::use_awaitable, error));
        if (error)
            break;
        take(boost::beast::buffers_to_string(received_.data()), is_first);
        received_.clear();
        is_first = false;
    }
    ended(slow_ ? "the client reads too slowly" : "the client left");
}

// {"types": [...]}, {"types": null}, {"since": "..."}; anything else is ignored.
void WsStream::take(std::string_view message, bool is_first)
{
    error_code error;
    auto const value = boost::json::parse(message, error);
    auto const* const object = error ? nullptr : value.if_object();
    if (object == nullptr)
        return;
    if (auto const* const types = object->if_contains("types")) {
        if (types->is_null())
            feed_.set_types(std::nullopt);
        if (auto const* const names = types->if_array()) {
            std::vector<std::string> wanted;
            for (auto const& name : *names)
                if (name.is_string())
                    wanted.emplace_back(name.as_string());
            feed_.set_types(std::move(wanted));
        }
    }
    auto const* const since = object->if_contains("since");
    if (since == nullptr || !since->is_string() || !is_first)
        return;
    std::string_view const text{since->as_string()};
    auto& app = feed_.app();
    server::Turn const turn{app, app.reader, app.clock.now()};
    auto const time = rules::parse_time(text);
    try {
        auto const place =
            time ? server::place_after_time(turn, *time)
                 : server::place_after_event(turn, feed_.opening().developer_id, text);
        feed_.set_place(place.after_id);
    } catch (SQLite::Exception const& failure) { // the next read says so to the client
        log_.event("error", {{"code", "STREAM"}, {"cause", failure.what()}});
    }
    wake();
}

asio::awaitable<void> WsStream::close(CloseCode code, char const* reason)
{
    ended(reason);
    websocket::close_reason const farewell{code, reason};
    error_code error;
    co_await socket_.async_close(farewell, asio::redirect_error(asio::use_awaitable, error));
}

// One whose buffers are full can be told nothing, so the connection is cut.
void WsStream::watch_write(std::chrono::seconds after)
{
    stuck_.expires_after(after);
    stuck_.async_wait([weak = weak_from_this(), after](error_code cancelled) {
        auto const self = weak.lock();
        if (cancelled || !self)
            return;
        if (after == stuck_time_max || self->feed_.is_overfull()) {
            self->slow_ = true;
            self->socket_.next_layer().close();
        } else {
            self->watch_write(stuck_time_max);
        }
    });
}

void WsStream::ended(std::string_view reason)
{
    if (std::exchange(closed_, true))
        return;
    log_.event(
        "stream.closed",
        {{"kind", "websocket"}, {"developer", feed_.opening().developer_id}, {"reason", reason}}
    );
    changed_.cancel();
    stuck_.cancel();
    feed_.release_slot();
}

} // namespace

} // namespace streams
