#include "server/http/outage_lines.hpp"

#include <utility>

namespace http {

std::optional<std::size_t> OutageLines::due(std::string const& cause, Time now)
{
    auto const found = lines_.find(cause);
    if (found == lines_.end()) {
        if (lines_.size() >= causes_max)
            lines_.clear();
        lines_.emplace(cause, Line{now});
        return 0;
    }
    auto& line = found->second;
    if (now - line.last < interval) {
        ++line.left_out;
        return {};
    }
    line.last = now;
    return std::exchange(line.left_out, 0);
}

} // namespace http
