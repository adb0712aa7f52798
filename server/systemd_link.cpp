#include "server/systemd_link.hpp"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <vector>

namespace server {

namespace {

std::string take_variable(char const* name)
{
    auto const* const value = std::getenv(name);
    std::string text{value == nullptr ? "" : value};
    ::unsetenv(name);
    return text;
}

std::optional<std::int64_t> number(std::string_view text)
{
    std::int64_t value = 0;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
        return {};
    return value;
}

bool is_for_us(std::string const& process)
{
    return process.empty() || number(process) == ::getpid();
}

struct Inherited
{
    std::int64_t count = 0;
    std::vector<std::string> names;
};

Inherited read_inherited()
{
    Inherited inherited;
    auto const process = take_variable("LISTEN_PID");
    auto const count = number(take_variable("LISTEN_FDS"));
    auto const names = take_variable("LISTEN_FDNAMES");
    if (process.empty() || !is_for_us(process) || !count)
        return inherited;
    inherited.count = *count;
    for (std::size_t start = 0; start <= names.size();) {
        auto const end = std::min(names.find(':', start), names.size());
        inherited.names.push_back(names.substr(start, end - start));
        start = end + 1;
    }
    return inherited;
}

} // namespace

SystemdLink::SystemdLink() : socket_(take_variable("NOTIFY_SOCKET"))
{
    auto const process = take_variable("WATCHDOG_PID");
    auto const microseconds = number(take_variable("WATCHDOG_USEC"));
    if (microseconds && *microseconds > 0 && is_for_us(process))
        watchdog_interval_ =
            std::chrono::milliseconds{std::max<std::int64_t>(*microseconds / 2000, 1)};
}

void SystemdLink::ready(std::string_view status)
{
    tell("READY=1\nSTATUS=" + std::string{status});
}

void SystemdLink::reloading()
{
    timespec now{};
    ::clock_gettime(CLOCK_MONOTONIC, &now);
    auto const microseconds = std::int64_t{now.tv_sec} * 1'000'000 + now.tv_nsec / 1000;
    tell("RELOADING=1\nMONOTONIC_USEC=" + std::to_string(microseconds));
}

void SystemdLink::stopping()
{
    tell("STOPPING=1\nSTATUS=finishing what is under way");
}

void SystemdLink::alive(std::string_view status)
{
    tell("WATCHDOG=1\nSTATUS=" + std::string{status});
}

void SystemdLink::tell(std::string const& text) const
{
    sockaddr_un address{};
    if (socket_.empty() || socket_.size() >= sizeof address.sun_path)
        return;
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, socket_.data(), socket_.size());
    if (socket_.front() == '@')
        address.sun_path[0] = '\0';
    auto const descriptor = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (descriptor < 0)
        return;
    auto const size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + socket_.size());
    // systemd that does not listen is not worth an end of the server.
    [[maybe_unused]] auto const sent = ::sendto(
        descriptor, text.data(), text.size(), MSG_NOSIGNAL,
        reinterpret_cast<sockaddr const*>(&address), size // NOLINT: the interface of sockets
    );
    ::close(descriptor);
}

std::optional<int> take_inherited_socket(std::string_view name)
{
    constexpr int first = 3; // SD_LISTEN_FDS_START
    static auto const inherited = read_inherited();
    for (int index = 0; index < inherited.count; ++index) {
        auto const position = static_cast<std::size_t>(index);
        auto const named = position < inherited.names.size() && inherited.names[position] == name;
        if (!named && (inherited.count != 1 || name != "http"))
            continue;
        ::fcntl(first + index, F_SETFD, FD_CLOEXEC);
        return first + index;
    }
    return {};
}

} // namespace server
