#include "storage/auth_requests.hpp"

namespace storage {

std::optional<AuthRequest> find_auth_request(Database& db, std::string_view id)
{
    return db.find<AuthRequest>(
        R"sql(
        SELECT id, developer_id, agent_id, principal_id, scopes, redirect_uri, state, audience,
               code_challenge, expires_in, expires_in_seconds, link_hash, status, created_at,
               decide_by, code_hash, approved_at, consumed_at, grant_id
        FROM auth_requests WHERE id = ?1)sql",
        id
    );
}

std::optional<AuthRequest>
find_auth_request_by_code(Database& db, std::string_view developer_id, std::string_view code_hash)
{
    return db.find<AuthRequest>(
        R"sql(
        SELECT id, developer_id, agent_id, principal_id, scopes, redirect_uri, state, audience,
               code_challenge, expires_in, expires_in_seconds, link_hash, status, created_at,
               decide_by, code_hash, approved_at, consumed_at, grant_id
        FROM auth_requests WHERE code_hash = ?2 AND developer_id = ?1)sql",
        developer_id, code_hash
    );
}

void insert_auth_request(Database& db, AuthRequest const& request)
{
    db.run(
        R"sql(
        INSERT INTO auth_requests (id, developer_id, agent_id, principal_id, scopes, redirect_uri,
            state, audience, code_challenge, expires_in, expires_in_seconds, link_hash, status,
            created_at, decide_by, code_hash, approved_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17))sql",
        request.id, request.developer_id, request.agent_id, request.principal_id, request.scopes,
        request.redirect_uri, request.state, request.audience, request.code_challenge,
        request.expires_in, request.expires_in_seconds, request.link_hash, request.status,
        request.created_at, request.decide_by, request.code_hash, request.approved_at
    );
}

bool update_auth_request_to_approved(
    Database& db, std::string_view id, std::string_view code_hash, Timestamp now
)
{
    return db.run(
               R"sql(
        UPDATE auth_requests SET status = 'approved', code_hash = ?2, approved_at = ?3
        WHERE id = ?1 AND status = 'pending' AND decide_by > ?3)sql",
               id, code_hash, now
           ) == 1;
}

bool update_auth_request_to_denied(Database& db, std::string_view id, Timestamp now)
{
    return db.run(
               R"sql(
        UPDATE auth_requests SET status = 'denied'
        WHERE id = ?1 AND status = 'pending' AND decide_by > ?2)sql",
               id, now
           ) == 1;
}

bool consume_auth_request(
    Database& db, std::string_view id, std::string_view grant_id, Timestamp now
)
{
    return db.run(
               R"sql(
        UPDATE auth_requests SET status = 'consumed', grant_id = ?2, consumed_at = ?3
        WHERE id = ?1 AND status = 'approved')sql",
               id, grant_id, now
           ) == 1;
}

int revoke_open_auth_requests(Database& db, std::string_view agent_id)
{
    return db.run(
        R"sql(
        UPDATE auth_requests SET status = 'cancelled'
        WHERE agent_id = ?1 AND status IN ('pending', 'approved'))sql",
        agent_id
    );
}

} // namespace storage
