#include "storage/principal_sessions.hpp"

namespace storage {

std::optional<PrincipalSession> find_principal_session(Database& db, std::string_view jti)
{
    return db.find<PrincipalSession>(
        R"sql(
        SELECT jti, developer_id, principal_id, auth_request_id, expires_at, ended_at
        FROM principal_sessions WHERE jti = ?1)sql",
        jti
    );
}

void insert_principal_session(Database& db, PrincipalSession const& session)
{
    db.run(
        R"sql(
        INSERT INTO principal_sessions
            (jti, developer_id, principal_id, auth_request_id, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5))sql",
        session.jti, session.developer_id, session.principal_id, session.auth_request_id,
        session.expires_at
    );
}

} // namespace storage
