// Runs an administrative command: in the running server, over its admin socket; or, when none runs,
// in this process on the database itself, whose lock it then holds.
#pragma once

#include "server/config.hpp"

#include <boost/json/object.hpp>

#include <functional>
#include <stdexcept>
#include <string_view>

namespace cli {

// The command was refused, or the server did not answer. The text ends in what to try.
class CallFailed : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// What comes ahead of the answer. False: that is enough.
using OnLine = std::function<bool(boost::json::object const& line)>;

// Throws CallFailed, and what opening the database throws.
boost::json::object
ask(server::Config const& config, std::string_view command,
    boost::json::object const& arguments = {}, OnLine const& on_line = {});

// The same, of a running server only.
boost::json::object ask_running_server(
    server::Config const& config, std::string_view command,
    boost::json::object const& arguments = {}, OnLine const& on_line = {}
);

bool is_server_running(server::Config const& config);

} // namespace cli
