#include "server/cli/admin_call.hpp"

#include "server/admin/commands.hpp"
#include "server/spawn.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/write.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cstdlib>
#include <iostream>
#include <optional>

namespace cli {

namespace {

namespace asio = boost::asio;
using Protocol = asio::local::stream_protocol;
using ErrorCode = boost::system::error_code;

std::optional<Protocol::socket> connect(asio::io_context& loop, server::Config const& config)
{
    Protocol::socket socket{loop};
    ErrorCode error;
    if (config.admin_socket.native().size() > 107)
        throw CallFailed(
            config.admin_socket.string() +
            " is too long for a socket. Try: --admin-socket with a shorter path"
        );
    socket.connect(Protocol::endpoint{config.admin_socket.string()}, error);
    if (!error)
        return socket;
    if (error == asio::error::connection_refused ||
        error == boost::system::errc::no_such_file_or_directory)
        return {};
    throw CallFailed(
        "cannot open " + config.admin_socket.string() + ": " + error.message() +
        ". Try: as the user of the server, or with sudo"
    );
}

boost::json::object converse(
    Protocol::socket& socket, std::string_view command, boost::json::object const& arguments,
    OnLine const& on_line
)
{
    boost::json::object request;
    request["command"] = command;
    request["arguments"] = arguments;
    asio::write(socket, asio::buffer(boost::json::serialize(request) + "\n"));
    std::string text;
    for (;;) {
        ErrorCode error;
        auto const length = asio::read_until(socket, asio::dynamic_buffer(text), '\n', error);
        if (error)
            throw CallFailed("the server ended before it answered. Try: grantexd health");
        auto const line = boost::json::parse(text.substr(0, length)).as_object();
        text.erase(0, length);
        if (auto const* const answer = line.if_contains("answer"))
            return answer->as_object();
        if (auto const* const refused = line.if_contains("refused"))
            throw CallFailed(std::string{refused->as_string()});
        if (on_line && !on_line(line.at("line").as_object()))
            return {};
    }
}

// A host for the command in this process: the loop ends with the command.
boost::json::object call_here(
    server::Config const& config, std::string_view command, boost::json::object const& arguments,
    OnLine const& on_line
)
{
    server::App app{config};
    asio::io_context loop{1};
    http::WriteBatches batches{loop, app.writer};
    jobs::Host host{
        loop, app, batches, http::Log{[](std::string_view) {}}, [](std::string_view why) {
            std::cerr << "grantexd: " << why << "\n";
            std::_Exit(70);
        }};
    admin::Call call{host, arguments, [&](boost::json::object line) -> asio::awaitable<bool> {
                         co_return !on_line || on_line(line);
                     }};
    std::optional<boost::json::object> answer;
    std::optional<std::string> refused;
    auto const work = [&]() -> asio::awaitable<void> {
        try {
            answer = co_await admin::run(std::string{command}, call);
        } catch (admin::Refused const& refusal) {
            refused = refusal.what();
        }
        loop.stop();
    };
    server::spawn(loop.get_executor(), work());
    loop.run();
    if (!answer)
        throw CallFailed(refused.value_or("the command did not end"));
    return std::move(*answer);
}

} // namespace

boost::json::object
ask(server::Config const& config, std::string_view command, boost::json::object const& arguments,
    OnLine const& on_line)
{
    asio::io_context loop;
    if (auto socket = connect(loop, config))
        return converse(*socket, command, arguments, on_line);
    std::error_code ignored;
    auto const database = config.data_dir / "grantexd.db";
    if (!std::filesystem::exists(database, ignored))
        throw CallFailed(
            "there is no database " + database.string() +
            ". Try: grantexd init, or the server's own --data-dir or --config"
        );
    return call_here(config, command, arguments, on_line);
}

boost::json::object ask_running_server(
    server::Config const& config, std::string_view command, boost::json::object const& arguments,
    OnLine const& on_line
)
{
    asio::io_context loop;
    auto socket = connect(loop, config);
    if (!socket)
        throw CallFailed(
            "no server answers at " + config.admin_socket.string() +
            ". Try: grantexd serve, or the server's own --data-dir or --config"
        );
    return converse(*socket, command, arguments, on_line);
}

bool is_server_running(server::Config const& config)
{
    asio::io_context loop;
    return connect(loop, config).has_value();
}

} // namespace cli
