// The wall clock of the program. Tests fix it; nothing else reads the system's time for decisions.
#pragma once

#include "storage/timestamp.hpp"

#include <optional>

namespace server {

class Clock
{
public:
    [[nodiscard]] storage::Timestamp now() const
    {
        if (fixed_)
            return *fixed_;
        return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
    }

    void fix(storage::Timestamp time) { fixed_ = time; }
    void advance(std::chrono::milliseconds by) { fixed_ = now() + by; }

private:
    std::optional<storage::Timestamp> fixed_;
};

} // namespace server
