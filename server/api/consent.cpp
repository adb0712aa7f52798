#include "server/api/consent.hpp"

#include "server/api/agents.hpp"
#include "server/api/decision.hpp"
#include "server/http/authenticate.hpp"
#include "server/rules/redirect_uri.hpp"
#include "server/rules/scopes.hpp"

namespace api {

namespace {

// Checks in the contract's order: 404, 410, cross-site, level.
OpenRequest find_decidable(http::Request& request, Decision decision)
{
    auto open = find_open_request(request, request.path("authRequestId"));
    check_same_site(request, open.auth, request.message.header("x-csrf-token"));
    // Any Authorization but a session of this person counts as none.
    check_person(request, open, decision, http::presented_key(request.message));
    return open;
}

ConsentDecisionView
decided(storage::AuthRequest const& auth, std::optional<std::string> const& code)
{
    return {
        .redirectUri = auth.redirect_uri,
        .state = auth.redirect_uri || code ? auth.state : std::nullopt,
        .redirectTo = redirect_after(auth, code)};
}

} // namespace

ConsentRequestView get_consent_request(http::Request& request)
{
    auto const open = find_open_request(request, request.path("authRequestId"));
    ConsentRequestView view{
        .id = open.auth.id,
        .agentName = open.agent.name,
        .agentDid = agent_did(open.agent.id),
        .agentDescription =
            open.agent.description.empty() ? std::nullopt : std::optional{open.agent.description},
        .developerName = open.developer.name,
        .scopes = open.auth.scopes,
        .scopeDescriptions = {},
        .grantExpiresIn = open.auth.expires_in,
        .grantExpiresInSeconds = open.auth.expires_in_seconds,
        .audience = open.auth.audience,
        .redirectHost = {},
        .expiresAt = open.auth.decide_by,
        .status = open.auth.status,
        .fidoRequired = open.developer.fido_required,
        .authLevel = std::string{rules::consent_level_text(open.level)}};
    for (auto const& scope : open.auth.scopes)
        view.scopeDescriptions.push_back(rules::describe_scope(scope).sentence);
    if (open.auth.redirect_uri)
        view.redirectHost = std::optional{rules::redirect_host(*open.auth.redirect_uri)};
    return view;
}

ConsentApprovedView approve_consent(http::Request& request)
{
    auto const open = find_decidable(request, Decision::approve);
    auto const code = approve(request, open.auth);
    if (!code)
        throw http::request_gone();
    return {decided(open.auth, code), *code};
}

ConsentDecisionView deny_consent(http::Request& request)
{
    auto const open = find_decidable(request, Decision::deny);
    if (!deny(request, open.auth))
        throw http::request_gone();
    return decided(open.auth, {});
}

} // namespace api
