// Lines into a descriptor that somebody reads, or does not.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace http {

class LogOutput
{
public:
    explicit LogOutput(int descriptor) : descriptor_(descriptor) {}

    // Holds the line until flush(), which several lines share.
    void add(std::string_view line);

    // Never waits. Lines for which there is no room are dropped; the next that are written come
    // after one that says how many were.
    void flush();

private:
    [[nodiscard]] bool has_room() const;
    bool put(std::string_view text);

    int descriptor_;
    std::string held_;
    std::uint64_t held_lines_ = 0;
    std::uint64_t dropped_ = 0; // and not yet told of
};

} // namespace http
