#include "storage/mails.hpp"

namespace storage {

void insert_mail(Database& db, Mail const& mail)
{
    db.run(
        R"sql(
        INSERT INTO mails (id, developer_id, recipient, sealed_token, attempts, created_at, due_at,
            expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8))sql",
        mail.id, mail.developer_id, mail.recipient, mail.sealed_token, mail.attempts,
        mail.created_at, mail.due_at, mail.expires_at
    );
}

std::vector<Mail> list_due_mails(Database& db, Timestamp now, std::int64_t limit)
{
    return db.list<Mail>(
        R"sql(
        SELECT id, developer_id, recipient, sealed_token, attempts, created_at, due_at, expires_at
        FROM mails WHERE due_at IS NOT NULL AND due_at <= ?1 ORDER BY due_at LIMIT ?2)sql",
        now, limit
    );
}

std::vector<Mail> list_latest_due_mails(Database& db, Timestamp now, std::int64_t limit)
{
    return db.list<Mail>(
        R"sql(
        SELECT id, developer_id, recipient, sealed_token, attempts, created_at, due_at, expires_at
        FROM mails WHERE due_at IS NOT NULL AND due_at > ?1 ORDER BY due_at DESC LIMIT ?2)sql",
        now, limit
    );
}

std::optional<Timestamp>
find_nth_newest_mail_time(Database& db, std::string_view developer_id, std::int64_t count)
{
    return db.find<Timestamp>(
        R"sql(
        SELECT created_at FROM mails WHERE developer_id = ?1
        ORDER BY id DESC LIMIT 1 OFFSET ?2)sql",
        developer_id, count - 1
    );
}

void update_mail_attempt(Database& db, std::string_view id, Timestamp due_at)
{
    db.run(
        R"sql(
        UPDATE mails SET attempts = attempts + 1, due_at = ?2
        WHERE id = ?1 AND due_at IS NOT NULL)sql",
        id, due_at
    );
}

void consume_mail(Database& db, std::string_view id)
{
    db.run("UPDATE mails SET sealed_token = NULL, due_at = NULL WHERE id = ?1", id);
}

int expire_mails(Database& db, Timestamp now, std::int64_t limit)
{
    return db.run(
        R"sql(
        DELETE FROM mails WHERE id IN (
            SELECT id FROM mails WHERE expires_at <= ?1 AND due_at IS NULL
            ORDER BY expires_at LIMIT ?2))sql",
        now, limit
    );
}

} // namespace storage
