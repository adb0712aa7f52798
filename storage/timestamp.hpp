// The one type of a point in time: milliseconds since 1970, UTC. Stored as INTEGER.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>

namespace storage {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

inline std::int64_t to_milliseconds(Timestamp time)
{
    return time.time_since_epoch().count();
}

// The times that have, in UTC, a year of four digits.
constexpr Timestamp year_0{std::chrono::sys_days{std::chrono::year{0} / 1 / 1}};
constexpr Timestamp year_10000{std::chrono::sys_days{std::chrono::year{10'000} / 1 / 1}};

// Others are stored by nobody. Damage makes them, and the nearest stands for them: it can be
// written, and no sum with it overflows.
inline Timestamp from_milliseconds(std::int64_t value)
{
    constexpr auto last = year_10000 - std::chrono::milliseconds{1};
    return std::clamp(Timestamp{std::chrono::milliseconds{value}}, year_0, last);
}

} // namespace storage
