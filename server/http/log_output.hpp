// Lines into a descriptor that somebody reads, or does not.
#pragma once

#include <cstdint>
#include <string_view>

namespace http {

class LogOutput
{
public:
    explicit LogOutput(int descriptor) : descriptor_(descriptor) {}

    // Never waits. A line for which there is no room is dropped; the next that is written comes
    // after one that says how many were.
    void write(std::string_view line);

    [[nodiscard]] std::uint64_t dropped() const { return dropped_; } // and not yet told of

private:
    [[nodiscard]] bool has_room() const;
    bool put(std::string_view line);

    int descriptor_;
    std::uint64_t dropped_ = 0;
};

} // namespace http
