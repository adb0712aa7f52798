// Kept answers to requests with an Idempotency-Key.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct IdempotencyRecord
{
    std::string key_hash;
    std::string developer_id;
    std::string request_hash;
    int status = 0;
    std::string content_type;
    std::string sealed_body;
    std::optional<std::string> grant_id; // the answer holds a token of this grant
    Timestamp expires_at;
};
BOOST_DESCRIBE_STRUCT(
    IdempotencyRecord, (),
    (key_hash, developer_id, request_hash, status, content_type, sealed_body, grant_id, expires_at)
)

// Only unexpired records are found.
std::optional<IdempotencyRecord>
find_idempotency_record(Database& db, std::string_view key_hash, Timestamp now);

// Replaces an expired record of the same key.
void insert_idempotency_record(Database& db, IdempotencyRecord const& record);

// Removes up to `limit` records that expired; returns how many.
int expire_idempotency_records(Database& db, Timestamp now, std::int64_t limit);

} // namespace storage
