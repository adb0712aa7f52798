// Grant tokens, known by jti. The token text is never stored.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

// Everything that decides whether a presented token is good, in one look-up.
struct TokenState
{
    std::string grant_id;
    std::string developer_id;
    bool token_revoked = false;
    std::string grant_status; // active, revoked
    Timestamp grant_expires_at;
    std::string agent_id;
    std::string agent_status; // active, suspended, deleted
    std::string principal_id;
    std::vector<std::string> grant_scopes;
};
BOOST_DESCRIBE_STRUCT(
    TokenState, (),
    (grant_id, developer_id, token_revoked, grant_status, grant_expires_at, agent_id, agent_status,
     principal_id, grant_scopes)
)

std::optional<TokenState> find_token_state(Database& db, std::string_view jti);

void insert_token(
    Database& db, std::string_view jti, std::string_view grant_id, Timestamp expires_at
);

// False when the token is unknown to this developer or was revoked before.
bool revoke_token(Database& db, std::string_view developer_id, std::string_view jti, Timestamp now);

} // namespace storage
