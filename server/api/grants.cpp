#include "server/api/grants.hpp"

#include "server/api/agents.hpp"
#include "server/api/check_token.hpp"
#include "server/api/metering.hpp"
#include "server/api/revocation.hpp"
#include "storage/grants.hpp"

namespace api {

namespace {

constexpr std::int64_t page_size_max = 1000;

GrantView view(storage::Grant const& grant, storage::Timestamp now)
{
    auto const expired = grant.status == "active" && grant.expires_at <= now;
    GrantView view{
        .grantId = grant.id,
        .id = grant.id,
        .agentId = grant.agent_id,
        .agentDid = agent_did(grant.agent_id),
        .principalId = grant.principal_id,
        .developerId = grant.developer_id,
        .scopes = grant.scopes,
        .status = expired ? "expired" : grant.status,
        .issuedAt = grant.issued_at,
        .expiresAt = grant.expires_at,
        .revokedAt = grant.revoked_at,
        .parentGrantId = grant.parent_id,
        .delegationDepth = grant.depth,
        .audience = grant.audience,
        .audiences = {},
        .origin = grant.origin};
    if (grant.audience)
        view.audiences = std::vector{*grant.audience};
    return view;
}

std::optional<std::string> reason_of(TokenVerdict verdict)
{
    switch (verdict) {
    case TokenVerdict::expired:
        return "expired";
    case TokenVerdict::wrong_developer:
        return "wrong_developer";
    case TokenVerdict::not_found:
        return "not_found";
    case TokenVerdict::revoked:
        return "revoked";
    case TokenVerdict::agent_inactive:
        return "agent_inactive";
    case TokenVerdict::good:
    case TokenVerdict::malformed:
        return {};
    }
    return {};
}

} // namespace

GrantListView list_grants(http::Request& request)
{
    storage::GrantFilter const filter{
        .agent_id = request.query("agentId"),
        .principal_id = request.query("principalId"),
        .status = request.query("status"),
        .now = request.now};
    auto const page = request.page(page_size_max);
    auto const& developer_id = request.caller().id;
    GrantListView list{
        .grants = {},
        .total = storage::count_grants(request.db, developer_id, filter),
        .page = page.number,
        .pageSize = page.size};
    for (auto const& grant : storage::list_grants(request.db, developer_id, filter, page))
        list.grants.push_back(view(grant, request.now));
    return list;
}

GrantView get_grant(http::Request& request)
{
    auto const grant =
        storage::find_grant(request.db, request.caller().id, request.path("grantId"));
    if (!grant)
        throw http::not_found("Grant");
    return view(*grant, request.now);
}

// SPEC 9.2: revoking a grant atomically revokes every grant delegated from it, at any depth.
http::NoContent revoke_grant(http::Request& request)
{
    auto const grant =
        storage::find_grant(request.db, request.caller().id, request.path("grantId"));
    // Unknown, foreign, expired and already revoked answer alike, so that ids cannot be probed.
    if (!grant || grant->expires_at <= request.now)
        throw http::not_found_or_revoked("Grant");
    if (!revoke_tree(request, request.caller().id, request.path("grantId"), {.by = "developer"}))
        throw http::not_found_or_revoked("Grant");
    return {};
}

VerifyGrantView verify_grant(http::Request& request, VerifyBody const& body)
{
    count_verification(request); // whatever the verdict
    auto const checked = check_token(request, body.token);
    if (checked.verdict == TokenVerdict::malformed)
        throw http::invalid_token();
    if (checked.verdict != TokenVerdict::good)
        return {.active = false, .reason = reason_of(checked.verdict), .claims = {}};
    return {.active = true, .reason = {}, .claims = http::RawJson{checked.jwt->claims_text}};
}

} // namespace api
