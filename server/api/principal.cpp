#include "server/api/principal.hpp"

#include "server/api/agents.hpp"
#include "server/api/revocation.hpp"
#include "server/rules/scopes.hpp"
#include "storage/agents.hpp"
#include "storage/audit.hpp"
#include "storage/grants.hpp"

#include <algorithm>

namespace api {

namespace {

constexpr std::int64_t grants_max = 1000;
constexpr std::int64_t entries_max = 100;

PrincipalGrantView view(
    storage::Grant const& grant, std::optional<storage::Agent> const& agent,
    std::string const& developer_name
)
{
    PrincipalGrantView view{
        .grantId = grant.id,
        .agentId = grant.agent_id,
        .agentName = agent ? std::optional{agent->name} : std::nullopt,
        .agentDescription = agent ? std::optional{agent->description} : std::nullopt,
        .agentDid = std::optional{agent_did(grant.agent_id)},
        .developerName = developer_name,
        .scopes = grant.scopes,
        .scopeDescriptions = {},
        .status = grant.status,
        .issuedAt = grant.issued_at,
        .expiresAt = grant.expires_at,
        .delegationDepth = grant.depth};
    for (auto const& scope : grant.scopes)
        view.scopeDescriptions.push_back(rules::describe_scope(scope).sentence);
    return view;
}

} // namespace

PrincipalGrantListView list_principal_grants(http::Request& request)
{
    auto const& session = request.principal();
    auto const developer = storage::find_developer(request.db, session.developer_id).value();
    PrincipalGrantListView list{.grants = {}, .principalId = session.principal_id};
    auto const grants = storage::list_grants(
        request.db, session.developer_id,
        {.agent_id = {},
         .principal_id = session.principal_id,
         .status = "active",
         .now = request.now},
        {.number = 1, .size = grants_max}
    );
    for (auto const& grant : grants)
        list.grants.push_back(view(
            grant, storage::find_agent(request.db, session.developer_id, grant.agent_id),
            developer.name
        ));
    return list;
}

http::NoContent revoke_principal_grant(http::Request& request)
{
    auto const& session = request.principal();
    auto const grant =
        storage::find_grant(request.db, session.developer_id, request.path("grantId"));
    if (!grant || grant->principal_id != session.principal_id || grant->expires_at <= request.now ||
        !revoke_tree(request, session.developer_id, grant->id, {.by = "principal"}))
        throw http::not_found("Grant");
    return {};
}

// Newest first, without hashes: the chain is the developer's to check.
PrincipalAuditListView list_principal_audit(http::Request& request)
{
    auto const& session = request.principal();
    storage::AuditFilter filter;
    filter.principal_id = session.principal_id;
    auto entries = storage::list_audit_entries(
        request.db, session.developer_id, filter, {.number = 1, .size = entries_max}, true
    );
    std::ranges::reverse(entries);
    PrincipalAuditListView list;
    for (auto const& entry : entries)
        list.entries.push_back(
            {.entryId = entry.id,
             .agentId = entry.agent_id,
             .agentDid = entry.agent_did,
             .grantId = entry.grant_id,
             .principalId = entry.principal_id,
             .action = entry.action,
             .metadata = {entry.metadata},
             .status = entry.status,
             .timestamp = entry.timestamp}
        );
    return list;
}

} // namespace api
