// The unix socket behind which the commands are: one call a connection. A call is a line of JSON,
// {"command": "developers.list", "arguments": {...}}; what comes back are lines too: any number of
// {"line": {...}}, then {"answer": {...}} or {"refused": "text"}.
#pragma once

#include "server/admin/commands.hpp"

#include <boost/asio/local/stream_protocol.hpp>

#include <filesystem>
#include <memory>

namespace admin {

class AdminSocket
{
public:
    // Listens at once, with mode 0600; what a killed server left there is replaced. Throws
    // server::ConfigError.
    AdminSocket(jobs::Host& host, std::filesystem::path path);
    ~AdminSocket();
    AdminSocket(AdminSocket const&) = delete;
    AdminSocket& operator=(AdminSocket const&) = delete;

    void start();
    void stop(); // no more calls; those under way are cut off

    static constexpr std::size_t connections_max = 16;
    static constexpr std::size_t request_bytes_max = 64 * 1024;
    static constexpr std::chrono::seconds request_timeout{10};

private:
    struct Connection;

    boost::asio::awaitable<void> accept_all();
    void admit(boost::asio::local::stream_protocol::socket socket);
    boost::asio::awaitable<void> serve(std::shared_ptr<Connection> connection);

    jobs::Host& host_;
    std::filesystem::path path_;
    boost::asio::local::stream_protocol::acceptor acceptor_;
    std::vector<std::weak_ptr<Connection>> connections_;
};

} // namespace admin
