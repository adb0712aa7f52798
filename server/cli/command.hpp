// The commands of the program: one table gives each its name, summary, help and function.
#pragma once

#include "server/config.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace cli {

// Exit codes, the same for every command.
enum ExitCode : int
{
    exit_ok = 0,
    exit_failed = 1,
    exit_usage = 2,
    exit_unhealthy = 3,
    exit_software = 70, // the process could not go on (sysexits.h EX_SOFTWARE)
    exit_config = 78    // a setting, key or file is wrong (sysexits.h EX_CONFIG)
};

using Arguments = std::vector<std::string>; // what follows the command's name

struct Command
{
    std::string_view name;
    std::string_view summary;
    int (*run)(Arguments const& arguments);
};

std::span<Command const> commands();

// Runs the command the arguments name; prints help without one. Returns the exit code.
int run(Arguments const& arguments);

int serve(Arguments const& arguments);
int demo(Arguments const& arguments);
int backup(Arguments const& arguments);
int restore(Arguments const& arguments);
int migrate(Arguments const& arguments);
int version(Arguments const& arguments);

} // namespace cli
