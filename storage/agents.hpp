// Agents. Deleted ones stay as rows (grants and audit refer to them) but are hidden everywhere.
#pragma once

#include "storage/database.hpp"
#include "storage/page.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct Agent
{
    std::string id;
    std::string developer_id;
    std::string name;
    std::string description;
    std::vector<std::string> scopes; // declared, not granted
    std::vector<std::string> allowed_redirect_uris;
    std::string status; // active, suspended; deleted from find_agent_of_anyone only
    Timestamp created_at;
    Timestamp updated_at;
};
BOOST_DESCRIBE_STRUCT(
    Agent, (),
    (id, developer_id, name, description, scopes, allowed_redirect_uris, status, created_at,
     updated_at)
)

std::optional<Agent> find_agent(Database& db, std::string_view developer_id, std::string_view id);

// Whoever it belongs to, and deleted ones too (status deleted): what its public DID resolves to.
std::optional<Agent> find_agent_of_anyone(Database& db, std::string_view id);

// Newest first.
std::vector<Agent> list_agents(Database& db, std::string_view developer_id, Page page);

void insert_agent(Database& db, Agent const& agent);
void update_agent(Database& db, Agent const& agent);

// Hides the agent; false when it is unknown to this developer or was deleted before.
bool delete_agent(Database& db, std::string_view developer_id, std::string_view id, Timestamp now);

} // namespace storage
