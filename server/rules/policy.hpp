// Policies: rules a developer sets that decide before a person is asked. Deny wins over allow,
// whatever the priorities; priority only selects which rule is reported.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

// A point on the wall clock of some time zone.
struct WallClock
{
    int weekday = 1; // ISO: 1 = Monday ... 7 = Sunday
    int minute = 0;  // of the day, 0..1439
};
using WallClockOf = std::function<WallClock(std::string_view time_zone)>;

struct Policy
{
    std::string id;
    bool denies = false;
    std::optional<std::string> agent_id; // an agent's id or DID
    std::optional<std::string> principal_id;
    std::optional<std::vector<std::string>> scopes;
    std::optional<int> window_start; // minute of the day, inclusive; set together with the end
    std::optional<int> window_end;   // exclusive; 1440 = end of the day
    std::optional<std::vector<int>> weekdays;
    std::string time_zone = "UTC";
};

// What is asked for.
struct PolicyQuestion
{
    std::string_view agent_id; // ag_...
    std::string_view principal_id;
    std::span<std::string const> scopes;
};

// Whether the policy's scope condition is met: a deny by any requested scope, also by narrowed
// forms and wildcards that would contain it; an allow only by all of them.
bool scopes_hit(Policy const& policy, std::span<std::string const> requested);

bool matches(Policy const& policy, PolicyQuestion const& question, WallClockOf const& clock);

// The first match of `policies`, which stand in the order of evaluation (priority descending, then
// creation): of the deny rules, else of the allow rules, else none.
Policy const* find_deny(
    std::span<Policy const> policies, PolicyQuestion const& question, WallClockOf const& clock
);
Policy const*
decide(std::span<Policy const> policies, PolicyQuestion const& question, WallClockOf const& clock);

// "08:30" -> 510; "24:00" -> 1440 where `end_of_day`. Nothing for anything else.
std::optional<int> parse_minute(std::string_view text, bool end_of_day);
std::string minute_text(int minute);

// Weekdays as they are stored, "125" -> 1, 2, 5.
std::optional<std::vector<int>> weekday_numbers(std::optional<std::string> const& digits);

} // namespace rules
