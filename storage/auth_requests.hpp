// Authorization requests and the codes they turn into. Every transition is one conditional UPDATE,
// so of two concurrent decisions one wins and the other sees the final state.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct AuthRequest
{
    std::string id;
    std::string developer_id;
    std::string agent_id;
    std::string principal_id;
    std::vector<std::string> scopes;
    std::optional<std::string> redirect_uri;
    std::optional<std::string> state;
    std::optional<std::string> audience;
    std::optional<std::string> code_challenge;
    std::string expires_in; // as asked for, "24h"
    std::int64_t expires_in_seconds = 0;
    std::optional<std::string> link_hash; // SHA-256 of the consent link's secret
    std::string status;                   // pending, approved, denied, consumed, cancelled
    Timestamp created_at;
    Timestamp decide_by;
    std::optional<std::string> code_hash;
    std::optional<Timestamp> approved_at;
    std::optional<Timestamp> consumed_at;
    std::optional<std::string> grant_id;
};
BOOST_DESCRIBE_STRUCT(
    AuthRequest, (),
    (id, developer_id, agent_id, principal_id, scopes, redirect_uri, state, audience,
     code_challenge, expires_in, expires_in_seconds, link_hash, status, created_at, decide_by,
     code_hash, approved_at, consumed_at, grant_id)
)

std::optional<AuthRequest> find_auth_request(Database& db, std::string_view id);
std::optional<AuthRequest>
find_auth_request_by_code(Database& db, std::string_view developer_id, std::string_view code_hash);

void insert_auth_request(Database& db, AuthRequest const& request);

// pending -> approved, with the hash of the new code. False when it was not pending any more or
// its deadline has passed.
bool update_auth_request_to_approved(
    Database& db, std::string_view id, std::string_view code_hash, Timestamp now
);
// pending -> denied. False as above.
bool update_auth_request_to_denied(Database& db, std::string_view id, Timestamp now);
// approved -> consumed. False when another exchange was first.
bool consume_auth_request(
    Database& db, std::string_view id, std::string_view grant_id, Timestamp now
);
// What a deleted agent still had open.
int revoke_open_auth_requests(Database& db, std::string_view agent_id);

} // namespace storage
