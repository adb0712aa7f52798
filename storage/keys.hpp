// Keys at rest, all sealed by the master key: signing keys, server-wide keys, developers' data
// keys.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

// When each of them signs and verifies follows from these rows and the clock: rules/key_lives.hpp.
struct SigningKeyRow
{
    std::string kid;
    std::optional<std::string> sealed; // PKCS#8; nothing when the key is gone
    Timestamp created_at;
    Timestamp signs_from;
    std::int64_t token_ttl_seconds = 0; // no token it signs lives longer
    std::optional<Timestamp> gone_at;
};
BOOST_DESCRIBE_STRUCT(
    SigningKeyRow, (), (kid, sealed, created_at, signs_from, token_ttl_seconds, gone_at)
)

// All that ever were, in the order in which they sign.
std::vector<SigningKeyRow> list_signing_keys(Database& db);
void insert_signing_key(Database& db, SigningKeyRow const& key);
void update_signing_key(Database& db, std::string_view kid, std::string_view sealed);
void update_token_ttl(Database& db, std::string_view kid, std::int64_t seconds);
// Forgets the key and keeps its name.
void expire_signing_key(Database& db, std::string_view kid, Timestamp now);

struct ServerKeyRow
{
    std::string name;
    std::string sealed;
};
BOOST_DESCRIBE_STRUCT(ServerKeyRow, (), (name, sealed))

std::vector<ServerKeyRow> list_server_keys(Database& db);
std::optional<std::string> find_server_key(Database& db, std::string_view name);
void insert_server_key(Database& db, std::string_view name, std::string_view sealed, Timestamp now);
void update_server_key(Database& db, std::string_view name, std::string_view sealed);

struct DataKeyRow
{
    std::string id;
    std::string developer_id;
    std::string wrapped;
    Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(DataKeyRow, (), (id, developer_id, wrapped, created_at))

// The newest data key of the developer: the one that seals.
std::optional<DataKeyRow> find_newest_data_key(Database& db, std::string_view developer_id);
std::optional<DataKeyRow>
find_data_key(Database& db, std::string_view developer_id, std::string_view id);
void insert_data_key(Database& db, DataKeyRow const& key);
void update_data_key(Database& db, std::string_view id, std::string_view wrapped);

// Data keys that another master key wraps than the one of this id: some of them, and how many.
std::vector<DataKeyRow>
list_data_keys_not_under(Database& db, std::string_view master_id, std::int64_t limit);
std::int64_t count_data_keys_not_under(Database& db, std::string_view master_id);
// The ids of the master keys that wrap data keys; one look-up each, however many data keys.
std::vector<std::string> list_data_key_masters(Database& db);

} // namespace storage
