// Reading the flags of a command: --name value, --name=value, and switches.
#pragma once

#include "server/cli/command.hpp"

#include <stdexcept>

namespace cli {

struct Flag
{
    std::string_view name; // without the dashes
    std::string_view help;
    bool is_switch;
};

// What was typed is not understood. The text ends in what to try.
class UsageError : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// Throws UsageError for an unknown flag, a missing value, or a word that is no flag. `word`: the
// name under which one such word is found among the values; empty: none is taken.
server::Flags parse_flags(
    std::string_view command, Arguments const& arguments, std::span<Flag const> flags,
    std::string_view word = {}
);

// The flags that stand for settings.
std::vector<Flag> setting_flags();

// Those of them that say which server a command is about, and --json.
std::vector<Flag> place_flags();
// The settings of that server. Throws ConfigError.
server::Config place_config(server::Flags const& given);

// A column of flags with their help, wrapped for an 80-column terminal.
std::string help_text(std::span<Flag const> flags);

} // namespace cli
