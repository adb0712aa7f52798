// Refresh tokens: one family a grant, single use, found by their id and a keyed hash of the whole
// token (the id is the ULID inside it: time-ordered, so that the table grows at its end).
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct RefreshToken
{
    std::string id;
    std::string grant_id;
    std::string token_hash;
    std::string status; // current, used, revoked
    Timestamp expires_at;
    std::optional<Timestamp> used_at;
    std::optional<std::string> successor; // id of the token that replaced it
};
BOOST_DESCRIBE_STRUCT(
    RefreshToken, (), (id, grant_id, token_hash, status, expires_at, used_at, successor)
)

std::optional<RefreshToken>
find_refresh_token(Database& db, std::string_view id, std::string_view token_hash);

// Whether the token that replaced another was itself used.
bool find_successor_used(Database& db, std::string_view successor);

// The id of the grant's current token, which was issued together with its newest grant token.
std::optional<std::string> find_current_refresh_id(Database& db, std::string_view grant_id);

void insert_refresh_token(Database& db, RefreshToken const& token);

// current -> used, naming the successor. False when another refresh was first.
bool consume_refresh_token(
    Database& db, std::string_view id, std::string_view successor, Timestamp now
);

// Ends the family: no token of the grant can be used any more. Returns how many that were.
int revoke_refresh_family(Database& db, std::string_view grant_id);

} // namespace storage
