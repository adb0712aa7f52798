// The one type of a point in time: milliseconds since 1970, UTC. Stored as INTEGER.
#pragma once

#include <chrono>
#include <cstdint>

namespace storage {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

inline std::int64_t to_milliseconds(Timestamp time)
{
    return time.time_since_epoch().count();
}
inline Timestamp from_milliseconds(std::int64_t value)
{
    return Timestamp{std::chrono::milliseconds{value}};
}

} // namespace storage
