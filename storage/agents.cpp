#include "storage/agents.hpp"

#include "storage/developers.hpp"

namespace storage {

std::optional<Agent> find_agent(Database& db, std::string_view developer_id, std::string_view id)
{
    return db.find<Agent>(
        R"sql(
        SELECT id, developer_id, name, description, scopes, allowed_redirect_uris, status,
               created_at, updated_at
        FROM agents WHERE id = ?1 AND developer_id = ?2 AND status <> 'deleted')sql",
        id, developer_id
    );
}

std::optional<Agent> find_agent_of_anyone(Database& db, std::string_view id)
{
    return db.find<Agent>(
        R"sql(
        SELECT id, developer_id, name, description, scopes, allowed_redirect_uris, status,
               created_at, updated_at
        FROM agents WHERE id = ?1)sql",
        id
    );
}

std::vector<Agent> list_agents(Database& db, std::string_view developer_id, Page page)
{
    return db.list<Agent>(
        R"sql(
        SELECT id, developer_id, name, description, scopes, allowed_redirect_uris, status,
               created_at, updated_at
        FROM agents WHERE developer_id = ?1 AND status <> 'deleted'
        ORDER BY id DESC LIMIT ?2 OFFSET ?3)sql",
        developer_id, page.size, page.offset()
    );
}

void insert_agent(Database& db, Agent const& agent)
{
    db.run(
        R"sql(
        INSERT INTO agents (id, developer_id, name, description, scopes, allowed_redirect_uris,
            status, created_at, updated_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9))sql",
        agent.id, agent.developer_id, agent.name, agent.description, agent.scopes,
        agent.allowed_redirect_uris, agent.status, agent.created_at, agent.updated_at
    );
    update_totals(db, agent.developer_id, {.agents = 1});
}

void update_agent(Database& db, Agent const& agent)
{
    db.run(
        R"sql(
        UPDATE agents SET name = ?3, description = ?4, scopes = ?5, allowed_redirect_uris = ?6,
            status = ?7, updated_at = ?8
        WHERE id = ?1 AND developer_id = ?2 AND status <> 'deleted')sql",
        agent.id, agent.developer_id, agent.name, agent.description, agent.scopes,
        agent.allowed_redirect_uris, agent.status, agent.updated_at
    );
}

bool delete_agent(Database& db, std::string_view developer_id, std::string_view id, Timestamp now)
{
    auto const deleted = db.run(
        R"sql(
        UPDATE agents SET status = 'deleted', updated_at = ?3
        WHERE id = ?1 AND developer_id = ?2 AND status <> 'deleted')sql",
        id, developer_id, now
    );
    if (deleted == 1)
        update_totals(db, developer_id, {.agents = -1});
    return deleted == 1;
}

} // namespace storage
