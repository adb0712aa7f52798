#include "server/rules/anomaly_grants.hpp"

#include <algorithm>
#include <cmath>

namespace rules {

namespace {

constexpr std::int64_t factor = 10;
constexpr std::int64_t stretches = velocity_baseline_window / velocity_window; // 2016

double hundredths(double value)
{
    return std::round(value * 100) / 100;
}

} // namespace

std::optional<AnomalyFinding> velocity_spike(
    std::string_view agent_id, std::int64_t grants_in_window, std::int64_t grants_in_baseline
)
{
    auto const counted = std::max(grants_in_baseline, stretches); // a mean of at least 1
    // window > 10 * counted / stretches, without the division that would round.
    if (grants_in_window * stretches <= factor * counted)
        return {};
    auto const baseline = hundredths(static_cast<double>(counted) / static_cast<double>(stretches));
    return AnomalyFinding{
        .rule_id = "AD-001",
        .agent_id = std::string{agent_id},
        .description = std::to_string(grants_in_window) + " grants to " + std::string{agent_id} +
                       " within 5 minutes, more than ten times as many as usual.",
        .metadata = measure_json(
            {.observed = static_cast<double>(grants_in_window),
             .threshold = hundredths(factor * baseline),
             .window = velocity_window,
             .baseline = baseline}
        )};
}

std::optional<AnomalyFinding> delegation_depth_spike(DelegationDepth const& delegation)
{
    auto const depth = delegation.depth;
    auto const before = delegation.greatest_before.value_or(0);
    auto const at_limit = depth >= 1 && depth >= delegation.limit;
    auto const deeper = depth >= 2 && depth > before;
    if (!at_limit && !deeper)
        return {};
    auto const threshold = deeper ? std::max(2, before + 1) : delegation.limit;
    return AnomalyFinding{
        .rule_id = "AD-005",
        .agent_id = std::string{delegation.root_agent_id},
        .description = "A grant of " + std::string{delegation.root_agent_id} +
                       " was delegated to depth " + std::to_string(depth) +
                       (deeper ? ", deeper than any in 30 days." : ", which is the limit."),
        .metadata = measure_json(
            {.observed = static_cast<double>(depth),
             .threshold = static_cast<double>(threshold),
             .baseline = delegation.greatest_before ? std::optional{static_cast<double>(before)}
                                                    : std::nullopt,
             .grant_id = delegation.grant_id}
        )};
}

std::optional<AnomalyFinding> new_principal(
    std::string_view agent_id, std::string_view principal_id, bool first_ever, Timestamp issued_at,
    Timestamp now
)
{
    if (!first_ever || issued_at <= now - new_principal_window)
        return {};
    return AnomalyFinding{
        .rule_id = "AD-013",
        .agent_id = std::string{agent_id},
        .principal_id = std::string{principal_id},
        .description =
            "First grant of " + std::string{principal_id} + " to " + std::string{agent_id} + ".",
        .metadata = R"({"windowHours":24})"};
}

} // namespace rules
