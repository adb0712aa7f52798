// What is behind a Listener: the acceptor, the sessions and the sweeper.
#pragma once

#include "server/http/listener.hpp"
#include "server/http/session.hpp"

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/steady_timer.hpp>

#include <map>
#include <string>
#include <unordered_map>

namespace http {

class Listener::State : public SessionHost, public std::enable_shared_from_this<State>
{
public:
    State(
        boost::asio::io_context& loop, Handler& handler, ListenerLimits limits,
        TlsContext const* tls
    );
    ~State() override;
    State(State const&) = delete;
    State& operator=(State const&) = delete;

    void listen(boost::asio::ip::tcp::endpoint const& address);
    void adopt(int descriptor);
    void start();
    void drain(std::function<void()> drained);
    void close();
    void ended(Session& session) override;

    [[nodiscard]] boost::asio::ip::tcp::endpoint address() const
    {
        return acceptor_.local_endpoint();
    }
    [[nodiscard]] std::size_t connections() const { return sessions_.size(); }

private:
    struct Entry
    {
        std::shared_ptr<Session> session;
        std::string network;
    };
    // What to do after an attempt to accept.
    enum class Next
    {
        accept,
        wait,
        pause
    };

    void wait_acceptable();
    void accept_some();
    Next accept_one();
    Next after_error(int error);
    void admit(int descriptor, boost::asio::ip::tcp::endpoint const& peer);
    void open_reserve();
    void schedule_sweep();
    void sweep();
    void stop_when_drained();

    boost::asio::io_context& loop_;
    TlsContext const* tls_;
    boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>
        acceptor_;
    boost::asio::steady_timer sweeper_;
    std::unordered_map<Session const*, Entry> sessions_;
    std::map<std::string, std::size_t> per_network_;
    std::function<void()> drained_;
    int reserve_ = -1; // given up to accept and close one connection when descriptors run out
    bool waiting_ = false;
    bool paused_ = false; // until the next sweep
};

// What one client is counted by: its IPv4 address, or its IPv6 /64, which is what one subscriber
// gets. A mapped IPv4 address is that address.
std::string network_of(boost::asio::ip::address const& address);

} // namespace http
