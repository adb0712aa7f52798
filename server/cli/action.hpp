// What the commands with several actions (`grantexd keys rotate`) have in common.
#pragma once

#include "server/cli/command.hpp"

#include <boost/json/object.hpp>

namespace cli {

// The first word that was typed, or the first action when none was. Throws UsageError for what is
// none of them.
std::string read_action(
    Input const& input, std::string_view command, std::initializer_list<std::string_view> actions
);

// A member of an answer as it is shown: "-" for null.
std::string member_text(boost::json::object const& from, std::string_view name);

} // namespace cli
