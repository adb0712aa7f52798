#include "server/http/listener.hpp"

#include "server/http/listener_state.hpp"

#include <boost/asio/error.hpp>
#include <boost/asio/post.hpp>
#include <boost/system/system_error.hpp>

#include <cerrno>
#include <sstream>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

namespace http {

namespace {

namespace ip = boost::asio::ip;
using ErrorCode = boost::system::error_code;

constexpr std::chrono::milliseconds sweep_interval{250};
constexpr int accepts_per_turn = 64; // then the connections that are open have their turn

ip::address unmapped(ip::address const& address)
{
    if (address.is_v6() && address.to_v6().is_v4_mapped())
        return ip::make_address_v4(ip::v4_mapped, address.to_v6());
    return address;
}

} // namespace

std::string network_of(ip::address const& address)
{
    constexpr std::size_t ipv6_network_bytes = 8;
    auto const plain = unmapped(address);
    if (plain.is_v4())
        return plain.to_string();
    auto const bytes = plain.to_v6().to_bytes();
    return {bytes.begin(), bytes.begin() + ipv6_network_bytes};
}

Listener::State::State(
    boost::asio::io_context& loop, Handler& handler_of_all, ListenerLimits each,
    TlsContext const* tls
)
    : SessionHost(handler_of_all, each), loop_(loop), tls_(tls), acceptor_(loop), sweeper_(loop)
{
    open_reserve();
}

Listener::State::~State()
{
    if (reserve_ >= 0)
        ::close(reserve_);
}

void Listener::State::listen(ip::tcp::endpoint const& address)
{
    ErrorCode error;
    acceptor_.open(address.protocol(), error);
    if (!error)
        acceptor_.set_option(ip::tcp::acceptor::reuse_address(true), error);
    if (!error)
        acceptor_.bind(address, error);
    if (!error)
        acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
    if (!error)
        acceptor_.non_blocking(true, error);
    if (!error && ::fcntl(acceptor_.native_handle(), F_SETFD, FD_CLOEXEC) != 0)
        error.assign(errno, boost::system::system_category());
    if (error) {
        std::ostringstream what;
        what << "cannot listen on " << address;
        throw boost::system::system_error(error, what.str());
    }
}

void Listener::State::adopt(int descriptor)
{
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    ErrorCode error;
    if (::getsockname(descriptor, reinterpret_cast<sockaddr*>(&address), &size) != 0 || // NOLINT
        (address.ss_family != AF_INET && address.ss_family != AF_INET6))
        error = boost::asio::error::address_family_not_supported;
    if (!error)
        acceptor_.assign(
            address.ss_family == AF_INET6 ? ip::tcp::v6() : ip::tcp::v4(), descriptor, error
        );
    if (!error)
        acceptor_.non_blocking(true, error);
    if (error)
        throw boost::system::system_error(error, "cannot use the socket of systemd");
}

void Listener::State::start()
{
    wait_acceptable();
    schedule_sweep();
}

void Listener::State::wait_acceptable()
{
    if (waiting_ || paused_ || !acceptor_.is_open())
        return;
    waiting_ = true;
    // Readiness, not async_accept: that one would fail at once, in circles, when the process is out
    // of descriptors, whether or not somebody wants to connect.
    acceptor_.async_wait(
        ip::tcp::acceptor::wait_read,
        [self = shared_from_this()](ErrorCode const& error) {
            self->waiting_ = false;
            if (!error)
                self->accept_some();
            self->wait_acceptable();
        }
    );
}

void Listener::State::accept_some()
{
    for (int count = 0; count < accepts_per_turn && acceptor_.is_open(); ++count) {
        auto const next = accept_one();
        paused_ = next == Next::pause;
        if (next != Next::accept)
            return;
    }
}

Listener::State::Next Listener::State::accept_one()
{
    ip::tcp::endpoint peer;
    auto size = static_cast<socklen_t>(peer.capacity());
    int const descriptor =
        ::accept4(acceptor_.native_handle(), peer.data(), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (descriptor < 0)
        return after_error(errno);
    peer.resize(size);
    admit(descriptor, peer);
    return Next::accept;
}

Listener::State::Next Listener::State::after_error(int error)
{
    switch (error) {
    case EAGAIN:
        return Next::wait;
    case EMFILE:
    case ENFILE: {
        if (reserve_ < 0)
            return Next::pause;
        // The client learns at once that there is no place, instead of waiting in the queue.
        ::close(std::exchange(reserve_, -1));
        int const refused = ::accept(acceptor_.native_handle(), nullptr, nullptr);
        if (refused >= 0)
            ::close(refused);
        open_reserve();
        return refused >= 0 ? Next::accept : Next::wait;
    }
    case ENOBUFS:
    case ENOMEM:
        return Next::pause;
    default:
        return Next::accept; // an error of that connection (ECONNABORTED and its like), or EINTR
    }
}

void Listener::State::admit(int descriptor, ip::tcp::endpoint const& peer)
{
    auto const network = network_of(peer.address());
    auto const counted = per_network_.find(network);
    auto const from_there = counted == per_network_.end() ? 0 : counted->second;
    if (sessions_.size() >= limits.connections_max ||
        from_there >= limits.connections_per_address_max) {
        ::close(descriptor);
        return;
    }
    Socket socket(loop_);
    ErrorCode error;
    socket.assign(peer.protocol(), descriptor, error);
    if (error) {
        ::close(descriptor);
        return;
    }
    socket.non_blocking(true, error);
    if (!error)
        socket.set_option(ip::tcp::no_delay(true), error);
    if (error)
        return; // the peer has gone already
    auto tls = tls_ != nullptr ? tls_->accept(descriptor) : Tls{};
    if (tls_ != nullptr && !tls)
        return; // no memory for it, and nobody is served in the clear here
    auto const session = std::make_shared<Session>(
        Channel{std::move(socket), std::move(tls)}, unmapped(peer.address()).to_string(),
        shared_from_this()
    );
    sessions_.emplace(session.get(), Entry{session, network});
    ++per_network_[network];
    session->start();
}

void Listener::State::ended(Session& session)
{
    auto const entry = sessions_.find(&session);
    if (entry == sessions_.end())
        return;
    auto const counted = per_network_.find(entry->second.network);
    if (--counted->second == 0)
        per_network_.erase(counted);
    sessions_.erase(entry);
    stop_when_drained();
}

void Listener::State::open_reserve()
{
    if (reserve_ < 0)
        reserve_ = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
}

void Listener::State::schedule_sweep()
{
    sweeper_.expires_after(sweep_interval);
    sweeper_.async_wait([self = shared_from_this()](ErrorCode const& error) {
        if (!error)
            self->sweep();
    });
}

void Listener::State::sweep()
{
    auto const now = std::chrono::steady_clock::now();
    for (auto entry = sessions_.begin(); entry != sessions_.end();) {
        auto const session = entry->second.session;
        ++entry; // the session may end and take its own entry away, but no other
        session->sweep(now);
    }
    open_reserve();
    if (std::exchange(paused_, false))
        wait_acceptable();
    if (acceptor_.is_open() || !sessions_.empty())
        schedule_sweep();
}

void Listener::State::drain(std::function<void()> drained)
{
    drained_ = std::move(drained);
    if (acceptor_.is_open())
        accept_some(); // who got through the handshake is served
    draining = true;
    ErrorCode ignored;
    acceptor_.close(ignored);
    for (auto entry = sessions_.begin(); entry != sessions_.end();) {
        auto const session = entry->second.session;
        ++entry;
        session->drain();
    }
    stop_when_drained();
}

void Listener::State::stop_when_drained()
{
    if (!sessions_.empty() || acceptor_.is_open())
        return;
    sweeper_.cancel();
    if (drained_)
        boost::asio::post(loop_, std::exchange(drained_, nullptr));
}

void Listener::State::close()
{
    ErrorCode ignored;
    acceptor_.close(ignored);
    while (!sessions_.empty()) {
        auto const session = sessions_.begin()->second.session;
        session->close();
    }
    stop_when_drained();
}

Listener::Listener(
    boost::asio::io_context& loop, ip::tcp::endpoint address, Handler& handler,
    ListenerLimits limits, TlsContext const* tls, std::optional<int> inherited
)
    : state_(std::make_shared<State>(loop, handler, limits, tls))
{
    if (inherited)
        state_->adopt(*inherited);
    else
        state_->listen(address);
    state_->start();
}

Listener::~Listener()
{
    if (state_)
        state_->close();
}

ip::tcp::endpoint Listener::address() const
{
    return state_->address();
}

std::size_t Listener::connections() const
{
    return state_->connections();
}

void Listener::drain(std::function<void()> drained)
{
    state_->drain(std::move(drained));
}

void Listener::close()
{
    state_->close();
}

} // namespace http
