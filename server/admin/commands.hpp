// What the operator of this machine may ask of the server beyond the API: the commands behind the
// admin socket. Whoever can open the socket is trusted (it is 0600), so none of them asks for a
// key. The command line runs the same functions on the database itself when no server runs.
#pragma once

#include "server/jobs/host.hpp"
#include "server/turn.hpp"

#include <boost/asio/awaitable.hpp>
#include <boost/json/object.hpp>

#include <functional>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

namespace admin {

// The command cannot be done as asked. The text says why and ends in what to try; nothing changed.
class Refused : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

using Answer = boost::asio::awaitable<boost::json::object>;
// Sends a line ahead of the answer. False: nobody listens any more.
using Say = std::function<boost::asio::awaitable<bool>(boost::json::object line)>;

struct Call
{
    jobs::Host& host;
    boost::json::object const& arguments; // strings by name
    Say say;

    // Throws Refused when it is missing.
    [[nodiscard]] std::string text(std::string_view name) const;
    [[nodiscard]] std::optional<std::string> find_text(std::string_view name) const;
};

struct Command
{
    std::string_view name; // "developers.list"
    Answer (*run)(Call& call);
};

std::span<Command const> commands();

// Runs the command of this name. Throws Refused.
Answer run(std::string name, Call& call);

// Runs `work` on the writer and returns when it is on disk. Throws Refused: that of `work`, or that
// the disk did not take it.
using Change = std::function<void(server::Turn& turn)>;
boost::asio::awaitable<void> change(Call& call, Change const& work);

} // namespace admin
