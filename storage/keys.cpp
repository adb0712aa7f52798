#include "storage/keys.hpp"

namespace storage {

std::vector<SigningKeyRow> list_signing_keys(Database& db)
{
    return db.list<SigningKeyRow>(R"sql(
        SELECT kid, sealed, created_at, signs_from, token_ttl_seconds, gone_at
        FROM signing_keys ORDER BY signs_from, kid)sql");
}

void insert_signing_key(Database& db, SigningKeyRow const& key)
{
    db.run(
        R"sql(
        INSERT INTO signing_keys (kid, sealed, created_at, signs_from, token_ttl_seconds, gone_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6))sql",
        key.kid, key.sealed, key.created_at, key.signs_from, key.token_ttl_seconds, key.gone_at
    );
}

void update_signing_key(Database& db, std::string_view kid, std::string_view sealed)
{
    db.run("UPDATE signing_keys SET sealed = ?2 WHERE kid = ?1", kid, sealed);
}

void update_token_ttl(Database& db, std::string_view kid, std::int64_t seconds)
{
    db.run("UPDATE signing_keys SET token_ttl_seconds = ?2 WHERE kid = ?1", kid, seconds);
}

void expire_signing_key(Database& db, std::string_view kid, Timestamp now)
{
    db.run("UPDATE signing_keys SET sealed = NULL, gone_at = ?2 WHERE kid = ?1", kid, now);
}

std::vector<ServerKeyRow> list_server_keys(Database& db)
{
    return db.list<ServerKeyRow>("SELECT name, sealed FROM server_keys");
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

void update_server_key(Database& db, std::string_view name, std::string_view sealed)
{
    db.run("UPDATE server_keys SET sealed = ?2 WHERE name = ?1", name, sealed);
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

void update_data_key(Database& db, std::string_view id, std::string_view wrapped)
{
    db.run("UPDATE data_keys SET wrapped = ?2 WHERE id = ?1", id, wrapped);
}

// `v1.<id of the master key, 8 characters>.<text>`: the index data_keys_by_master has it.
std::vector<DataKeyRow>
list_data_keys_not_under(Database& db, std::string_view master_id, std::int64_t limit)
{
    auto rows = db.list<DataKeyRow>(
        R"sql(
        SELECT id, developer_id, wrapped, created_at FROM data_keys
        WHERE substr(wrapped, 4, 8) < ?1 LIMIT ?2)sql",
        master_id, limit
    );
    if (!rows.empty())
        return rows;
    return db.list<DataKeyRow>(
        R"sql(
        SELECT id, developer_id, wrapped, created_at FROM data_keys
        WHERE substr(wrapped, 4, 8) > ?1 LIMIT ?2)sql",
        master_id, limit
    );
}

std::int64_t count_data_keys_not_under(Database& db, std::string_view master_id)
{
    return db
        .find<std::int64_t>(
            R"sql(
            SELECT (SELECT count(*) FROM data_keys WHERE substr(wrapped, 4, 8) < ?1) +
                   (SELECT count(*) FROM data_keys WHERE substr(wrapped, 4, 8) > ?1))sql",
            master_id
        )
        .value();
}

std::vector<std::string> list_data_key_masters(Database& db)
{
    std::vector<std::string> ids;
    std::optional<std::string> id{""};
    while (
        (id = db.find<std::string>(
             R"sql(
                SELECT substr(wrapped, 4, 8) FROM data_keys WHERE substr(wrapped, 4, 8) > ?1
                ORDER BY substr(wrapped, 4, 8) LIMIT 1)sql",
             *id
         ))
    )
        ids.push_back(*id);
    return ids;
}

} // namespace storage
