// Keys at rest, all sealed by the master key: signing keys, server-wide keys, developers' data
// keys.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct SigningKeyRow
{
    std::string kid;
    std::string sealed; // PKCS#8
    std::string status; // active, published, retired
    Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(SigningKeyRow, (), (kid, sealed, status, created_at))

// Those that sign or still verify, the active one first.
std::vector<SigningKeyRow> list_signing_keys(Database& db);
void insert_signing_key(Database& db, SigningKeyRow const& key);

std::optional<std::string> find_server_key(Database& db, std::string_view name);
void insert_server_key(Database& db, std::string_view name, std::string_view sealed, Timestamp now);

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

} // namespace storage
