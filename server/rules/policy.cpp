#include "server/rules/policy.hpp"

#include <algorithm>

namespace rules {

namespace {

constexpr int minutes_of_day = 24 * 60;

// `*`, or `calendar:*` for everything that starts with `calendar:`.
bool wildcard_covers(std::string_view wildcard, std::string_view scope)
{
    if (wildcard == "*")
        return true;
    return wildcard.ends_with(":*") && scope.starts_with(wildcard.substr(0, wildcard.size() - 1));
}

bool allow_hits(std::string_view rule, std::string_view requested)
{
    return requested == rule || wildcard_covers(rule, requested);
}

bool deny_hits(std::string_view rule, std::string_view requested)
{
    // A narrowed form does not escape (payments:initiate:max_500 under a deny of
    // payments:initiate), and a requested wildcard would contain what is denied.
    auto const narrowed = requested.size() > rule.size() && requested.starts_with(rule) &&
                          requested[rule.size()] == ':';
    return allow_hits(rule, requested) || narrowed || wildcard_covers(requested, rule);
}

bool agent_fits(std::string_view condition, std::string_view agent_id)
{
    constexpr std::string_view did = "did:grantex:";
    return condition == agent_id ||
           (condition.starts_with(did) && condition.substr(did.size()) == agent_id);
}

struct TimeFit
{
    bool in_window = true;
    bool wrapped = false; // in the part after midnight of a window that opened the day before
};

TimeFit fit_window(Policy const& policy, int minute)
{
    if (!policy.window_start || !policy.window_end)
        return {};
    auto const start = *policy.window_start;
    auto const end = *policy.window_end;
    if (start < end)
        return {.in_window = start <= minute && minute < end};
    return {.in_window = minute >= start || minute < end, .wrapped = minute < end};
}

// Days are ambiguous after midnight of a window that wraps: such times fall on the safe side.
bool fits_days(Policy const& policy, int today, bool wrapped)
{
    if (!policy.weekdays)
        return true;
    auto const listed = [&](int day) {
        return std::ranges::find(*policy.weekdays, day) != policy.weekdays->end();
    };
    auto const opened = !wrapped ? today : today == 1 ? 7 : today - 1;
    return policy.denies ? listed(today) || listed(opened) : listed(today) && listed(opened);
}

Policy const* first_match(
    std::span<Policy const> policies, bool denies, PolicyQuestion const& question,
    WallClockOf const& clock
)
{
    for (auto const& policy : policies)
        if (policy.denies == denies && matches(policy, question, clock))
            return &policy;
    return nullptr;
}

} // namespace

bool scopes_hit(Policy const& policy, std::span<std::string const> requested)
{
    if (!policy.scopes)
        return true;
    auto const hit = [&](std::string const& scope) {
        return std::ranges::any_of(*policy.scopes, [&](std::string const& rule) {
            return policy.denies ? deny_hits(rule, scope) : allow_hits(rule, scope);
        });
    };
    if (policy.denies)
        return std::ranges::any_of(requested, hit);
    return !requested.empty() && std::ranges::all_of(requested, hit);
}

bool matches(Policy const& policy, PolicyQuestion const& question, WallClockOf const& clock)
{
    if (policy.agent_id && !agent_fits(*policy.agent_id, question.agent_id))
        return false;
    if (policy.principal_id && *policy.principal_id != question.principal_id)
        return false;
    if (!scopes_hit(policy, question.scopes))
        return false;
    if (!policy.window_start && !policy.weekdays)
        return true;
    auto const now = clock(policy.time_zone);
    auto const fit = fit_window(policy, now.minute);
    return fit.in_window && fits_days(policy, now.weekday, fit.wrapped);
}

Policy const* find_deny(
    std::span<Policy const> policies, PolicyQuestion const& question, WallClockOf const& clock
)
{
    return first_match(policies, true, question, clock);
}

Policy const*
decide(std::span<Policy const> policies, PolicyQuestion const& question, WallClockOf const& clock)
{
    if (auto const* const deny = find_deny(policies, question, clock))
        return deny;
    return first_match(policies, false, question, clock);
}

std::optional<int> parse_minute(std::string_view text, bool end_of_day)
{
    auto const digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
    if (text.size() != 5 || text[2] != ':' || !digit(0) || !digit(1) || !digit(3) || !digit(4))
        return {};
    auto const hour = (text[0] - '0') * 10 + (text[1] - '0');
    auto const minute = (text[3] - '0') * 10 + (text[4] - '0');
    auto const total = hour * 60 + minute;
    if (minute > 59 || total > minutes_of_day || (total == minutes_of_day && !end_of_day))
        return {};
    return total;
}

std::string minute_text(int minute)
{
    auto const two = [](int value) {
        return std::string{
            static_cast<char>('0' + value / 10), static_cast<char>('0' + value % 10)};
    };
    return two(minute / 60) + ":" + two(minute % 60);
}

std::optional<std::vector<int>> weekday_numbers(std::optional<std::string> const& digits)
{
    if (!digits)
        return {};
    std::vector<int> days;
    for (auto const digit : *digits)
        days.push_back(digit - '0');
    return days;
}

} // namespace rules
