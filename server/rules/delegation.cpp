#include "server/rules/delegation.hpp"

#include <algorithm>

namespace rules {

namespace {

constexpr int depth_cap = 10; // core contract delegateGrant, step 2

} // namespace

bool depth_allowed(int parent_depth, int developer_max, int server_max)
{
    // `parent + 1 <= maximum` without the addition, which could overflow.
    return parent_depth >= 0 && parent_depth < std::min({developer_max, server_max, depth_cap});
}

Timestamp
child_expiry(DelegationParent const& parent, Timestamp now, std::chrono::seconds requested)
{
    // SPEC 9.1: a child never outlives its parent, not by a second.
    return floor_to_second(
        std::min({parent.token_expires, parent.grant_expires, grant_expiry(now, requested)})
    );
}

std::vector<std::string>
scopes_beyond_parent(std::span<std::string const> requested, DelegationParent const& parent)
{
    auto const has = [](std::span<std::string const> scopes, std::string const& scope) {
        return std::ranges::find(scopes, scope) != scopes.end();
    };
    // SPEC 9: equality of strings only. `payments:initiate:max_100` is no part of
    // `payments:initiate:max_500`; a parent that wants to delegate it must hold it.
    std::vector<std::string> beyond;
    for (auto const& scope : requested)
        if (!has(parent.token_scopes, scope) || !has(parent.grant_scopes, scope))
            beyond.push_back(scope);
    return beyond;
}

} // namespace rules
