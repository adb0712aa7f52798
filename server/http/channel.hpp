// The transport of a connection: a TCP socket, or TLS on one. Both work on readiness, so that who
// waits owns no buffer; both are streams in the sense of Asio, so that what a connection becomes
// may be written with coroutines.
#pragma once

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/compose.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>

#include <openssl/types.h>

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace http {

// The only place that names the transport; it must be in non-blocking mode.
using Socket =
    boost::asio::basic_stream_socket<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

// Whether an operation has to be repeated when the channel is ready.
bool must_wait(boost::system::error_code const& error);

struct TlsDeleter
{
    void operator()(SSL* tls) const;
};
using Tls = std::unique_ptr<SSL, TlsDeleter>; // TlsContext makes them

class Channel
{
public:
    using ErrorCode = boost::system::error_code;
    using executor_type = Socket::executor_type;

    // With `tls`, which works on the descriptor of the socket, the handshake is a part of the
    // first reads.
    explicit Channel(Socket socket, Tls tls = {}) : socket_(std::move(socket)), tls_(std::move(tls))
    {}

    executor_type get_executor() { return socket_.get_executor(); }

    // Whether requests can come: false during the handshake.
    [[nodiscard]] bool is_established() const;

    // Whether there is something to read, or the beginning of it.
    [[nodiscard]] bool has_input() const;

    // What can be had now. `would_block`: nothing yet; `eof`: the other side sends no more.
    template<class Buffers> std::size_t read_some(Buffers const& buffers, ErrorCode& error)
    {
        if (!tls_)
            return socket_.read_some(buffers, error);
        return decrypt(first_of<boost::asio::mutable_buffer>(buffers), error);
    }

    // What can be sent now. After `would_block` the same bytes come first in the next call, though
    // they may have moved, and more may follow them.
    template<class Buffers> std::size_t write_some(Buffers const& buffers, ErrorCode& error)
    {
        if (!tls_)
            return socket_.write_some(buffers, error);
        auto const first = first_of<boost::asio::const_buffer>(buffers);
        if (first.size() >= record_bytes_max || first.size() == boost::asio::buffer_size(buffers))
            return encrypt(first, error);
        std::array<char, record_bytes_max> record; // else every part were a record of its own
        auto const size = boost::asio::buffer_copy(boost::asio::buffer(record), buffers);
        return encrypt(boost::asio::buffer(record, size), error);
    }

    // Calls handler(ErrorCode) when it is worth to read, or to write, again.
    template<class Handler> void async_wait_readable(Handler&& handler)
    {
        if (holds_decrypted())
            boost::asio::post(get_executor(), [kept = std::forward<Handler>(handler)]() mutable {
                kept(ErrorCode{});
            });
        else
            socket_.async_wait(reading_waits_for_, std::forward<Handler>(handler));
    }
    template<class Handler> void async_wait_writable(Handler&& handler)
    {
        socket_.async_wait(writing_waits_for_, std::forward<Handler>(handler));
    }
    void cancel();

    template<class Buffers, class Token> auto async_read_some(Buffers const& buffers, Token&& token)
    {
        return boost::asio::async_compose<Token, void(ErrorCode, std::size_t)>(
            Transfer<Buffers, true>{*this, buffers}, token, socket_
        );
    }
    template<class Buffers, class Token>
    auto async_write_some(Buffers const& buffers, Token&& token)
    {
        return boost::asio::async_compose<Token, void(ErrorCode, std::size_t)>(
            Transfer<Buffers, false>{*this, buffers}, token, socket_
        );
    }

    // Says that nothing more comes from here.
    void finish_sending();

    // What was written and is not yet taken goes with close(), instead of waiting in the kernel.
    void drop_unsent();
    void close();

private:
    static constexpr std::size_t record_bytes_max = 16 * 1024; // RFC 8446 section 5.1

    // One read or write, once it can be done. It never completes within its call.
    template<class Buffers, bool reads> struct Transfer
    {
        Channel& channel;
        Buffers buffers;
        ErrorCode result{};
        std::size_t count = 0;
        bool done = false;

        template<class Self> void operator()(Self& self, ErrorCode error = {})
        {
            if (done || error)
                return self.complete(error ? error : result, count);
            if constexpr (reads)
                count = channel.read_some(buffers, result);
            else
                count = channel.write_some(buffers, result);
            done = !must_wait(result);
            if (done)
                boost::asio::post(channel.get_executor(), [kept = std::move(self)]() mutable {
                    kept();
                });
            else if constexpr (reads)
                channel.async_wait_readable(std::move(self));
            else
                channel.async_wait_writable(std::move(self));
        }
    };

    template<class Buffer, class Buffers> static Buffer first_of(Buffers const& buffers)
    {
        auto const end = boost::asio::buffer_sequence_end(buffers);
        auto const first =
            std::find_if(boost::asio::buffer_sequence_begin(buffers), end, [](Buffer const& each) {
                return each.size() > 0;
            });
        return first == end ? Buffer{} : Buffer{*first};
    }

    std::size_t decrypt(boost::asio::mutable_buffer buffer, ErrorCode& error);
    std::size_t encrypt(boost::asio::const_buffer buffer, ErrorCode& error);
    ErrorCode fault(int outcome, Socket::wait_type& waits_for);
    [[nodiscard]] bool holds_decrypted() const;
    void say_goodbye();

    Socket socket_;
    Tls tls_;
    // The other way round when the protocol has something to say or to hear first.
    Socket::wait_type reading_waits_for_ = Socket::wait_read;
    Socket::wait_type writing_waits_for_ = Socket::wait_write;
    bool failed_ = false; // TLS: nothing more can be said
};

} // namespace http
