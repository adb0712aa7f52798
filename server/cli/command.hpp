// The commands of the program. Each describes itself in one object, from which its help, its page
// of the manual and the reading of its arguments derive.
#pragma once

#include "server/config.hpp"

#include <span>
#include <stdexcept>
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

// What was typed after the name of the command.
struct Input
{
    server::Flags flags;
    std::vector<std::string> words;

    [[nodiscard]] bool has(std::string const& flag) const { return flags.contains(flag); }
    [[nodiscard]] std::optional<std::string> find(std::string const& flag) const
    {
        auto const found = flags.find(flag);
        return found == flags.end() ? std::nullopt : std::optional{found->second};
    }
};

struct Command
{
    std::string_view name;
    std::string_view summary;  // one line, no full stop
    std::string_view usage;    // "grantexd demo [flags]", a line each form
    std::string_view about;    // paragraphs
    std::string_view examples; // a line each, with what it is for
    std::vector<Flag> (*flags)();
    std::string_view notes; // after the flags; or empty
    std::string_view exits; // "0 stopped, 1 failed, 2 usage"
    std::size_t words_max;
    int (*run)(Input const& input);
};

std::span<Command const* const> commands();

std::string help_text(Command const& command);

// Runs the command that the first argument names; prints help without one. Returns the exit code.
int run(std::vector<std::string> const& arguments);

} // namespace cli
