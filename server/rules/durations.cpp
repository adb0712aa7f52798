#include "server/rules/durations.hpp"

#include <array>
#include <charconv>
#include <cstdint>
#include <limits>

namespace rules {

namespace {

struct Unit
{
    char letter;
    std::int64_t seconds;
    std::string_view word;
};

// Days count as a unit of speech only from two on: one day is "24 hours", which also says that it
// is not a calendar day.
constexpr std::array units{
    Unit{'d', 86400, "day"   },
    Unit{'h', 3600,  "hour"  },
    Unit{'m', 60,    "minute"},
    Unit{'s', 1,     "second"},
};

// A duration that fits can be added to any present point in time, kept in milliseconds, without
// overflow.
constexpr auto seconds_max = std::numeric_limits<std::int64_t>::max() / 2000;

} // namespace

std::optional<std::chrono::seconds> parse_duration(std::string_view text)
{
    if (text.size() < 2)
        return std::nullopt;
    auto const digits = text.substr(0, text.size() - 1);
    // from_chars would take a minus sign.
    if (digits.find_first_not_of("0123456789") != std::string_view::npos)
        return std::nullopt;

    std::int64_t value = 0;
    auto const read = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    if (read.ec != std::errc{} || value == 0)
        return std::nullopt;
    for (auto const& unit : units)
        if (unit.letter == text.back()) {
            if (value > seconds_max / unit.seconds)
                return std::nullopt;
            return std::chrono::seconds{value * unit.seconds};
        }
    return std::nullopt;
}

std::string duration_words(std::chrono::seconds duration)
{
    auto const seconds = std::int64_t{duration.count()};
    for (auto const& unit : units) {
        if (seconds % unit.seconds != 0 || (unit.letter == 'd' && seconds / unit.seconds < 2))
            continue;
        auto const count = seconds / unit.seconds;
        return std::to_string(count) + ' ' + std::string{unit.word} + (count == 1 ? "" : "s");
    }
    return {};
}

} // namespace rules
