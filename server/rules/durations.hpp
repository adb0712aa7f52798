// Durations as the protocol writes them: `15m`, `24h`, `30d` (core contract, "Identifiers and
// times").
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace rules {

// `^[0-9]+(s|m|h|d)$` with a value above 0; nothing otherwise, also when the value does not fit.
std::optional<std::chrono::seconds> parse_duration(std::string_view text);

// For people: "24 hours", "30 minutes", "7 days", "1 hour"; the largest unit that divides evenly,
// but "24 hours" rather than "1 day".
std::string duration_words(std::chrono::seconds duration);

} // namespace rules
