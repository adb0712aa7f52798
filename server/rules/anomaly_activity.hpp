// Rules over what agents did (audit entries): AD-004, AD-011, AD-012, and rules of a developer's
// own. Each is given what its window holds now, and answers a finding or nothing.
#pragma once

#include "server/rules/anomaly_finding.hpp"

#include <span>
#include <vector>

namespace rules {

constexpr std::chrono::hours rate_window{1};
constexpr std::chrono::hours activity_window{24};

// Fewer entries than this never make the rules of a window fire.
constexpr std::int64_t rate_entries_min = 51;
constexpr std::int64_t activity_entries_min = 5;

// AD-011: more than 50 entries within an hour.
std::optional<AnomalyFinding> rate_spike(std::string_view agent_id, std::int64_t entries);

// 22:00 to 05:59 UTC.
bool is_off_hours(Timestamp time);

// AD-004: more than 10 entries at such hours within 24.
std::optional<AnomalyFinding>
off_hours_activity(std::string_view agent_id, std::int64_t off_hours_entries);

// AD-012: at least 5 entries within 24 hours, more than a fifth of them failed or blocked.
std::optional<AnomalyFinding>
high_failure_rate(std::string_view agent_id, std::int64_t entries, std::int64_t bad_entries);

// The condition of a developer's own rule. Empty lists match everything.
struct CustomCondition
{
    std::vector<std::string> agent_ids{};
    std::vector<std::string> scopes{};
    std::chrono::seconds window{3600};
    std::int64_t threshold = 10;
};

// "15m" -> 900 s; nothing unless it is digits and m, h or d, from 1m to 24h.
std::optional<std::chrono::seconds> parse_custom_window(std::string_view text);

bool concerns_agent(CustomCondition const& condition, std::string_view agent_id);
// One common scope is enough.
bool concerns_scopes(CustomCondition const& condition, std::span<std::string const> scopes);

struct CustomRule
{
    std::string_view rule_id;
    std::string_view name;
    CustomCondition condition;
};

// `records`: of the agent, within the condition's window, that the condition concerns.
std::optional<AnomalyFinding>
custom_rule(CustomRule const& rule, std::string_view agent_id, std::int64_t records);

} // namespace rules
