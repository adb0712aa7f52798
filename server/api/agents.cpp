#include "server/api/agents.hpp"

#include "server/api/note_signals.hpp"
#include "server/api/quotas.hpp"
#include "server/api/revocation.hpp"
#include "server/api/text.hpp"
#include "storage/agents.hpp"
#include "storage/auth_requests.hpp"
#include "storage/grants.hpp"

namespace api {

namespace {

constexpr std::int64_t page_size_max = 1000;

AgentView view(storage::Agent const& agent)
{
    return {
        .agentId = agent.id,
        .id = agent.id,
        .did = agent_did(agent.id),
        .developerId = agent.developer_id,
        .name = agent.name,
        .description = agent.description,
        .scopes = agent.scopes,
        .allowedRedirectUris = agent.allowed_redirect_uris,
        .status = agent.status,
        .createdAt = agent.created_at,
        .updatedAt = agent.updated_at};
}

std::string read_name(std::string_view text)
{
    auto name = trimmed(text);
    if (name.empty())
        throw http::bad_request("name is required");
    return name;
}

storage::Agent find(http::Request& request)
{
    auto agent = storage::find_agent(request.db, request.caller().id, request.path("agentId"));
    if (!agent)
        throw http::not_found("Agent");
    return std::move(*agent);
}

} // namespace

std::string agent_did(std::string_view agent_id)
{
    return "did:grantex:" + std::string{agent_id};
}

http::Created<AgentView> create_agent(http::Request& request, CreateAgentBody const& body)
{
    storage::Agent agent;
    agent.name = read_name(body.name);
    agent.description = body.description.value_or("");
    agent.scopes = body.scopes.value_or(DeclaredScopes{}).strings();
    agent.allowed_redirect_uris =
        read_redirect_uris(request, body.allowedRedirectUris.value_or(RedirectUris{}));
    check_agent_quota(request);

    agent.id = request.next_id("ag");
    agent.developer_id = request.caller().id;
    agent.status = "active";
    agent.created_at = agent.updated_at = request.now;
    storage::insert_agent(request.db, agent);
    return {view(agent)};
}

AgentListView list_agents(http::Request& request)
{
    auto const page = request.page(page_size_max);
    AgentListView list{
        .agents = {},
        .total = storage::find_totals(request.db, request.caller().id).agents,
        .page = page.number,
        .pageSize = page.size};
    for (auto const& agent : storage::list_agents(request.db, request.caller().id, page))
        list.agents.push_back(view(agent));
    return list;
}

AgentView get_agent(http::Request& request)
{
    return view(find(request));
}

AgentView update_agent(http::Request& request, UpdateAgentBody const& body)
{
    if (!body.name && !body.description && !body.scopes && !body.status &&
        !body.allowedRedirectUris)
        throw http::bad_request(
            "No fields to update. Send name, description, scopes, status or allowedRedirectUris"
        );
    auto const name = body.name ? std::optional{read_name(*body.name)} : std::nullopt;
    auto const uris = body.allowedRedirectUris
                          ? std::optional{read_redirect_uris(request, *body.allowedRedirectUris)}
                          : std::nullopt;

    auto agent = find(request);
    agent.name = name.value_or(agent.name);
    if (body.description)
        agent.description = *body.description;
    if (body.scopes)
        agent.scopes = body.scopes->strings();
    if (body.status)
        agent.status = *body.status;
    agent.allowed_redirect_uris = uris.value_or(agent.allowed_redirect_uris);
    agent.updated_at = request.now;
    storage::update_agent(request.db, agent);
    return view(agent);
}

// The Python SDK sends updates with POST.
AgentView update_agent_via_post(http::Request& request, UpdateAgentBody const& body)
{
    return update_agent(request, body);
}

http::NoContent delete_agent(http::Request& request)
{
    auto const& id = request.path("agentId");
    auto const& developer_id = request.caller().id;
    if (!storage::delete_agent(request.db, developer_id, id, request.now))
        throw http::not_found("Agent");
    storage::revoke_open_auth_requests(request.db, id);
    auto const grant_ids = storage::list_active_grant_ids(request.db, id);
    for (auto const& grant_id : grant_ids)
        revoke_tree(request, developer_id, grant_id, {.by = "system", .reason = "agent_deleted"});
    if (!grant_ids.empty())
        note_revocation_now(request, developer_id, id, {}); // all of them are one act
    return {};
}

} // namespace api
