#include "storage/idempotency.hpp"

namespace storage {

std::optional<IdempotencyRecord>
find_idempotency_record(Database& db, std::string_view key_hash, Timestamp now)
{
    return db.find<IdempotencyRecord>(
        R"sql(
        SELECT key_hash, developer_id, request_hash, status, content_type, sealed_body, grant_id,
               expires_at
        FROM idempotency_records WHERE key_hash = ?1 AND expires_at > ?2)sql",
        key_hash, now
    );
}

void insert_idempotency_record(Database& db, IdempotencyRecord const& record)
{
    db.run(
        R"sql(
        INSERT INTO idempotency_records (key_hash, developer_id, request_hash, status,
            content_type, sealed_body, grant_id, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
        ON CONFLICT (key_hash) DO UPDATE SET request_hash = excluded.request_hash,
            status = excluded.status, content_type = excluded.content_type,
            sealed_body = excluded.sealed_body, grant_id = excluded.grant_id,
            expires_at = excluded.expires_at)sql",
        record.key_hash, record.developer_id, record.request_hash, record.status,
        record.content_type, record.sealed_body, record.grant_id, record.expires_at
    );
}

int expire_idempotency_records(Database& db, Timestamp now, std::int64_t limit)
{
    return db.run(
        R"sql(
        DELETE FROM idempotency_records WHERE key_hash IN (
            SELECT key_hash FROM idempotency_records WHERE expires_at <= ?1
            ORDER BY expires_at LIMIT ?2))sql",
        now, limit
    );
}

} // namespace storage
