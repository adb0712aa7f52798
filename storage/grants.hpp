// Grants: what a person allowed an agent, and what agents passed on. Revocation is by subtree.
#pragma once

#include "storage/database.hpp"
#include "storage/page.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct Grant
{
    std::string id;
    std::string developer_id;
    std::string agent_id;
    std::string principal_id;
    std::vector<std::string> scopes;
    std::optional<std::string> audience;
    std::string status; // active, revoked; "expired" is computed from expires_at, never stored
    Timestamp issued_at;
    Timestamp expires_at;
    std::optional<Timestamp> revoked_at;
    std::optional<std::string> parent_id;
    int depth = 0;
    std::string origin; // grantex, oauth, delegation
};
BOOST_DESCRIBE_STRUCT(
    Grant, (),
    (id, developer_id, agent_id, principal_id, scopes, audience, status, issued_at, expires_at,
     revoked_at, parent_id, depth, origin)
)

std::optional<Grant> find_grant(Database& db, std::string_view developer_id, std::string_view id);

// Whoever it belongs to: for the operator only.
std::optional<Grant> find_grant_of_anyone(Database& db, std::string_view id);

// Empty filters match everything. `status` is the effective one at `now`: active, revoked, expired.
struct GrantFilter
{
    std::optional<std::string> agent_id;
    std::optional<std::string> principal_id;
    std::optional<std::string> status;
    Timestamp now;
};

// Newest first.
std::vector<Grant>
list_grants(Database& db, std::string_view developer_id, GrantFilter const& filter, Page page);
std::int64_t count_grants(Database& db, std::string_view developer_id, GrantFilter const& filter);

// Active, unexpired grants of one principal, newest first.
std::vector<Grant> list_live_grants(
    Database& db, std::string_view developer_id, std::string_view principal_id, Timestamp now,
    std::int64_t limit
);
// Of these, ids of grants that nobody delegated, oldest first.
std::vector<std::string> list_live_root_ids(
    Database& db, std::string_view developer_id, std::string_view principal_id, Timestamp now,
    std::int64_t limit
);
// Active, unexpired grants delegated from this one, at any depth.
std::int64_t count_live_descendants(Database& db, std::string_view id, Timestamp now);

// Active, unexpired grants, counted up to `limit` (quotas never need more).
std::int64_t
count_live_grants(Database& db, std::string_view developer_id, Timestamp now, std::int64_t limit);

void insert_grant(Database& db, Grant const& grant);

struct RevokedGrant
{
    std::string id;
    std::string agent_id;
    std::string principal_id;
};
BOOST_DESCRIBE_STRUCT(RevokedGrant, (), (id, agent_id, principal_id))

// Revokes the grant and every grant delegated from it, at any depth. Returns what was revoked now,
// in no order; empty when the grant is unknown to this developer or was already revoked.
std::vector<RevokedGrant>
revoke_grant_tree(Database& db, std::string_view developer_id, std::string_view id, Timestamp now);

// Ids of the agent's active grants that hang under no other active grant of the same agent.
std::vector<std::string> list_active_grant_ids(Database& db, std::string_view agent_id);

} // namespace storage
