// What a sub-agent may be given (core contract delegateGrant, SPEC 9): never more scopes, never
// more time and never more levels than the parent has.
#pragma once

#include "server/rules/token_lifetimes.hpp"

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace rules {

// The parent token and the grant behind it. They differ after a refresh or a narrowed exchange, so
// both bind the child.
struct DelegationParent
{
    Timestamp token_expires{}, grant_expires{};
    int depth = 0; // stored depth of the parent grant, 0 for one the principal gave
    std::span<std::string const> token_scopes{}, grant_scopes{};
};

// Whether a child of a grant at `parent_depth` may exist. Neither maximum can lift the hard cap
// of 10, which the database enforces too.
bool depth_allowed(int parent_depth, int developer_max, int server_max);

// The earliest of the parent token's end, the parent grant's end and now + requested; whole
// seconds, rounded down.
Timestamp
child_expiry(DelegationParent const& parent, Timestamp now, std::chrono::seconds requested);

// Those of `requested` that the parent token or the parent grant lacks, byte for byte, in their
// order. Empty when all may be delegated.
std::vector<std::string>
scopes_beyond_parent(std::span<std::string const> requested, DelegationParent const& parent);

} // namespace rules
