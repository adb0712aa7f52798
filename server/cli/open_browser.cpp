#include "server/cli/open_browser.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <cstdlib>

extern char** environ; // NOLINT: POSIX name

namespace cli {

namespace {

bool is_set(char const* variable)
{
    auto const* const value = std::getenv(variable);
    return value != nullptr && *value != '\0';
}

} // namespace

bool open_browser(std::string const& link)
{
    if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY"))
        return false;
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    // What a browser writes does not belong between the steps.
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    // A group of its own: Ctrl-C stops the demo, not the browser.
    posix_spawnattr_t attributes;
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    ::posix_spawnattr_setpgroup(&attributes, 0);

    std::string program = "xdg-open";
    std::string argument = link;
    char* const arguments[] = {program.data(), argument.data(), nullptr};
    pid_t process = 0;
    auto const fault =
        ::posix_spawnp(&process, program.c_str(), &actions, &attributes, arguments, environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    return fault == 0;
}

} // namespace cli
