#include "server/rules/anomaly_spans.hpp"

#include <cmath>

namespace rules {

namespace {

constexpr std::int64_t revocations_max = 5;

} // namespace

std::optional<AnomalyFinding> rapid_revocation(std::int64_t revocations)
{
    if (revocations <= revocations_max)
        return {};
    return AnomalyFinding{
        .rule_id = "AD-006",
        .description = std::to_string(revocations) +
                       " revocations within 60 seconds; the limit is " +
                       std::to_string(revocations_max) + ".",
        .metadata = measure_json(
            {.observed = static_cast<double>(revocations),
             .threshold = static_cast<double>(revocations_max),
             .window = revocation_span}
        )};
}

std::optional<AnomalyFinding> budget_cliff(Spending const& spending)
{
    // spent >= 0.9 * budget in whole numbers, and without a product that could overflow.
    if (spending.budget <= 0 || spending.spent < spending.budget - spending.budget / 10)
        return {};
    auto const part = static_cast<double>(spending.spent) / static_cast<double>(spending.budget);
    auto const percent = std::floor(part * 100); // down: 89.9 never reads as 90
    return AnomalyFinding{
        .rule_id = "AD-007",
        .agent_id = std::string{spending.agent_id},
        .subject = std::string{spending.grant_id},
        .description = std::to_string(static_cast<std::int64_t>(percent)) +
                       " percent of the budget of " + std::string{spending.grant_id} +
                       " was spent within an hour.",
        .metadata = measure_json(
            {.observed = percent / 100,
             .threshold = 0.9,
             .window = spending_span,
             .grant_id = spending.grant_id}
        )};
}

} // namespace rules
