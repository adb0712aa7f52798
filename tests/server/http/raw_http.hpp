// A real listener on a free port of 127.0.0.1 with its loop in a thread, a handler that echoes, and
// a client that is nothing but a blocking socket: what is sent is what the test wrote.
#pragma once

#include "server/http/listener.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <cctype>
#include <chrono>
#include <functional>
#include <future>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

namespace raw {

// Stands for everything behind the HTTP front. Echoes "METHOD target body"; `/later...` is kept
// until the test answers it; `/throw` fails. Used on the loop only.
class EchoHandler : public http::Handler
{
public:
    void handle(http::Message message, http::Respond respond) override
    {
        ++requests;
        http::Response response;
        response.body = message.method + " " + message.target + " " + message.body;
        response.headers = {{"X-Peer", message.peer_address}};
        last = message;
        if (message.target == "/throw")
            throw std::runtime_error("a bug");
        if (message.target == "/empty")
            response.status = 204;
        if (message.target == "/close")
            response.close = true;
        if (message.target == "/split")
            response.headers = {
                {"Location", "/a\r\nX-Injected: 1"}, {"X Bad\r\n", "1"}, {"content-length", "1"}};
        if (message.target == "/large")
            response.body.assign(16 * 1024 * 1024, 'x');
        if (message.target.starts_with("/later"))
            kept.emplace_back(std::move(respond), std::move(response));
        else
            respond(std::move(response));
    }

    http::Response refuse(unsigned status, std::string_view message) override
    {
        return {.status = status, .headers = {}, .body = std::string(message)};
    }

    std::size_t body_bytes_max(std::string_view, std::string_view target) override
    {
        if (target == "/throw-early")
            throw std::runtime_error("a bug");
        return target.starts_with("/small") ? 10 : 1024 * 1024;
    }

    int requests = 0;
    http::Message last;
    std::vector<std::pair<http::Respond, http::Response>> kept;
};

class Server
{
public:
    explicit Server(
        http::ListenerLimits limits = {}, std::string const& address = "127.0.0.1",
        http::TlsContext const* tls = nullptr
    )
        : work_(boost::asio::make_work_guard(loop_)),
          listener_(std::make_unique<http::Listener>(
              loop_, boost::asio::ip::tcp::endpoint(boost::asio::ip::make_address(address), 0),
              handler, limits, tls
          )),
          port_(listener_->address().port()), thread_([this] { loop_.run(); })
    {}

    // Runs the function on the loop and waits for it.
    template<class Function> auto on_loop(Function function)
    {
        std::packaged_task<decltype(function())()> task(std::move(function));
        auto result = task.get_future();
        boost::asio::post(loop_, [&task] { task(); });
        return result.get();
    }

    ~Server()
    {
        on_loop([this] { listener_.reset(); });
        work_.reset();
        thread_.join();
    }

    Server(Server const&) = delete;
    Server& operator=(Server const&) = delete;

    [[nodiscard]] std::uint16_t port() const { return port_; }
    boost::asio::io_context& loop() { return loop_; }
    http::Listener& listener() { return *listener_; }
    std::size_t connections()
    {
        return on_loop([this] { return listener_->connections(); });
    }
    int requests()
    {
        return on_loop([this] { return handler.requests; });
    }
    http::Message last()
    {
        return on_loop([this] { return handler.last; });
    }

    // Answers the kept request with this place in the order of arrival.
    void answer_kept(std::size_t index)
    {
        on_loop([&] { handler.kept.at(index).first(handler.kept.at(index).second); });
    }

    // Waits until the condition, evaluated on the loop, holds; false after five seconds.
    template<class Condition> bool eventually(Condition condition)
    {
        auto const end = std::chrono::steady_clock::now() + std::chrono::seconds(5);
        while (!on_loop(condition)) {
            if (std::chrono::steady_clock::now() > end)
                return false;
            std::this_thread::sleep_for(std::chrono::milliseconds(5));
        }
        return true;
    }

    EchoHandler handler;

private:
    boost::asio::io_context loop_;
    boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work_;
    std::unique_ptr<http::Listener> listener_;
    std::uint16_t port_;
    std::thread thread_;
};

struct Answer
{
    int status = 0;                                  // 0: the connection ended instead
    std::multimap<std::string, std::string> headers; // lower-case names
    std::string body;

    [[nodiscard]] std::string header(std::string const& name) const
    {
        auto const found = headers.find(name);
        return found == headers.end() ? std::string() : found->second;
    }
};

class Client
{
public:
    explicit Client(Server const& server, char const* from = "127.0.0.1", int receive_buffer = 0)
        : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
    {
        timeval const patience{.tv_sec = 8, .tv_usec = 0};
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
        if (receive_buffer > 0)
            setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
        int const on = 1; // the port is chosen with the peer known, which is far quicker
        setsockopt(socket_, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof on);
        auto own = ipv4(from, 0);
        auto peer = ipv4("127.0.0.1", server.port());
        if (::bind(socket_, address(own), sizeof own) != 0 ||
            ::connect(socket_, address(peer), sizeof peer) != 0)
            throw std::runtime_error("cannot connect");
    }
    virtual ~Client() { close(); }
    Client(Client const&) = delete;
    Client& operator=(Client const&) = delete;

