// A stream of server-sent events (WHATWG HTML, "Server-sent events").
#pragma once

#include "server/http/log.hpp"
#include "server/http/taken_connection.hpp"
#include "server/streams/event_feed.hpp"
#include "server/streams/stream.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include <memory>

namespace streams {

class SseStream : public Stream, public std::enable_shared_from_this<SseStream>
{
public:
    SseStream(http::TakenConnection& taken, EventFeed feed, http::Log log);

    void start() override;
    void wake() override;
    void stop() override;

private:
    boost::asio::awaitable<void> run();
    boost::asio::awaitable<void> listen();
    boost::asio::awaitable<bool> write(std::string text);
    boost::asio::awaitable<bool> send_events();
    void watch_write(std::chrono::seconds after);
    void close(std::string_view reason);

    http::Channel channel_;
    EventFeed feed_;
    http::Log log_;
    std::string start_text_;
    boost::asio::steady_timer changed_; // cancelled by a wake-up
    boost::asio::steady_timer stuck_;   // of the write under way
    bool woken_ = false;
    bool stopping_ = false;
    bool closed_ = false;
};

} // namespace streams
