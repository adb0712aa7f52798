// Agents: registering, listing, changing, deleting them.
#pragma once

#include "server/api/redirect_uris.hpp"
#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

using DeclaredScopes = http::List<http::Scope, 0, 100>;
using AgentStatus = http::OneOf<"active", "suspended">;

struct CreateAgentBody
{
    http::Line<0, 200> name;
    std::optional<http::Text<0, 2000>> description;
    std::optional<DeclaredScopes> scopes;
    std::optional<RedirectUris> allowedRedirectUris;
};
BOOST_DESCRIBE_STRUCT(CreateAgentBody, (), (name, description, scopes, allowedRedirectUris))

struct UpdateAgentBody
{
    static constexpr std::int64_t members_min = 1;
    std::optional<http::Line<0, 200>> name;
    std::optional<http::Text<0, 2000>> description;
    std::optional<DeclaredScopes> scopes;
    std::optional<AgentStatus> status;
    std::optional<RedirectUris> allowedRedirectUris;
};
BOOST_DESCRIBE_STRUCT(UpdateAgentBody, (), (name, description, scopes, status, allowedRedirectUris))

struct AgentView
{
    std::string agentId;
    std::string id; // alias of agentId
    std::string did;
    std::string developerId;
    std::string name;
    std::string description;
    std::vector<std::string> scopes;
    std::vector<std::string> allowedRedirectUris;
    AgentStatus status;
    storage::Timestamp createdAt;
    storage::Timestamp updatedAt;
};
BOOST_DESCRIBE_STRUCT(
    AgentView, (),
    (agentId, id, did, developerId, name, description, scopes, allowedRedirectUris, status,
     createdAt, updatedAt)
)

struct AgentListView
{
    std::vector<AgentView> agents;
    std::int64_t total = 0;
    std::int64_t page = 0;
    std::int64_t pageSize = 0;
};
BOOST_DESCRIBE_STRUCT(AgentListView, (), (agents, total, page, pageSize))

std::string agent_did(std::string_view agent_id); // did:grantex:ag_...

http::Created<AgentView> create_agent(http::Request& request, CreateAgentBody const& body);
AgentListView list_agents(http::Request& request);
AgentView get_agent(http::Request& request);
AgentView update_agent(http::Request& request, UpdateAgentBody const& body);
AgentView update_agent_via_post(http::Request& request, UpdateAgentBody const& body);
http::NoContent delete_agent(http::Request& request);

} // namespace api
