// Durations: "30d" and the windows of rules, against a reading that cannot overflow; and the ends
// of grants and tokens that are made of them.
#include "server/rules/anomaly_activity.hpp"
#include "server/rules/delegation.hpp"
#include "server/rules/durations.hpp"
#include "tests/fuzz/fuzzer.hpp"

#include <limits>
#include <string>

namespace {

using std::chrono::seconds;

// The digits as a number of 128 bits; nothing beyond them, and for what is no duration.
std::optional<__int128> read_by_hand(std::string_view text)
{
    constexpr std::string_view letters = "smhd";
    constexpr int unit_seconds[] = {1, 60, 3600, 86400};
    auto const unit = text.empty() ? letters.npos : letters.find(text.back());
    if (unit == letters.npos || text.size() < 2)
        return {};
    __int128 value = 0;
    for (auto const c : text.substr(0, text.size() - 1)) {
        if (c < '0' || c > '9')
            return {};
        if (value < (__int128{1} << 100U))
            value = value * 10 + (c - '0');
    }
    return value * unit_seconds[unit];
}

void check_ends(seconds duration)
{
    using rules::Timestamp;
    Timestamp const now{std::chrono::milliseconds{1'772'442'724'321}};
    auto const end = rules::grant_expiry(now, duration);
    test::must(end > now - seconds{1} && end - now <= duration, "a grant lasts no longer");
    auto const token = rules::token_expiry(end, now, seconds{3600});
    test::must(token <= end, "a token ends with its grant");
    test::must(rules::refresh_expiry(end, now, duration) <= end, "so does a refresh token");
    rules::DelegationParent const parent{.token_expires = token, .grant_expires = end};
    test::must(rules::child_expiry(parent, now, duration) <= token, "a child ends with its parent");
}

} // namespace

void test::fuzz(std::string_view input)
{
    auto const read = rules::parse_duration(input);
    auto const expected = read_by_hand(input);
    constexpr auto milliseconds_max = std::numeric_limits<std::int64_t>::max() / 2000;
    must(
        read.has_value() == (expected && *expected > 0 && *expected <= milliseconds_max),
        "a duration is taken if and only if it is one and fits"
    );
    if (read) {
        must(read->count() == *expected, "both readings say the same");
        auto const words = rules::duration_words(*read);
        must(!words.empty() && words.front() >= '1', "every duration has words");
        check_ends(*read);
    }

    if (auto const window = rules::parse_custom_window(input)) {
        must(*window >= std::chrono::minutes{1}, "a window has a minute or more");
        must(*window <= std::chrono::hours{24}, "a window has a day or less");
        must(read == window, "a window is a duration");
    }
}
