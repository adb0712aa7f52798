#include "server/api/principal.hpp"

#include "server/api/agents.hpp"
#include "server/api/revocation.hpp"
#include "server/rules/scopes.hpp"
#include "storage/agents.hpp"
#include "storage/audit.hpp"
#include "storage/grants.hpp"

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

std::optional<storage::Grant> find_live_grant(
    http::Request& request, storage::PrincipalSession const& session, std::string_view id
)
{
    auto grant = storage::find_grant(request.db, session.developer_id, id);
    if (!grant || grant->principal_id != session.principal_id || grant->status != "active" ||
        grant->expires_at <= request.now)
        return {};
    return grant;
}

PrincipalGrantListView list_principal_grants(http::Request& request)
{
    auto const& session = request.principal();
    auto const developer = storage::find_developer(request.db, session.developer_id).value();
    PrincipalGrantListView list{.grants = {}, .principalId = session.principal_id};
    auto const grants = storage::list_live_grants(
        request.db, session.developer_id, session.principal_id, request.now, grants_max
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
    auto const grant = find_live_grant(request, session, request.path("grantId"));
    if (!grant)
        throw http::not_found("Grant");
    revoke_tree(request, session.developer_id, grant->id, {.by = "principal"});
    return {};
}

// Newest first, without hashes: the chain is the developer's to check.
PrincipalAuditListView list_principal_audit(http::Request& request)
{
    auto const& session = request.principal();
    PrincipalAuditListView list;
    for (auto const& entry : storage::list_audit_about(
             request.db, session.developer_id, session.principal_id, entries_max
         ))
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
