#include "storage/principal_sessions.hpp"

namespace storage {

std::optional<PrincipalSession> find_principal_session(Database& db, std::string_view jti)
{
    return db.find<PrincipalSession>(
        R"sql(
        SELECT jti, developer_id, principal_id, auth_request_id, expires_at, ended_at,
               link_hash
        FROM principal_sessions WHERE jti = ?1)sql",
        jti
    );
}

void insert_principal_session(Database& db, PrincipalSession const& session)
{
    db.run(
        R"sql(
        INSERT INTO principal_sessions
            (jti, developer_id, principal_id, auth_request_id, expires_at, link_hash)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6))sql",
        session.jti, session.developer_id, session.principal_id, session.auth_request_id,
        session.expires_at, session.link_hash
    );
}

bool find_session_link(
    Database& db, std::string_view auth_request_id, std::string_view link_hash, Timestamp now
)
{
    return db
        .find<int>(
            R"sql(
        SELECT 1 FROM principal_sessions
        WHERE auth_request_id = ?1 AND ended_at IS NULL AND link_hash = ?2 AND expires_at > ?3
        LIMIT 1)sql",
            auth_request_id, link_hash, now
        )
        .has_value();
}

int revoke_consent_sessions(Database& db, std::string_view auth_request_id, Timestamp now)
{
    return db.run(
        R"sql(
        UPDATE principal_sessions SET ended_at = ?2
        WHERE auth_request_id = ?1 AND ended_at IS NULL)sql",
        auth_request_id, now
    );
}

int revoke_principal_sessions(
    Database& db, std::string_view developer_id, std::string_view principal_id, Timestamp now
)
{
    return db.run(
        R"sql(
        UPDATE principal_sessions SET ended_at = ?3
        WHERE developer_id = ?1 AND principal_id = ?2 AND ended_at IS NULL)sql",
        developer_id, principal_id, now
    );
}

} // namespace storage
