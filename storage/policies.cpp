#include "storage/policies.hpp"

namespace storage {

std::vector<Policy> list_policies(Database& db, std::string_view developer_id)
{
    return db.list<Policy>(
        R"sql(
        SELECT id, developer_id, name, effect, priority, agent_id, principal_id, scopes,
               window_start, window_end, weekdays, time_zone, created_at, updated_at
        FROM policies WHERE developer_id = ?1
        ORDER BY priority DESC, created_at, id)sql",
        developer_id
    );
}

std::int64_t count_policies(Database& db, std::string_view developer_id)
{
    return *db.find<std::int64_t>(
        "SELECT count(*) FROM policies WHERE developer_id = ?1", developer_id
    );
}

std::optional<Policy> find_policy(Database& db, std::string_view developer_id, std::string_view id)
{
    return db.find<Policy>(
        R"sql(
        SELECT id, developer_id, name, effect, priority, agent_id, principal_id, scopes,
               window_start, window_end, weekdays, time_zone, created_at, updated_at
        FROM policies WHERE id = ?1 AND developer_id = ?2)sql",
        id, developer_id
    );
}

void insert_policy(Database& db, Policy const& policy)
{
    db.run(
        R"sql(
        INSERT INTO policies (id, developer_id, name, effect, priority, agent_id, principal_id,
            scopes, window_start, window_end, weekdays, time_zone, created_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14))sql",
        policy.id, policy.developer_id, policy.name, policy.effect, policy.priority,
        policy.agent_id, policy.principal_id, policy.scopes, policy.window_start, policy.window_end,
        policy.weekdays, policy.time_zone, policy.created_at, policy.updated_at
    );
}

void update_policy(Database& db, Policy const& policy)
{
    db.run(
        R"sql(
        UPDATE policies SET name = ?3, effect = ?4, priority = ?5, agent_id = ?6,
            principal_id = ?7, scopes = ?8, window_start = ?9, window_end = ?10, weekdays = ?11,
            time_zone = ?12, updated_at = ?13
        WHERE id = ?1 AND developer_id = ?2)sql",
        policy.id, policy.developer_id, policy.name, policy.effect, policy.priority,
        policy.agent_id, policy.principal_id, policy.scopes, policy.window_start, policy.window_end,
        policy.weekdays, policy.time_zone, policy.updated_at
    );
}

bool delete_policy(Database& db, std::string_view developer_id, std::string_view id)
{
    return db.run("DELETE FROM policies WHERE id = ?1 AND developer_id = ?2", id, developer_id) ==
           1;
}

} // namespace storage
