#include "server/api/authorize.hpp"

#include "crypto/hash.hpp"
#include "crypto/pkce.hpp"
#include "crypto/random.hpp"
#include "server/api/check_principal.hpp"
#include "server/api/codes.hpp"
#include "server/api/decision.hpp"
#include "server/api/metering.hpp"
#include "server/api/note_signals.hpp"
#include "server/api/policy_check.hpp"
#include "server/api/quotas.hpp"
#include "server/rules/durations.hpp"
#include "server/rules/redirect_uri.hpp"
#include "server/rules/scopes.hpp"
#include "storage/agents.hpp"
#include "storage/auth_requests.hpp"

#include <algorithm>

namespace api {

namespace {

void check_pkce(AuthorizeBody const& body)
{
    if (body.codeChallenge.has_value() != body.codeChallengeMethod.has_value())
        throw http::bad_request("Send codeChallenge and codeChallengeMethod together");
    if (!body.codeChallenge)
        return;
    if (!crypto::is_pkce_challenge(*body.codeChallenge))
        throw http::bad_request("codeChallenge must be 43 base64url characters");
}

void check_redirect_syntax(http::Request const& request, AuthorizeBody const& body)
{
    if (!body.redirectUri)
        return;
    auto const fault = rules::redirect_uri_fault(
        *body.redirectUri, {.live = request.caller().mode == "live",
                            .allow_loopback_http = request.app.config.allow_loopback_redirects}
    );
    if (fault)
        throw http::bad_request("redirectUri: " + *fault);
}

// RFC 9700 4.1.3: as soon as one is registered, only an exact match counts; the agent's list wins
// over the developer's.
void check_redirect_registered(
    http::Request const& request, AuthorizeBody const& body, storage::Agent const& agent
)
{
    if (!body.redirectUri)
        return;
    auto const& registered = agent.allowed_redirect_uris.empty()
                                 ? request.caller().allowed_redirect_uris
                                 : agent.allowed_redirect_uris;
    auto const must_match =
        !registered.empty() ||
        (request.app.config.redirect_uri_policy == "registered" && request.caller().mode == "live");
    if (must_match && std::ranges::find(registered, *body.redirectUri) == registered.end())
        throw http::redirect_uri_not_registered();
}

void check_scopes_declared(
    http::Request const& request, std::vector<std::string> const& scopes,
    storage::Agent const& agent
)
{
    auto const strict = request.app.config.strict_agent_scopes;
    note_undeclared_scopes(request, agent.developer_id, agent.id, scopes, agent.scopes, strict);
    if (!strict)
        return;
    if (auto const outside = rules::scopes_outside(scopes, agent.scopes); !outside.empty())
        throw http::bad_request(
            "The agent does not declare the scope " + outside.front() +
            ". Add it with PATCH /v1/agents/{agentId}"
        );
}

storage::AuthRequest make_request(http::Request& request, AuthorizeBody const& body)
{
    auto const& config = request.app.config;
    storage::AuthRequest made;
    made.expires_in_seconds = config.grant_default_ttl.count();
    made.expires_in = std::to_string(config.grant_default_ttl.count()) + "s";
    if (config.grant_default_ttl % std::chrono::hours{1} == std::chrono::seconds{0})
        made.expires_in = std::to_string(config.grant_default_ttl / std::chrono::hours{1}) + "h";
    if (body.expiresIn) {
        made.expires_in = *body.expiresIn;
        made.expires_in_seconds = read_expires_in(request, *body.expiresIn).count();
    }
    made.id = request.next_id("areq");
    made.developer_id = request.caller().id;
    made.agent_id = body.agentId;
    made.principal_id = body.principalId;
    made.scopes = body.scopes.strings();
    made.redirect_uri = body.redirectUri;
    made.state = body.state;
    made.audience = body.audience;
    made.code_challenge = body.codeChallenge;
    made.status = "pending";
    made.created_at = request.now;
    made.decide_by =
        request.now + std::min(std::chrono::seconds{made.expires_in_seconds}, config.consent_ttl);
    return made;
}

void approve_at_once(http::Request const& request, storage::AuthRequest& made, AuthorizeView& view)
{
    view.status = made.status = "approved";
    view.code = make_code(request.now);
    made.code_hash = code_hash(*view.code);
    made.approved_at = request.now;
}

storage::AuthRequest find_own_pending(http::Request& request)
{
    if (request.caller().mode != "sandbox")
        throw http::consent_required(); // a live key must never stand in for the person
    auto found = storage::find_auth_request(request.db, request.path("authRequestId"));
    if (!found || found->developer_id != request.caller().id)
        throw http::request_not_pending();
    return std::move(*found);
}

} // namespace

std::chrono::seconds read_expires_in(http::Request const& request, std::string_view text)
{
    auto const duration = rules::parse_duration(text);
    if (!duration)
        throw http::bad_request("expiresIn must be a duration such as 30m, 24h or 7d");
    if (*duration > request.app.config.grant_max_ttl)
        throw http::bad_request(
            "expiresIn must be at most " + rules::duration_words(request.app.config.grant_max_ttl)
        );
    return *duration;
}

http::Created<AuthorizeView> create_authorization(http::Request& request, AuthorizeBody const& body)
{
    check_pkce(body);
    check_redirect_syntax(request, body);
    auto made = make_request(request, body);
    auto const agent = storage::find_agent(request.db, request.caller().id, body.agentId);
    if (!agent || agent->status != "active")
        throw http::not_found("Agent");
    request.agent_id = agent->id;
    check_redirect_registered(request, body, *agent);
    check_scopes_declared(request, made.scopes, *agent);
    check_principal(request, request.caller().id, made.principal_id);
    auto const allowed = check_policies(
        request,
        {.developer_id = request.caller().id,
         .question =
             {.agent_id = agent->id, .principal_id = made.principal_id, .scopes = made.scopes}}
    );
    check_grant_quota(request);

    AuthorizeView view{
        .authRequestId = made.id,
        .consentUrl = request.app.config.public_base_url + "/consent?req=" + made.id,
        .expiresAt = made.decide_by,
        .agentId = made.agent_id,
        .principalId = made.principal_id,
        .scopes = made.scopes,
        .expiresIn = made.expires_in,
        .status = "pending",
        .createdAt = made.created_at,
        .sandbox = {},
        .policyEnforced = {},
        .effect = {},
        .code = {}};
    auto const level = consent_level_of(request, request.caller());
    if (request.caller().mode == "sandbox") {
        view.sandbox = true;
        approve_at_once(request, made, view);
    } else if (allowed && level != rules::ConsentLevel::passkey) {
        // Where a passkey is required the person is always asked.
        view.policyEnforced = true;
        view.effect = "allow";
        approve_at_once(request, made, view);
    } else if (level >= rules::ConsentLevel::link) {
        auto const secret = crypto::random_token();
        made.link_hash = crypto::hex(crypto::sha256(secret));
        view.consentUrl += "&k=" + secret;
    }
    storage::insert_auth_request(request.db, made);
    count_authorization(request);
    return {std::move(view)};
}

SandboxDecisionView approve_authorization(http::Request& request)
{
    auto const pending = find_own_pending(request);
    auto code = approve(request, pending);
    if (!code)
        throw http::request_not_pending();
    return {pending.id, "approved", std::move(code)};
}

SandboxDecisionView deny_authorization(http::Request& request)
{
    auto const pending = find_own_pending(request);
    if (!deny(request, pending))
        throw http::request_not_pending();
    return {pending.id, "denied", {}};
}

} // namespace api