    // Whether everything could be sent; a server may have closed in the middle, so tests that need
    // it to arrive look at the answer instead.
    bool send(std::string_view text)
    {
        while (!text.empty()) {
            auto const count = put(text.data(), text.size());
            if (count <= 0)
                return false;
            text.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

    void finish_sending() { ::shutdown(socket_, SHUT_WR); }

    void reset()
    {
        linger const now{.l_onoff = 1, .l_linger = 0};
        setsockopt(socket_, SOL_SOCKET, SO_LINGER, &now, sizeof now);
        close();
    }

    void close()
    {
        if (socket_ >= 0)
            ::close(socket_);
        socket_ = -1;
    }

    // Everything until the server closes. Throws when it does not.
    std::string read_all()
    {
        while (receive()) {
        }
        return std::exchange(received_, {});
    }

    bool is_closed() { return read_all().empty(); }

    // Whether the server reset the connection, which may cost the client the answer.
    [[nodiscard]] bool was_reset() const { return reset_; }

    // The next answer; `head_only` when it answers HEAD.
    Answer read_answer(bool head_only = false)
    {
        Answer answer;
        std::size_t end = 0;
        while ((end = received_.find("\r\n\r\n")) == std::string::npos)
            if (!receive())
                return {};
        parse(received_.substr(0, end + 2), answer);
        received_.erase(0, end + 4);
        auto const length = answer.header("content-length");
        auto const size = length.empty() || head_only ? 0 : std::stoul(length);
        while (received_.size() < size)
            if (!receive())
                return {};
        answer.body = received_.substr(0, size);
        received_.erase(0, size);
        return answer;
    }

    Answer ask(std::string_view request)
    {
        send(request);
        return read_answer();
    }

    // What came beyond the answers read so far.
    [[nodiscard]] std::string const& beyond() const { return received_; }

    // Whether nothing arrives for a while.
    bool is_quiet(std::chrono::milliseconds time)
    {
        timeval const patience{.tv_sec = 0, .tv_usec = time.count() * 1000};
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
        char byte = 0;
        bool const quiet = ::recv(socket_, &byte, 1, MSG_PEEK) < 0 && errno == EAGAIN;
        timeval const usual{.tv_sec = 8, .tv_usec = 0};
        setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &usual, sizeof usual);
        return quiet && received_.empty();
    }

private:
    static sockaddr_in ipv4(char const* text, std::uint16_t port)
    {
        sockaddr_in result{};
        result.sin_family = AF_INET;
        result.sin_port = htons(port);
        inet_pton(AF_INET, text, &result.sin_addr);
        return result;
    }

    static sockaddr* address(sockaddr_in& ipv4_address)
    {
        return static_cast<sockaddr*>(static_cast<void*>(&ipv4_address));
    }

    // What send() and recv() do; overridden where something lies between.
    virtual ssize_t put(char const* bytes, std::size_t size)
    {
        return ::send(socket_, bytes, size, MSG_NOSIGNAL);
    }
    virtual ssize_t take(char* buffer, std::size_t size)
    {
        return ::recv(socket_, buffer, size, 0);
    }

    bool receive()
    {
        char buffer[16384];
        auto const count = take(buffer, sizeof buffer);
        if (count < 0 && errno == EAGAIN)
            throw std::runtime_error("the server neither answered nor closed");
        reset_ = reset_ || count < 0;
        if (count <= 0)
            return false;
        received_.append(buffer, static_cast<std::size_t>(count));
        return true;
    }

    static void parse(std::string_view head, Answer& answer)
    {
        answer.status = std::stoi(std::string(head.substr(9, 3)));
        head.remove_prefix(head.find("\r\n") + 2);
        while (!head.empty()) {
            auto const line = head.substr(0, head.find("\r\n"));
            head.remove_prefix(line.size() + 2);
            auto const colon = line.find(": ");
            std::string name(line.substr(0, colon));
            std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) {
                return static_cast<char>(std::tolower(c));
            });
            answer.headers.emplace(name, line.substr(colon + 2));
        }
    }

    std::string received_;
    bool reset_ = false;

protected:
    int socket_;
};

inline std::string get(std::string const& target)
{
    return "GET " + target + " HTTP/1.1\r\nHost: localhost\r\n\r\n";
}

inline std::string post(std::string const& target, std::string const& body)
{
    return "POST " + target +
           " HTTP/1.1\r\nHost: localhost\r\nContent-Length: " + std::to_string(body.size()) +
           "\r\n\r\n" + body;
}

} // namespace raw
