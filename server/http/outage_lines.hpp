// What the log says while the disk fails: then every request does, each has its own line with its
// status, and why needs to be told only once a second.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>
#include <string>

namespace http {

class OutageLines
{
public:
    using Time = std::chrono::steady_clock::time_point;

    // How many were left out since the last line with this cause; nothing: this one is, too.
    std::optional<std::size_t> due(std::string const& cause, Time now);

    static constexpr std::chrono::seconds interval{1};
    static constexpr std::size_t causes_max = 16; // texts of SQLite: there are not many

private:
    struct Line
    {
        Time last;
        std::size_t left_out = 0;
    };
    std::map<std::string, Line> lines_;
};

} // namespace http
