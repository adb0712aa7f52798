// Rules over any span of time, asked at each event with what the span that ends in it holds:
// AD-006, AD-007.
#pragma once

#include "server/rules/anomaly_finding.hpp"

namespace rules {

constexpr std::chrono::seconds revocation_span{60};
constexpr std::chrono::minutes spending_span{60};

// AD-006: more than 5 revocations of one developer within 60 seconds. A cascade is one; automatic
// revocations by detection are none.
std::optional<AnomalyFinding> rapid_revocation(std::int64_t revocations);

struct Spending
{
    std::string_view grant_id;
    std::string_view agent_id;
    std::int64_t spent = 0;  // within 60 minutes, in ten-thousandths of the currency
    std::int64_t budget = 0; // initially, likewise
};

// AD-007: 90 percent or more of the budget.
std::optional<AnomalyFinding> budget_cliff(Spending const& spending);

} // namespace rules
