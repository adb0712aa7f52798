#include "server/http/log_output.hpp"

#include <poll.h>
#include <unistd.h>

#include <climits>
#include <string>

namespace http {

bool LogOutput::has_room() const
{
    pollfd wanted{descriptor_, POLLOUT, 0};
    return ::poll(&wanted, 1, 0) == 1 && (wanted.revents & POLLOUT) != 0;
}

// A pipe that is writable takes PIPE_BUF bytes at once (pipe(7)); a line is shorter.
bool LogOutput::put(std::string_view line)
{
    if (!has_room())
        return false;
    std::string text{line.substr(0, PIPE_BUF - 1)};
    text += '\n';
    return ::write(descriptor_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

void LogOutput::write(std::string_view line)
{
    if (dropped_ > 0 && put("event=log.dropped lines=" + std::to_string(dropped_)))
        dropped_ = 0;
    if (dropped_ > 0 || !put(line))
        ++dropped_;
}

} // namespace http
