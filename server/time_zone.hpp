// Wall clocks of the world: the machine's time zone database (tzdata), read through Abseil.
#pragma once

#include "server/rules/policy.hpp"
#include "storage/timestamp.hpp"

#include <string_view>

namespace server {

// Whether the machine knows this IANA zone name, such as "Europe/Berlin".
bool is_time_zone(std::string_view name);

// What a clock in this zone shows. A zone that vanished from the machine counts as UTC.
rules::WallClock wall_clock(std::string_view zone, storage::Timestamp time);

} // namespace server
