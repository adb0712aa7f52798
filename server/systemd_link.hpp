// What the server tells systemd (sd_notify(3), Type=notify), and what it is given by it (socket
// activation, sd_listen_fds(3)). Without systemd nothing happens.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace server {

class SystemdLink
{
public:
    SystemdLink(); // reads and forgets the variables, so that no child believes they are for it

    void ready(std::string_view status);
    void reloading();
    void stopping();
    // The loop turns. To be called at least every `watchdog_interval`.
    void alive(std::string_view status);

    // Half of the time after which systemd kills us; nothing: it does not watch.
    [[nodiscard]] std::optional<std::chrono::milliseconds> watchdog_interval() const
    {
        return watchdog_interval_;
    }

private:
    void tell(std::string const& text) const;

    std::string socket_; // path, or @name in the abstract namespace; empty: nobody listens
    std::optional<std::chrono::milliseconds> watchdog_interval_;
};

// The descriptor of the listening socket that systemd made under this name (FileDescriptorName=);
// "http" is also the only one it made, whatever its name. Nothing when it made none.
std::optional<int> take_inherited_socket(std::string_view name);

} // namespace server
