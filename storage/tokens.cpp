#include "storage/tokens.hpp"

namespace storage {

std::optional<TokenState> find_token_state(Database& db, std::string_view jti)
{
    return db.find<TokenState>(
        R"sql(
        SELECT t.grant_id, g.developer_id, t.revoked_at IS NOT NULL, g.status, g.expires_at,
               g.agent_id, a.status, g.principal_id, g.scopes
        FROM tokens AS t JOIN grants AS g ON g.id = t.grant_id JOIN agents AS a ON a.id = g.agent_id
        WHERE t.jti = ?1)sql",
        jti
    );
}

void insert_token(
    Database& db, std::string_view jti, std::string_view grant_id, Timestamp expires_at
)
{
    db.run(
        "INSERT INTO tokens (jti, grant_id, expires_at) VALUES (?1, ?2, ?3)", jti, grant_id,
        expires_at
    );
}

bool revoke_token(Database& db, std::string_view developer_id, std::string_view jti, Timestamp now)
{
    return db.run(
               R"sql(
        UPDATE tokens SET revoked_at = ?3
        WHERE jti = ?1 AND revoked_at IS NULL
          AND EXISTS (SELECT 1 FROM grants WHERE id = tokens.grant_id AND developer_id = ?2))sql",
               jti, developer_id, now
           ) == 1;
}

} // namespace storage
