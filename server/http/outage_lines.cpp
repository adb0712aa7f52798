#include "server/http/outage_lines.hpp"

#include <utility>

namespace http {

std::optional<std::string> OutageLines::text(std::string const& cause, Time now)
{
    auto const found = lines_.find(cause);
    if (found == lines_.end()) {
        if (lines_.size() >= causes_max)
            lines_.clear();
        lines_.emplace(cause, Line{now});
        return cause;
    }
    auto& line = found->second;
    if (now - line.last < interval) {
        ++line.left_out;
        return {};
    }
    line.last = now;
    auto const left_out = std::exchange(line.left_out, 0);
    return left_out == 0 ? cause : cause + ", and " + std::to_string(left_out) + " more like it";
}

} // namespace http
