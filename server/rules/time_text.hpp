// Points in time as text: RFC 3339 in UTC with three fraction digits, and words for people.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rules {

using Timestamp = std::chrono::sys_time<std::chrono::milliseconds>;

std::string time_text(Timestamp time); // "2026-03-02T09:12:04.000Z"

std::string day_text(Timestamp time); // its day in UTC: "2026-03-02"

// RFC 3339 date-time with any offset, or a date alone (midnight UTC). Nothing when it is neither,
// or names a day or hour that does not exist.
std::optional<Timestamp> parse_time(std::string_view text);

std::string time_words(Timestamp time); // "2 Mar 2026, 09:12 UTC"

std::int64_t whole_seconds(Timestamp time); // since 1970, rounded down: a JWT NumericDate

} // namespace rules
