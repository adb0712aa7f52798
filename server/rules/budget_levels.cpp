#include "server/rules/budget_levels.hpp"

namespace rules {

namespace {

constexpr int levels[] = {50, 80};

// The least amount that is this share. In two parts, since 100 times an amount may not fit.
Amount share_of(Amount whole, int percent)
{
    auto const hundreds = whole.ten_thousandths / 100;
    auto const rest = whole.ten_thousandths % 100;
    return {hundreds * percent + (rest * percent + 99) / 100};
}

} // namespace

BudgetCrossings crossings_of(Amount initial, Amount before, Amount after)
{
    Amount const used_before{initial.ten_thousandths - before.ten_thousandths};
    Amount const used_after{initial.ten_thousandths - after.ten_thousandths};
    BudgetCrossings crossings;
    for (auto const level : levels) {
        auto const share = share_of(initial, level);
        if (used_before < share && share <= used_after)
            crossings.levels.push_back(level);
    }
    crossings.exhausted = before > Amount{} && after == Amount{};
    return crossings;
}

} // namespace rules
