#include "storage/refresh_tokens.hpp"

namespace storage {

std::optional<RefreshToken>
find_refresh_token(Database& db, std::string_view id, std::string_view token_hash)
{
    return db.find<RefreshToken>(
        R"sql(
        SELECT id, grant_id, token_hash, status, expires_at, used_at, successor
        FROM refresh_tokens WHERE id = ?1 AND token_hash = ?2)sql",
        id, token_hash
    );
}

bool find_successor_used(Database& db, std::string_view successor)
{
    return db
        .find<int>("SELECT 1 FROM refresh_tokens WHERE id = ?1 AND used_at IS NOT NULL", successor)
        .has_value();
}

std::optional<std::string> find_current_refresh_id(Database& db, std::string_view grant_id)
{
    return db.find<std::string>(
        "SELECT id FROM refresh_tokens WHERE grant_id = ?1 AND status = 'current'", grant_id
    );
}

void insert_refresh_token(Database& db, RefreshToken const& token)
{
    db.run(
        R"sql(
        INSERT INTO refresh_tokens (id, grant_id, token_hash, status, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5))sql",
        token.id, token.grant_id, token.token_hash, token.status, token.expires_at
    );
}

bool consume_refresh_token(
    Database& db, std::string_view id, std::string_view successor, Timestamp now
)
{
    return db.run(
               R"sql(
        UPDATE refresh_tokens SET status = 'used', used_at = ?3, successor = ?2
        WHERE id = ?1 AND status = 'current')sql",
               id, successor, now
           ) == 1;
}

int revoke_refresh_family(Database& db, std::string_view grant_id)
{
    return db.run(
        R"sql(
        UPDATE refresh_tokens SET status = 'revoked'
        WHERE grant_id = ?1 AND status = 'current')sql",
        grant_id
    );
}

} // namespace storage
