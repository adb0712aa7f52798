// Rules over grants: AD-001, AD-005, AD-013.
#pragma once

#include "server/rules/anomaly_finding.hpp"

namespace rules {

constexpr std::chrono::minutes velocity_window{5};
constexpr std::chrono::hours velocity_baseline_window{7 * 24}; // it ends where the window begins
constexpr std::int64_t velocity_grants_min = 11;               // fewer never make AD-001 fire

// AD-001: grants within 5 minutes exceed ten times the mean of the 5-minute stretches of the 7 days
// before; a mean below 1 counts as 1.
std::optional<AnomalyFinding> velocity_spike(
    std::string_view agent_id, std::int64_t grants_in_window, std::int64_t grants_in_baseline
);

constexpr std::chrono::hours depth_baseline_window{30 * 24};

struct DelegationDepth
{
    std::string_view root_agent_id; // of the grant that the chain begins with
    std::string_view grant_id;      // the one just delegated
    int depth = 0;
    std::optional<int> greatest_before{}; // of that root agent, within 30 days
    int limit = 0;                        // the depth that is allowed
};

// AD-005: depth 2 or more and deeper than any before, or at the limit.
std::optional<AnomalyFinding> delegation_depth_spike(DelegationDepth const& delegation);

constexpr std::chrono::hours new_principal_window{24};

// AD-013: `first_ever`: no grant of this pair is older.
std::optional<AnomalyFinding> new_principal(
    std::string_view agent_id, std::string_view principal_id, bool first_ever, Timestamp issued_at,
    Timestamp now
);

} // namespace rules
