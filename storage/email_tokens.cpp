#include "storage/email_tokens.hpp"

namespace storage {

std::optional<EmailToken> find_email_token(Database& db, std::string_view token_hash)
{
    return db.find<EmailToken>(
        R"sql(
        SELECT id, developer_id, token_hash, email, created_at, expires_at, used_at
        FROM email_tokens WHERE token_hash = ?1)sql",
        token_hash
    );
}

void insert_email_token(Database& db, EmailToken const& token)
{
    db.run(
        R"sql(
        INSERT INTO email_tokens
            (id, developer_id, token_hash, email, created_at, expires_at, used_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7))sql",
        token.id, token.developer_id, token.token_hash, token.email, token.created_at,
        token.expires_at, token.used_at
    );
}

bool consume_email_token(Database& db, std::string_view id, Timestamp now)
{
    return db.run(
               "UPDATE email_tokens SET used_at = ?2 WHERE id = ?1 AND used_at IS NULL", id, now
           ) == 1;
}

void delete_older_email_tokens(
    Database& db, std::string_view developer_id, Timestamp now, std::int64_t kept
)
{
    auto const dropped = db.list<std::string>(
        R"sql(
        DELETE FROM email_tokens WHERE id IN (
            SELECT id FROM email_tokens WHERE developer_id = ?1 AND expires_at > ?2
            ORDER BY id DESC LIMIT 100 OFFSET ?3)
        RETURNING id)sql",
        developer_id, now, kept
    );
    for (auto const& id : dropped)
        db.run("DELETE FROM mails WHERE id = ?1 AND due_at IS NOT NULL", id);
}

int expire_email_tokens(Database& db, Timestamp until, std::int64_t limit)
{
    return db.run(
        R"sql(
        DELETE FROM email_tokens WHERE id IN (
            SELECT id FROM email_tokens WHERE expires_at <= ?1 ORDER BY expires_at LIMIT ?2))sql",
        until, limit
    );
}

} // namespace storage
