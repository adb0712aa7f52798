#include "server/rules/anomaly_catalogue.hpp"

#include <algorithm>

namespace rules {

namespace {

// clang-format off
constexpr BuiltInAnomaly table[] = {
    {"AD-001", "velocity_spike",       "velocity_spike",         "high",     "Velocity spike",           "More than ten times as many grants of an agent in 5 minutes as in an average 5 minutes of the 7 days before"},
    {"AD-002", "scope_escalation",     "scope_escalation",       "critical", "Scope escalation attempt", "A request for a scope that the agent is not registered for or that the parent grant lacks", true},
    {"AD-003", "geo_anomaly",          "unusual_geography",      "medium",   "Unusual geography",        "A grant token verified from a country new for its agent; silent unless the operator names a source of locations (COUNTRY_HEADER)", true},
    {"AD-004", "off_hours_activity",   "off_hours_activity",     "low",      "Off-hours activity",       "More than 10 actions of an agent between 22:00 and 06:00 UTC within 24 hours"},
    {"AD-005", "delegation_depth",     "delegation_depth_spike", "high",     "Delegation depth spike",   "A grant delegated deeper than any of its root agent in 30 days, or as deep as is allowed", true},
    {"AD-006", "rapid_revocation",     "rapid_revocation",       "critical", "Rapid revocation",         "More than 5 revocations within 60 seconds; a cascade is one", true},
    {"AD-007", "budget_overspend",     "budget_cliff",           "high",     "Budget cliff",             "90 percent or more of a grant's budget spent within 60 minutes", true},
    {"AD-008", "unknown_agent",        "unknown_agent",          "critical", "Unknown agent",            "A token with a good signature that names an agent nobody registered, or one that was deleted", true},
    {"AD-009", "token_replay",         "replay_attempt",         "critical", "Replay attempt",           "A one-time credential presented again after its retry window", true},
    {"AD-010", "offline_bundle_stale", "offline_bundle_stale",   "medium",   "Offline bundle stale",     "An active consent bundle that has not synchronised for more than 24 hours; silent while the server has no bundles"},
    {"AD-011", "rate_spike",           "rate_spike",             "high",     "Rate spike",               "More than 50 actions of an agent within one hour"},
    {"AD-012", "high_failure_rate",    "high_failure_rate",      "medium",   "High failure rate",        "More than 20 percent of at least 5 actions of an agent failed or blocked within 24 hours"},
    {"AD-013", "new_principal",        "new_principal",          "low",      "New principal",            "The first grant ever of a principal to an agent"},
};
// clang-format on

} // namespace

std::span<BuiltInAnomaly const> built_in_anomalies()
{
    return table;
}

BuiltInAnomaly const* find_built_in_anomaly(std::string_view id_or_alias)
{
    auto const* const found = std::ranges::find_if(table, [&](BuiltInAnomaly const& rule) {
        return rule.id == id_or_alias || rule.alias == id_or_alias;
    });
    return found == std::end(table) ? nullptr : found;
}

bool is_grave(std::string_view severity)
{
    return severity == "high" || severity == "critical";
}

} // namespace rules
