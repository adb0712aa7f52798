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

    // What to say of it, with how many lines were left out since the last one; nothing: leave this
    // one out, too.
    std::optional<std::string> text(std::string const& cause, Time now);

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
