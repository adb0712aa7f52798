// Databases as older versions left them, and their rows as text, to compare what a migration made
// of them.
#pragma once

#include "storage/database.hpp"
#include "storage/embedded_file.hpp"
#include "storage/migrate.hpp"
#include "storage/schema_may_change.hpp"

#include <map>
#include <string>
#include <vector>

namespace support {

// Makes the file one of the program that knew migrations up to `version`.
inline void migrate_up_to(storage::Database& database, int version)
{
    std::map<std::string, std::string> files;
    for (auto const& file : storage::migration_files())
        files.emplace(file.name, file.text);
    storage::SchemaMayChange const writable{database};
    for (auto const& [name, sql] : files)
        if (std::stoi(name) <= version)
            database.execute(sql);
    database.execute("PRAGMA application_id = " + std::to_string(storage::application_id));
    database.execute("PRAGMA user_version = " + std::to_string(version));
}

// Rows that every schema there was can hold: a developer with agent, grant and audit entries.
inline void add_old_rows(storage::Database& database)
{
    database.execute(R"sql(
        INSERT INTO developers (id, name, email, mode, plan, created_at) VALUES
            ('d1', 'Nimbus', 'a@example.com', 'live', 'free', 1),
            ('d2', 'b', NULL, 'sandbox', 'pro', 2);
        INSERT INTO developer_totals (developer_id, agents, grants, audit_entries) VALUES
            ('d1', 1, 1, 2), ('d2', 0, 0, 0);
        INSERT INTO api_keys (key_hash, developer_id, created_at) VALUES ('h1', 'd1', 1);
        INSERT INTO agents (id, developer_id, name, description, scopes, allowed_redirect_uris,
            status, created_at, updated_at)
            VALUES ('ag1', 'd1', 'Planner', 'text ''quoted''', 'a:read', '', 'active', 1, 2);
        INSERT INTO grants (id, developer_id, agent_id, principal_id, scopes, status, issued_at,
            expires_at, depth, origin)
            VALUES ('g1', 'd1', 'ag1', 'user_1', 'a:read', 'active', 3, 4, 0, 'grantex');
        INSERT INTO audit_entries (developer_id, seq, id, agent_id, agent_did, grant_id,
            principal_id, action, metadata, timestamp, prev_hash, hash, status) VALUES
            ('d1', 1, 'al1', 'ag1', 'did', 'g1', 'u', 'a', '{}', 5, NULL, 'x1', 'success'),
            ('d1', 2, 'al2', 'ag1', 'did', 'g1', 'u', 'a', '{}', 6, 'x1', 'x2', 'blocked');)sql");
}

using Columns = std::map<std::string, std::vector<std::string>>; // by table

inline Columns columns_of(storage::Database& database)
{
    Columns columns;
    SQLite::Statement rows{
        database.connection(),
        "SELECT t.name, c.name FROM sqlite_schema AS t JOIN pragma_table_info(t.name) AS c "
        "WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' ORDER BY t.name, c.cid"};
    while (rows.executeStep())
        columns[rows.getColumn(0).getString()].push_back(rows.getColumn(1).getString());
    return columns;
}

// Every value of these columns, a line a row; floating and NULL told apart as SQL writes them.
inline std::vector<std::string> dump_rows(storage::Database& database, Columns const& columns)
{
    std::vector<std::string> lines;
    for (auto const& [table, names] : columns) {
        std::string list;
        for (auto const& name : names)
            list += (list.empty() ? "quote(\"" : "||','||quote(\"") + name + "\")";
        auto const sql = "SELECT " + list + " AS line FROM \"" + table + "\" ORDER BY line";
        SQLite::Statement rows{database.connection(), sql};
        while (rows.executeStep())
            lines.push_back(table + ": " + rows.getColumn(0).getString());
    }
    return lines;
}

} // namespace support
