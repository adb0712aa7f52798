#include "server/streams/sse_stream.hpp"

#include "server/spawn.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <array>

namespace streams {

namespace asio = boost::asio;
using boost::system::error_code;

SseStream::SseStream(http::TakenConnection& taken, EventFeed feed, http::Log log)
    : channel_(std::move(taken.channel)), feed_(std::move(feed)), log_(std::move(log)),
      start_text_(std::move(taken.unsent) + ": connected\nretry: 3000\n\n"),
      changed_(channel_.get_executor()), stuck_(channel_.get_executor())
{}

void SseStream::start()
{
    server::spawn(channel_.get_executor(), run(), shared_from_this());
    server::spawn(channel_.get_executor(), listen(), shared_from_this());
}

void SseStream::wake()
{
    woken_ = true;
    changed_.cancel();
}

void SseStream::stop()
{
    stopping_ = true;
    wake();
}

asio::awaitable<void> SseStream::run()
{
    auto going = co_await write(std::move(start_text_));
    while (going) {
        woken_ = false;
        going = co_await send_events();
        if (!going)
            break;
        if (stopping_) {
            co_await write(": the server stops\n\n");
            close("the server stops");
            break;
        }
        if (woken_)
            continue;
        error_code cancelled;
        changed_.expires_after(quiet_time_max);
        co_await changed_.async_wait(asio::redirect_error(asio::use_awaitable, cancelled));
        if (!cancelled && !closed_)
            going = co_await write(": keepalive\n\n");
        going = going && !closed_;
    }
}

// Everything there is. False: the stream has ended.
asio::awaitable<bool> SseStream::send_events()
{
    std::string ending;
    try {
        if (!feed_.is_allowed())
            ending = "the API key is not valid any more";
        else
            for (auto events = feed_.next(); !events.empty() && !closed_; events = feed_.next()) {
                std::string frames;
                for (auto const& event : events)
                    frames += "id: " + event.id + "\ndata: " + frame_of(event) + "\n\n";
                if (!co_await write(std::move(frames)))
                    co_return false;
            }
    } catch (SQLite::Exception const& failure) {
        log_.event("error", {{"code", "STREAM"}, {"cause", failure.what()}});
        ending = "the events cannot be read";
    }
    if (ending.empty())
        co_return !closed_;
    std::string comment = ": " + ending + "\n\n";
    co_await write(std::move(comment));
    close(ending);
    co_return false;
}

// What the client sends is of no interest, but that it goes is.
asio::awaitable<void> SseStream::listen()
{
    std::array<char, 256> ignored{}; // with more Asio would not keep the frame for the next one
    error_code error;
    while (!error && !closed_)
        co_await channel_.async_read_some(
            asio::buffer(ignored), asio::redirect_error(asio::use_awaitable, error)
        );
    close("the client left");
}

asio::awaitable<bool> SseStream::write(std::string text)
{
    watch_write(stuck_time);
    error_code error;
    co_await asio::async_write(
        channel_, asio::buffer(text), asio::redirect_error(asio::use_awaitable, error)
    );
    stuck_.cancel();
    if (error)
        close("the client left");
    co_return !closed_;
}

void SseStream::watch_write(std::chrono::seconds after)
{
    stuck_.expires_after(after);
    stuck_.async_wait([weak = weak_from_this(), after](error_code cancelled) {
        auto const self = weak.lock();
        if (cancelled || !self)
            return;
        if (after == stuck_time_max || self->feed_.is_overfull())
            self->close("the client reads too slowly");
        else
            self->watch_write(stuck_time_max);
    });
}

void SseStream::close(std::string_view reason)
{
    if (std::exchange(closed_, true))
        return;
    log_.event(
        "stream.closed",
        {{"kind", "sse"}, {"developer", feed_.opening().developer_id}, {"reason", reason}}
    );
    changed_.cancel();
    stuck_.cancel();
    channel_.close();
    feed_.release_slot();
}

} // namespace streams
