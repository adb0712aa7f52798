// Links that confirm an address of a developer; found by the hash of their secret.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct EmailToken
{
    std::string id; // emv_<ULID>
    std::string developer_id;
    std::string token_hash;
    std::string email; // normal form, as developers have it
    Timestamp created_at;
    Timestamp expires_at;
    std::optional<Timestamp> used_at;
};
BOOST_DESCRIBE_STRUCT(
    EmailToken, (), (id, developer_id, token_hash, email, created_at, expires_at, used_at)
)

// Also one that expired or was used.
std::optional<EmailToken> find_email_token(Database& db, std::string_view token_hash);

void insert_email_token(Database& db, EmailToken const& token);

// False when it was used before.
bool consume_email_token(Database& db, std::string_view id, Timestamp now);

// Keeps the newest `kept` unexpired tokens of the developer and deletes the older ones, with their
// mails that were not sent yet.
void delete_older_email_tokens(
    Database& db, std::string_view developer_id, Timestamp now, std::int64_t kept
);

// Removes up to `limit` tokens that expired at or before `until`; returns how many.
int expire_email_tokens(Database& db, Timestamp until, std::int64_t limit);

} // namespace storage
