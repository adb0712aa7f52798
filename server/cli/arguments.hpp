// Reading the arguments of a command: --name value, --name=value, switches, and words.
#pragma once

#include "server/cli/command.hpp"

namespace cli {

// Throws UsageError for an unknown flag, a missing value, or more words than the command takes.
Input parse_arguments(Command const& command, std::span<std::string const> arguments);

// The flags that stand for settings.
std::vector<Flag> setting_flags();

// Those of them that say which server a command is about, and --json.
std::vector<Flag> place_flags();
// The settings of that server. Throws ConfigError.
server::Config place_config(Input const& input);

// A column of flags with their help, wrapped for an 80-column terminal.
std::string flag_column(std::span<Flag const> flags);

} // namespace cli
