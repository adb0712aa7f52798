// The shares of a budget whose use is announced (signals contract, debitBudget, "Thresholds").
#pragma once

#include "server/rules/amount.hpp"

#include <vector>

namespace rules {

struct BudgetCrossings
{
    std::vector<int> levels; // percent, in ascending order: 50, 80
    bool exhausted = false;  // nothing is left
};

// What a debit crosses that leaves `after` of `before`, of a budget of `initial`. A level is
// crossed where the used share reaches it, so that debits, of which none gives back, cross each
// only once.
BudgetCrossings crossings_of(Amount initial, Amount before, Amount after);

} // namespace rules
