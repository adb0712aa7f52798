// Revoking a grant with everything delegated from it, and saying so.
#pragma once

#include "server/turn.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace api {

struct RevocationCause
{
    std::string_view by;                 // developer, principal, system
    std::optional<std::string> reason{}; // of the system: refresh_token_reuse, agent_deleted, ...
};

// One `grant.revoked` event for each grant revoked now. False when the grant is unknown to this
// developer or was not active.
bool revoke_tree(
    server::Turn& turn, std::string_view developer_id, std::string_view grant_id,
    RevocationCause const& cause
);

// The same; tells the ids of what was revoked now, the root first.
std::vector<std::string> revoke_tree_ids(
    server::Turn& turn, std::string_view developer_id, std::string_view grant_id,
    RevocationCause const& cause
);

} // namespace api
