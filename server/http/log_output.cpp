#include "server/http/log_output.hpp"

#include <poll.h>
#include <unistd.h>

#include <climits>
#include <utility>

namespace http {

bool LogOutput::has_room() const
{
    pollfd wanted{descriptor_, POLLOUT, 0};
    return ::poll(&wanted, 1, 0) == 1 && (wanted.revents & POLLOUT) != 0;
}

bool LogOutput::put(std::string_view text)
{
    return has_room() &&
           ::write(descriptor_, text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// A pipe that is writable takes PIPE_BUF bytes at once (pipe(7)); more is never held.
void LogOutput::add(std::string_view line)
{
    line = line.substr(0, PIPE_BUF - 1);
    if (held_.size() + line.size() >= PIPE_BUF)
        flush();
    held_.append(line) += '\n';
    ++held_lines_;
}

void LogOutput::flush()
{
    if (held_.empty())
        return;
    if (dropped_ > 0 && put("event=log.dropped lines=" + std::to_string(dropped_) + '\n'))
        dropped_ = 0;
    auto const lines = std::exchange(held_lines_, 0);
    if (dropped_ > 0 || !put(held_))
        dropped_ += lines;
    held_.clear();
}

} // namespace http
