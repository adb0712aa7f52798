#include "server/api/delegate.hpp"

#include "server/api/check_principal.hpp"
#include "server/api/check_token.hpp"
#include "server/api/note_signals.hpp"
#include "server/api/policy_check.hpp"
#include "server/api/quotas.hpp"
#include "server/rules/delegation.hpp"
#include "storage/agents.hpp"

#include <algorithm>

namespace api {

namespace {

CheckedToken check_parent(http::Request& request, std::string_view token)
{
    auto parent = check_token(request, token);
    switch (parent.verdict) {
    case TokenVerdict::good:
        return parent;
    case TokenVerdict::malformed:
    case TokenVerdict::not_found:
        throw http::invalid_parent_token();
    case TokenVerdict::wrong_developer:
        throw http::parent_foreign();
    case TokenVerdict::expired:
        throw http::parent_expired();
    case TokenVerdict::revoked:
    case TokenVerdict::agent_inactive:
        throw http::parent_revoked();
    }
    throw http::invalid_parent_token();
}

void check_depth(http::Request const& request, storage::Grant const& parent)
{
    auto const server_max = request.app.config.max_delegation_depth;
    auto const developer_max = request.caller().max_delegation_depth.value_or(server_max);
    if (!rules::depth_allowed(parent.depth, developer_max, server_max))
        throw http::delegation_too_deep(std::min(developer_max, server_max));
}

void check_scopes(
    http::Request const& request, std::vector<std::string> const& requested,
    rules::DelegationParent const& limits, storage::Grant const& parent
)
{
    auto const beyond = rules::scopes_beyond_parent(requested, limits);
    if (beyond.empty())
        return;
    note_scopes_beyond_parent(request, parent, beyond);
    std::string names;
    for (auto const& scope : beyond)
        names += (names.empty() ? "" : ", ") + scope;
    throw http::scopes_exceed_parent(names);
}

void check_sub_agent(
    http::Request& request, std::string_view id, std::vector<std::string> const& requested
)
{
    auto const agent = storage::find_agent(request.db, request.caller().id, id);
    if (!agent || agent->status != "active")
        throw http::not_found("Sub-agent");
    note_undeclared_scopes(
        request, agent->developer_id, agent->id, requested, agent->scopes, false
    );
}

} // namespace

http::Created<TokenView> delegate_grant(http::Request& request, DelegateBody const& body)
{
    auto const lifetime = body.expiresIn ? read_expires_in(request, *body.expiresIn)
                                         : request.app.config.delegate_default_ttl;
    auto const requested = body.scopes.strings();

    auto const token = check_parent(request, body.parentGrantToken);
    // The writer's own view: a revocation before us in this batch already counts.
    auto const parent =
        storage::find_grant(request.db, request.caller().id, token.state.grant_id).value();
    rules::DelegationParent const limits{
        .token_expires = token.expires_at,
        .grant_expires = parent.expires_at,
        .depth = parent.depth,
        .token_scopes = token.scopes,
        .grant_scopes = parent.scopes};
    check_depth(request, parent);
    check_scopes(request, requested, limits, parent);
    check_sub_agent(request, body.subAgentId, requested);
    check_principal(request, parent.developer_id, parent.principal_id);
    check_deny_policies(
        request, {.developer_id = parent.developer_id,
                  .question =
                      {.agent_id = body.subAgentId,
                       .principal_id = parent.principal_id,
                       .scopes = requested},
                  .grant_id = parent.id}
    );
    check_grant_quota(request);

    storage::Grant const child{
        .id = request.next_id("grnt"),
        .developer_id = parent.developer_id,
        .agent_id = body.subAgentId,
        .principal_id = parent.principal_id,
        .scopes = requested,
        .audience = parent.audience,
        .status = "active",
        .issued_at = request.now,
        .expires_at = rules::child_expiry(limits, request.now, lifetime),
        .revoked_at = {},
        .parent_id = parent.id,
        .depth = parent.depth + 1,
        .origin = "delegation"};
    insert_new_grant(request, child);
    return {issue_token(request, child, make_refresh_token(request), "delegate")};
}

} // namespace api
