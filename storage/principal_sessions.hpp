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
};
BOOST_DESCRIBE_STRUCT(
    PrincipalSession, (), (jti, developer_id, principal_id, auth_request_id, expires_at, ended_at)
)

std::optional<PrincipalSession> find_principal_session(Database& db, std::string_view jti);
void insert_principal_session(Database& db, PrincipalSession const& session);

} // namespace storage
