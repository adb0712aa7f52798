#include "server/api/token.hpp"

#include "crypto/pkce.hpp"
#include "server/api/append_audit.hpp"
#include "server/api/check_principal.hpp"
#include "server/api/codes.hpp"
#include "server/api/emit.hpp"
#include "server/api/metering.hpp"
#include "server/api/note_signals.hpp"
#include "server/api/policy_check.hpp"
#include "server/api/quotas.hpp"
#include "server/api/revocation.hpp"
#include "server/rules/token_lifetimes.hpp"
#include "storage/agents.hpp"
#include "storage/auth_requests.hpp"
#include "storage/refresh_tokens.hpp"

namespace api {

namespace {

// What was revoked because of a refusal stays revoked.
[[noreturn]] void refuse_and_keep(http::ApiError error)
{
    error.keeps_changes = true;
    throw error;
}

bool is_active(http::Request& request, std::string_view agent_id)
{
    auto const agent = storage::find_agent(request.db, request.caller().id, agent_id);
    return agent && agent->status == "active";
}

// RFC 6749 4.1.2: a code that comes back may have been stolen, so what was made from it ends. Soon
// after its use it is more likely a client that repeats a request whose answer was lost.
void refuse_consumed_code(http::Request& request, storage::AuthRequest const& auth)
{
    note_replay_now(
        request, {.kind = "code_replay",
                  .developer_id = auth.developer_id,
                  .agent_id = auth.agent_id,
                  .principal_id = auth.principal_id,
                  .grant_id = auth.grant_id.value_or(""),
                  .used_at = auth.consumed_at.value()}
    );
    auto const grace_ends = auth.consumed_at.value() + request.app.config.reuse_grace;
    if (request.now > grace_ends && auth.grant_id)
        revoke_tree(
            request, auth.developer_id, *auth.grant_id, {.by = "system", .reason = "code_reuse"}
        );
    refuse_and_keep(http::code_not_approved());
}

// RFC 7636 4.6, and the other direction (RFC 9700 4.8.2): a verifier where no challenge was
// registered is a downgrade in progress.
void check_verifier(storage::AuthRequest const& auth, TokenExchangeBody const& body)
{
    if (auth.code_challenge && !body.codeVerifier)
        throw http::code_verifier_required();
    if (auth.code_challenge.has_value() != body.codeVerifier.has_value())
        throw http::invalid_code_verifier();
    if (!auth.code_challenge)
        return;
    // RFC 7636 4.1: what is too short to be random is no verifier, whatever its hash.
    if (!crypto::is_pkce_verifier(*body.codeVerifier) ||
        !crypto::pkce_matches(*body.codeVerifier, *auth.code_challenge))
        throw http::invalid_code_verifier();
}

storage::AuthRequest find_exchangeable(http::Request& request, TokenExchangeBody const& body)
{
    auto auth =
        storage::find_auth_request_by_code(request.db, request.caller().id, code_hash(body.code));
    if (!auth || auth->agent_id != body.agentId || !is_active(request, body.agentId))
        throw http::invalid_code();
    request.agent_id = auth->agent_id;
    if (auth->status == "consumed")
        refuse_consumed_code(request, *auth);
    if (auth->status != "approved")
        throw http::code_not_approved();
    if (auth->approved_at.value() + request.app.config.code_ttl <= request.now)
        throw http::code_expired();
    check_verifier(*auth, body);
    return std::move(*auth);
}

struct ReuseView
{
    std::string grantId;
    std::string agentId;
    std::string principalId;
    std::string action;
    storage::Timestamp usedAt;
};
BOOST_DESCRIBE_STRUCT(ReuseView, (), (grantId, agentId, principalId, action, usedAt))

// RFC 9700 4.14.2: a used refresh token that comes back means that two parties hold the family.
void end_stolen_family(
    http::Request& request, storage::Grant const& grant, storage::RefreshToken const& token
)
{
    auto const& action = request.app.config.refresh_reuse_action;
    auto const ended = action == "family" ? storage::revoke_refresh_family(request.db, grant.id) > 0
                                          : revoke_tree(
                                                request, grant.developer_id, grant.id,
                                                {.by = "system", .reason = "refresh_token_reuse"}
                                            );
    if (!ended)
        return; // it ended before: the first alarm said everything
    emit(
        request, grant.developer_id, "refresh_token.reused",
        ReuseView{grant.id, grant.agent_id, grant.principal_id, action, token.used_at.value()}
    );
    append_server_audit(request, grant, "refresh_token.reused");
}

void refuse_used(
    http::Request& request, storage::Grant const& grant, storage::RefreshToken const& token
)
{
    auto const successor_used =
        token.used_at && storage::find_successor_used(request.db, token.successor.value());
    if (token.used_at)
        note_replay_now(
            request, {.kind = "refresh_replay",
                      .developer_id = grant.developer_id,
                      .agent_id = grant.agent_id,
                      .principal_id = grant.principal_id,
                      .grant_id = grant.id,
                      .used_at = *token.used_at,
                      .successor_used = successor_used}
        );
    // The family of a revoked grant is dead: nothing is left to end, nor to raise an alarm about.
    auto const stolen =
        grant.status == "active" && token.used_at &&
        (request.now > *token.used_at + request.app.config.reuse_grace || successor_used);
    if (stolen)
        end_stolen_family(request, grant, token);
    refuse_and_keep(http::refresh_token_used());
}

} // namespace

http::Created<TokenView> exchange_token(http::Request& request, TokenExchangeBody const& body)
{
    auto const auth = find_exchangeable(request, body);
    check_principal(request, auth.developer_id, auth.principal_id);
    check_grant_quota(request);

    storage::Grant const grant{
        .id = request.next_id("grnt"),
        .developer_id = auth.developer_id,
        .agent_id = auth.agent_id,
        .principal_id = auth.principal_id,
        .scopes = auth.scopes,
        .audience = auth.audience,
        .status = "active",
        .issued_at = request.now,
        .expires_at =
            rules::grant_expiry(request.now, std::chrono::seconds{auth.expires_in_seconds}),
        .revoked_at = {},
        .parent_id = {},
        .depth = 0,
        .origin = "grantex"};
    insert_new_grant(request, grant);
    if (!storage::consume_auth_request(request.db, auth.id, grant.id, request.now))
        throw http::code_not_approved();
    count_token_exchange(request);
    return {issue_token(request, grant, make_refresh_token(request), "exchange")};
}

// Checks in the contract's order; nothing extends the grant.
http::Created<TokenView> refresh_token(http::Request& request, RefreshBody const& body)
{
    auto const token = storage::find_refresh_token(
        request.db, body.refreshToken.substr(0, body.refreshToken.find('.')),
        request.app.keys.lookup_hash(body.refreshToken)
    );
    auto const grant = token ? storage::find_grant(request.db, request.caller().id, token->grant_id)
                             : std::nullopt;
    if (!grant || !is_active(request, grant->agent_id))
        throw http::invalid_refresh_token();
    if (grant->agent_id != body.agentId)
        throw http::agent_mismatch();
    if (token->status != "current")
        refuse_used(request, *grant, *token);
    check_principal(request, grant->developer_id, grant->principal_id);
    if (token->expires_at <= request.now)
        throw http::refresh_token_expired();
    if (grant->status == "revoked")
        throw http::grant_revoked();
    if (grant->expires_at <= request.now)
        throw http::grant_expired();

    check_deny_policies(
        request, {.developer_id = grant->developer_id,
                  .question =
                      {.agent_id = grant->agent_id,
                       .principal_id = grant->principal_id,
                       .scopes = grant->scopes},
                  .grant_id = grant->id}
    );

    auto const successor = make_refresh_token(request);
    storage::consume_refresh_token(request.db, token->id, successor.id, request.now);
    return {issue_token(request, *grant, successor, "refresh")};
}

} // namespace api
