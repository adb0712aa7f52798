// Accepts connections and runs a session for each; counts them, limits them, drains them.
#pragma once

#include "server/http/message.hpp"
#include "server/http/tls_context.hpp"

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <memory>
#include <optional>

namespace http {

struct ListenerLimits
{
    std::size_t connections_max = 10'500;
    std::size_t connections_per_address_max = 10'500; // lower in production settings
    std::size_t pipeline_max = 16;           // requests of one connection waiting for their answer
    std::size_t header_bytes_max = 8 * 1024; // request line and headers together
    std::size_t header_count_max = 100;
    std::chrono::seconds handshake_timeout{10};
    std::chrono::seconds header_timeout{10}; // from the first byte of a request to its last header
    std::chrono::seconds body_timeout{30};
    std::size_t body_bytes_per_second_min = 1024; // after the first seconds of a body
    std::chrono::seconds idle_timeout{60};
    std::chrono::seconds write_timeout{30}; // a reader that takes nothing for so long is dropped
    std::size_t held_bytes_max = 64 * 1024 * 1024; // held_memory.hpp
    std::size_t held_bytes_free = 16 * 1024;
};

class Listener
{
public:
    // Binds and listens at once; throws boost::system::system_error naming the address when it
    // cannot. Sessions are served by `handler`, which must outlive the listener, as must `tls`:
    // when there is one, every connection begins with a handshake. `inherited`: a socket that
    // listens already, which is taken over whatever its address.
    Listener(
        boost::asio::io_context& loop, boost::asio::ip::tcp::endpoint address, Handler& handler,
        ListenerLimits limits = {}, TlsContext const* tls = nullptr,
        std::optional<int> inherited = {}
    );
    ~Listener();
    Listener(Listener&&) = default;
    Listener& operator=(Listener&&) = delete;

    [[nodiscard]] boost::asio::ip::tcp::endpoint address() const; // with the port the system chose
    [[nodiscard]] std::size_t connections() const;

    // Stops accepting, closes idle connections now and the others after the answer they wait for
    // (with `Connection: close`). Calls `drained` once on the loop when none is left.
    void drain(std::function<void()> drained);

    // Closes every connection now.
    void close();

private:
    class State;
    std::shared_ptr<State> state_;
};

} // namespace http
