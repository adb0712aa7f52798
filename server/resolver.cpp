#include "server/resolver.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <ares.h>

#include <netdb.h>
#include <netinet/in.h>

#include <algorithm>
#include <map>

namespace server {

namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// One question; its answer may come when nobody waits any more.
template<class Answer> struct Question
{
    explicit Question(asio::io_context& loop) : answered(loop) {}

    asio::steady_timer answered; // cancelled by the answer
    bool has_answer = false;
    int status = ARES_SUCCESS;
    Answer answer;

    void end(int with_status)
    {
        status = with_status;
        has_answer = true;
        answered.cancel();
    }
};

// What the callback of a C library holds: freed by it.
template<class Answer> using Held = std::shared_ptr<Question<Answer>>;

template<class Answer> asio::awaitable<void> wait_for(Held<Answer> question)
{
    error_code cancelled;
    question->answered.expires_after(Resolver::time_max);
    if (!question->has_answer)
        co_await question->answered.async_wait(asio::redirect_error(asio::use_awaitable, cancelled)
        );
    if (!question->has_answer)
        throw LookupFailure("the name servers do not answer in time");
    if (question->status != ARES_SUCCESS)
        throw LookupFailure(ares_strerror(question->status));
}

using Addresses = std::vector<rules::Address>;
using Texts = std::vector<std::string>;

void take_addresses(ares_addrinfo const& found, Addresses& addresses)
{
    for (auto const* node = found.nodes; node != nullptr; node = node->ai_next) {
        rules::Address address{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
        if (node->ai_family == AF_INET) {
            auto const* const ipv4 = reinterpret_cast<sockaddr_in const*>(node->ai_addr);
            auto const* const bytes = reinterpret_cast<unsigned char const*>(&ipv4->sin_addr);
            std::copy_n(bytes, 4, address.begin() + 12);
        } else if (node->ai_family == AF_INET6) {
            auto const* const ipv6 = reinterpret_cast<sockaddr_in6 const*>(node->ai_addr);
            std::copy_n(ipv6->sin6_addr.s6_addr, 16, address.begin());
        } else {
            continue;
        }
        addresses.push_back(address);
    }
}

void addresses_found(void* held, int status, int, ares_addrinfo* found)
{
    std::unique_ptr<Held<Addresses>> const question{static_cast<Held<Addresses>*>(held)};
    if (found != nullptr) {
        take_addresses(*found, (*question)->answer);
        ares_freeaddrinfo(found);
    }
    (*question)->end(status == ARES_SUCCESS && (*question)->answer.empty() ? ARES_ENODATA : status);
}

void texts_found(void* held, int status, int, unsigned char* reply, int reply_bytes)
{
    std::unique_ptr<Held<Texts>> const question{static_cast<Held<Texts>*>(held)};
    ares_txt_ext* first = nullptr;
    if (status == ARES_SUCCESS)
        status = ares_parse_txt_reply_ext(reply, reply_bytes, &first);
    auto& texts = (*question)->answer;
    for (auto const* part = first; part != nullptr; part = part->next) {
        if (part->record_start != 0) {
            if (texts.size() == Resolver::texts_max)
                break;
            texts.emplace_back();
        }
        texts.back().append(reinterpret_cast<char const*>(part->txt), part->length);
    }
    if (first != nullptr)
        ares_free_data(first);
    (*question)->end(status);
}

} // namespace

// The library with the loop as its select(): it names the sockets to watch, and is told when one is
// ready or time has passed.
class Resolver::Channel
{
public:
    Channel(asio::io_context& loop, std::string const& servers) : loop_(loop), timer_(loop)
    {
        ares_options options{};
        options.timeout = 1500; // milliseconds of the first try
        options.tries = 2;
        options.sock_state_cb_data = this;
        options.sock_state_cb = [](void* self, ares_socket_t socket, int readable, int writable) {
            static_cast<Channel*>(self)->watch(socket, readable != 0, writable != 0);
        };
        if (ares_library_init(ARES_LIB_INIT_ALL) != ARES_SUCCESS ||
            ares_init_options(
                &channel_, &options, ARES_OPT_SOCK_STATE_CB | ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES
            ) != ARES_SUCCESS)
            throw std::runtime_error("cannot start the resolver");
        if (!servers.empty() && ares_set_servers_ports_csv(channel_, servers.c_str()) != 0)
            throw std::runtime_error("cannot use the name servers " + servers);
    }
    ~Channel()
    {
        ares_destroy(channel_); // ends every question
        ares_library_cleanup();
    }
    Channel(Channel const&) = delete;
    Channel& operator=(Channel const&) = delete;

