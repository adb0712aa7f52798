// Sessions of principals: known by jti, so that they can be ended before they expire.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct PrincipalSession
{
    std::string jti;
    std::string developer_id;
    std::string principal_id;
    std::optional<std::string> auth_request_id; // a consent session: for this request only
    Timestamp expires_at;
    std::optional<Timestamp> ended_at;
    std::optional<std::string> link_hash; // of a consent session: SHA-256 of its link's secret
};
BOOST_DESCRIBE_STRUCT(
    PrincipalSession, (),
    (jti, developer_id, principal_id, auth_request_id, expires_at, ended_at, link_hash)
)

std::optional<PrincipalSession> find_principal_session(Database& db, std::string_view jti);

// Whether a live session of this request has a link with this secret.
bool find_session_link(
    Database& db, std::string_view auth_request_id, std::string_view link_hash, Timestamp now
);

void insert_principal_session(Database& db, PrincipalSession const& session);

// Both end what has not ended yet; they return how many sessions that were.
int revoke_consent_sessions(Database& db, std::string_view auth_request_id, Timestamp now);
int revoke_principal_sessions(
    Database& db, std::string_view developer_id, std::string_view principal_id, Timestamp now
);

} // namespace storage
