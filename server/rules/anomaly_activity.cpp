#include "server/rules/anomaly_activity.hpp"

#include "server/rules/durations.hpp"

#include <algorithm>

namespace rules {

namespace {

constexpr std::int64_t off_hours_max = 10;
constexpr int night_begins = 22;
constexpr int night_ends = 6;

bool contains(std::span<std::string const> list, std::string_view text)
{
    return std::ranges::find(list, text) != list.end();
}

} // namespace

std::optional<AnomalyFinding> rate_spike(std::string_view agent_id, std::int64_t entries)
{
    constexpr auto most = rate_entries_min - 1;
    if (entries <= most)
        return {};
    return AnomalyFinding{
        .rule_id = "AD-011",
        .agent_id = std::string{agent_id},
        .description = std::to_string(entries) + " actions by " + std::string{agent_id} +
                       " within one hour; the limit is " + std::to_string(most) + ".",
        .metadata = R"({"count":)" + std::to_string(entries) + R"(,"windowHours":1,"threshold":)" +
                    std::to_string(most) + "}"};
}

bool is_off_hours(Timestamp time)
{
    auto const day = std::chrono::floor<std::chrono::days>(time);
    auto const hour = std::chrono::floor<std::chrono::hours>(time - day).count();
    return hour >= night_begins || hour < night_ends;
}

std::optional<AnomalyFinding>
off_hours_activity(std::string_view agent_id, std::int64_t off_hours_entries)
{
    if (off_hours_entries <= off_hours_max)
        return {};
    auto const count = std::to_string(off_hours_entries);
    return AnomalyFinding{
        .rule_id = "AD-004",
        .agent_id = std::string{agent_id},
        .description = count + " actions by " + std::string{agent_id} +
                       " between 22:00 and 06:00 UTC within 24 hours; the limit is " +
                       std::to_string(off_hours_max) + ".",
        .metadata = R"({"count":)" + count + R"(,"windowHours":24,"threshold":)" +
                    std::to_string(off_hours_max) + "}"};
}

std::optional<AnomalyFinding>
high_failure_rate(std::string_view agent_id, std::int64_t entries, std::int64_t bad_entries)
{
    // A fifth exactly is quiet; in whole numbers, so that no rounding decides.
    if (entries < activity_entries_min || bad_entries * 5 <= entries)
        return {};
    auto const percent = std::to_string(percent_of(bad_entries, entries));
    auto const bad = std::to_string(bad_entries);
    auto const total = std::to_string(entries);
    return AnomalyFinding{
        .rule_id = "AD-012",
        .agent_id = std::string{agent_id},
        .description = percent + " percent of the actions of " + std::string{agent_id} +
                       " failed or were blocked in 24 hours (" + bad + " of " + total + ").",
        .metadata = R"({"badCount":)" + bad + R"(,"totalCount":)" + total +
                    R"(,"percentFailure":)" + percent + R"(,"windowHours":24,"threshold":0.2})"};
}

std::optional<std::chrono::seconds> parse_custom_window(std::string_view text)
{
    if (text.starts_with('0') || text.ends_with('s'))
        return {};
    auto const window = parse_duration(text);
    if (!window || *window > activity_window)
        return {};
    return window;
}

bool concerns_agent(CustomCondition const& condition, std::string_view agent_id)
{
    return condition.agent_ids.empty() || contains(condition.agent_ids, agent_id);
}

bool concerns_scopes(CustomCondition const& condition, std::span<std::string const> scopes)
{
    return condition.scopes.empty() || std::ranges::any_of(scopes, [&](std::string const& scope) {
               return contains(condition.scopes, scope);
           });
}

std::optional<AnomalyFinding>
custom_rule(CustomRule const& rule, std::string_view agent_id, std::int64_t records)
{
    auto const& condition = rule.condition;
    if (records < condition.threshold)
        return {};
    return AnomalyFinding{
        .rule_id = std::string{rule.rule_id},
        .agent_id = std::string{agent_id},
        .description = std::string{rule.name} + ": " + std::to_string(records) + " records of " +
                       std::string{agent_id} + " within " + duration_words(condition.window) +
                       "; the threshold is " + std::to_string(condition.threshold) + ".",
        .metadata = measure_json(
            {.observed = static_cast<double>(records),
             .threshold = static_cast<double>(condition.threshold),
             .window = condition.window}
        )};
}

} // namespace rules
