#include "storage/keys.hpp"

namespace storage {

std::vector<SigningKeyRow> list_signing_keys(Database& db)
{
    return db.list<SigningKeyRow>(R"sql(
        SELECT kid, sealed, status, created_at FROM signing_keys
        WHERE status <> 'retired' ORDER BY status, created_at DESC)sql");
}

void insert_signing_key(Database& db, SigningKeyRow const& key)
{
    db.run(
        "INSERT INTO signing_keys (kid, sealed, status, created_at) VALUES (?1, ?2, ?3, ?4)",
        key.kid, key.sealed, key.status, key.created_at
    );
}

std::optional<std::string> find_server_key(Database& db, std::string_view name)
{
    return db.find<std::string>("SELECT sealed FROM server_keys WHERE name = ?1", name);
}

void insert_server_key(Database& db, std::string_view name, std::string_view sealed, Timestamp now)
{
    db.run(
        "INSERT INTO server_keys (name, sealed, created_at) VALUES (?1, ?2, ?3)", name, sealed, now
    );
}

std::optional<DataKeyRow> find_newest_data_key(Database& db, std::string_view developer_id)
{
    return db.find<DataKeyRow>(
        R"sql(
        SELECT id, developer_id, wrapped, created_at FROM data_keys
        WHERE developer_id = ?1 ORDER BY id DESC LIMIT 1)sql",
        developer_id
    );
}

std::optional<DataKeyRow>
find_data_key(Database& db, std::string_view developer_id, std::string_view id)
{
    return db.find<DataKeyRow>(
        R"sql(
        SELECT id, developer_id, wrapped, created_at FROM data_keys
        WHERE id = ?2 AND developer_id = ?1)sql",
        developer_id, id
    );
}

void insert_data_key(Database& db, DataKeyRow const& key)
{
    db.run(
        "INSERT INTO data_keys (id, developer_id, wrapped, created_at) VALUES (?1, ?2, ?3, ?4)",
        key.id, key.developer_id, key.wrapped, key.created_at
    );
}

} // namespace storage
