#include "server/admin/admin_socket.hpp"

#include "server/spawn.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <sys/stat.h>

namespace admin {

namespace {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;
using ErrorCode = boost::system::error_code;

Protocol::acceptor listen_on(asio::io_context& loop, std::filesystem::path const& path)
{
    ErrorCode error;
    Protocol::acceptor acceptor{loop};
    // The lock of the data directory is ours, so whatever lies there belongs to nobody who runs.
    std::error_code ignored;
    if (std::filesystem::is_socket(path, ignored))
        std::filesystem::remove(path, ignored);
    auto const before = ::umask(0177);
    try {
        acceptor.open(Protocol{});
        acceptor.bind(Protocol::endpoint{path.string()});
        acceptor.listen(asio::socket_base::max_listen_connections);
    } catch (boost::system::system_error const& failure) {
        error = failure.code();
    }
    ::umask(before);
    if (error)
        throw server::ConfigError(
            "cannot listen on " + path.string() + ": " + error.message() +
            ". Try: --admin-socket PATH, of at most 107 characters, in a directory of the server"
        );
    return acceptor;
}

struct Asked
{
    std::string command;
    boost::json::object arguments;
};

// Throws Refused for what is no call.
Asked read_call(std::string_view text)
{
    boost::system::error_code error;
    auto const parsed = boost::json::parse({text.data(), text.size()}, error);
    auto const* const call = error ? nullptr : parsed.if_object();
    auto const* const command = call == nullptr ? nullptr : call->if_contains("command");
    auto const* const arguments = call == nullptr ? nullptr : call->if_contains("arguments");
    if (command == nullptr || !command->is_string() || arguments == nullptr ||
        !arguments->is_object())
        throw Refused("a call is {\"command\": \"...\", \"arguments\": {...}} in one line");
    return {std::string{command->get_string()}, arguments->get_object()};
}

} // namespace

struct AdminSocket::Connection
{
    explicit Connection(Protocol::socket accepted)
        : socket(std::move(accepted)), deadline(socket.get_executor())
    {}

    void close()
    {
        ErrorCode ignored;
        socket.close(ignored);
        deadline.cancel();
    }

    asio::awaitable<bool> send(std::string_view member, boost::json::value value)
    {
        boost::json::object line;
        line[member] = std::move(value);
        auto const text = boost::json::serialize(line) + "\n";
        ErrorCode error;
        co_await asio::async_write(
            socket, asio::buffer(text), asio::redirect_error(asio::use_awaitable, error)
        );
        co_return !error;
    }

    Protocol::socket socket;
    asio::steady_timer deadline; // for the request; an answer may take its time
};

AdminSocket::AdminSocket(jobs::Host& host, std::filesystem::path path)
    : host_(host), path_(std::move(path)), acceptor_(listen_on(host.loop, path_))
{}

AdminSocket::~AdminSocket()
{
    stop();
}

void AdminSocket::start()
{
    server::spawn(host_.loop.get_executor(), accept_all());
}

void AdminSocket::stop()
{
    if (!acceptor_.is_open())
        return;
    ErrorCode ignored;
    acceptor_.close(ignored);
    for (auto const& weak : connections_)
        if (auto const connection = weak.lock())
            connection->close();
    std::error_code not_there;
    std::filesystem::remove(path_, not_there);
}

asio::awaitable<void> AdminSocket::accept_all()
{
    while (acceptor_.is_open()) {
        ErrorCode error;
        Protocol::socket socket{host_.loop};
        co_await acceptor_.async_accept(socket, asio::redirect_error(asio::use_awaitable, error));
        if (error == asio::error::operation_aborted || !acceptor_.is_open())
            co_return;
        if (error) { // out of descriptors, most likely
            asio::steady_timer pause{host_.loop, std::chrono::seconds{1}};
            co_await pause.async_wait(asio::use_awaitable);
            continue;
        }
        admit(std::move(socket));
    }
}

void AdminSocket::admit(Protocol::socket socket)
{
    std::erase_if(connections_, [](auto const& weak) { return weak.expired(); });
    if (connections_.size() >= connections_max)
        return; // closed unanswered
    auto const connection = std::make_shared<Connection>(std::move(socket));
    connections_.push_back(connection);
    server::spawn(host_.loop.get_executor(), serve(connection));
}

asio::awaitable<void> AdminSocket::serve(std::shared_ptr<Connection> connection)
{
    connection->deadline.expires_after(request_timeout);
    connection->deadline.async_wait([weak = std::weak_ptr{connection}](ErrorCode error) {
        if (auto const late = weak.lock(); late && !error)
            late->close();
    });
    std::string text;
    ErrorCode error;
    auto buffer = asio::dynamic_buffer(text, request_bytes_max);
    co_await asio::async_read_until(
        connection->socket, buffer, '\n', asio::redirect_error(asio::use_awaitable, error)
    );
    connection->deadline.cancel();
    if (error)
        co_return;

    boost::json::object answer;
    std::optional<std::string> refused;
    std::string name;
    try {
        auto const asked = read_call(text);
        name = asked.command;
        Call call{host_, asked.arguments, [connection](boost::json::object line) {
                      return connection->send("line", boost::json::value(std::move(line)));
                  }};
        answer = co_await run(name, call);
    } catch (Refused const& refusal) {
        refused = refusal.what();
    } catch (SQLite::Exception const& failure) {
        refused = std::string{"the database cannot be read: "} + failure.what();
    } catch (std::exception const& failure) { // a row that is not what was written to it
        refused = std::string{"a row of the database cannot be used: "} + failure.what();
    }
    host_.log.event("admin", {{"command", name}, {"outcome", refused ? "refused" : "done"}});
    std::string_view const member = refused ? "refused" : "answer";
    boost::json::value last;
    if (refused)
        last = boost::json::string{*refused};
    else
        last = std::move(answer);
    co_await connection->send(member, std::move(last));
}

} // namespace admin