    [[nodiscard]] asio::io_context& loop() const { return loop_; }

    Held<Addresses> ask_addresses(std::string const& host)
    {
        auto question = std::make_shared<Question<Addresses>>(loop_);
        ares_addrinfo_hints hints{};
        hints.ai_flags = ARES_AI_NOSORT;
        hints.ai_family = AF_UNSPEC;
        hints.ai_socktype = SOCK_STREAM;
        ares_getaddrinfo(
            channel_, host.c_str(), nullptr, &hints, addresses_found, new Held<Addresses>{question}
        );
        set_timer();
        return question;
    }

    Held<Texts> ask_texts(std::string const& name)
    {
        constexpr int internet = 1, txt = 16; // RFC 1035 3.2
        auto question = std::make_shared<Question<Texts>>(loop_);
        ares_query(channel_, name.c_str(), internet, txt, texts_found, new Held<Texts>{question});
        set_timer();
        return question;
    }

private:
    struct Watched
    {
        Watched(asio::io_context& loop, int socket) : descriptor(loop, socket) {}
        asio::posix::stream_descriptor descriptor;
        bool wants_read = false, wants_write = false;
        bool reading = false, writing = false;
    };

    void watch(ares_socket_t socket, bool readable, bool writable)
    {
        auto const found = watched_.find(socket);
        if (!readable && !writable) { // the library closes it now
            if (found != watched_.end()) {
                found->second->descriptor.release();
                watched_.erase(found);
            }
            return;
        }
        auto const& watched =
            found != watched_.end()
                ? found->second
                : watched_.emplace(socket, std::make_shared<Watched>(loop_, socket)).first->second;
        watched->wants_read = readable;
        watched->wants_write = writable;
        wait(watched);
    }

    void wait(std::shared_ptr<Watched> const& watched)
    {
        using Descriptor = asio::posix::stream_descriptor;
        auto const socket = watched->descriptor.native_handle();
        if (watched->wants_read && !watched->reading) {
            watched->reading = true;
            watched->descriptor.async_wait(
                Descriptor::wait_read,
                [this, watched, socket](error_code error) {
                    watched->reading = false;
                    ready(error, watched, socket, ARES_SOCKET_BAD);
                }
            );
        }
        if (watched->wants_write && !watched->writing) {
            watched->writing = true;
            watched->descriptor.async_wait(
                Descriptor::wait_write,
                [this, watched, socket](error_code error) {
                    watched->writing = false;
                    ready(error, watched, ARES_SOCKET_BAD, socket);
                }
            );
        }
    }

    void ready(
        error_code error, std::shared_ptr<Watched> const& watched, ares_socket_t readable,
        ares_socket_t writable
    )
    {
        if (error)
            return; // released; `this` may be gone with it
        ares_process_fd(channel_, readable, writable);
        if (watched->descriptor.is_open())
            wait(watched);
        set_timer();
    }

    void set_timer()
    {
        timeval bound{};
        auto const* const next = ares_timeout(channel_, nullptr, &bound);
        if (next == nullptr)
            return;
        timer_.expires_after(
            std::chrono::seconds{next->tv_sec} + std::chrono::microseconds{next->tv_usec}
        );
        timer_.async_wait([this](error_code cancelled) {
            if (cancelled)
                return;
            ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
            set_timer();
        });
    }

    asio::io_context& loop_;
    asio::steady_timer timer_;
    ares_channel channel_ = nullptr;
    std::map<ares_socket_t, std::shared_ptr<Watched>> watched_;
};

Resolver::Resolver(asio::io_context& loop, std::string const& servers)
    : channel_(std::make_unique<Channel>(loop, servers))
{}

Resolver::~Resolver() = default;

asio::awaitable<std::vector<rules::Address>> Resolver::addresses(std::string const& host)
{
    if (auto const address = rules::parse_address(host))
        co_return std::vector{*address};
    auto const question = channel_->ask_addresses(host);
    co_await wait_for<Addresses>(question);
    co_return question->answer;
}

asio::awaitable<std::vector<std::string>> Resolver::texts(std::string const& name)
{
    auto const question = channel_->ask_texts(name);
    co_await wait_for<Texts>(question);
    co_return question->answer;
}

} // namespace server
