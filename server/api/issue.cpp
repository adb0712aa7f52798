#include "server/api/issue.hpp"

#include "crypto/jwt.hpp"
#include "crypto/random.hpp"
#include "server/api/agents.hpp"
#include "server/api/emit.hpp"
#include "server/rules/time_text.hpp"
#include "server/rules/token_lifetimes.hpp"
#include "storage/budgets.hpp"
#include "storage/refresh_tokens.hpp"
#include "storage/tokens.hpp"

namespace api {

namespace {

// core-notes section 1. Member order is irrelevant; root tokens omit the delegation claims.
struct GrantClaims
{
    std::string iss;
    std::string sub;
    std::optional<std::string> aud;
    std::string agt;
    std::string dev;
    std::vector<std::string> scp;
    std::string grnt;
    std::string jti;
    std::int64_t iat = 0;
    std::int64_t exp = 0;
    std::optional<std::string> parentAgt;
    std::optional<std::string> parentGrnt;
    std::optional<int> delegationDepth;
    std::optional<http::RawJson> bdg;
};
BOOST_DESCRIBE_STRUCT(
    GrantClaims, (),
    (iss, sub, aud, agt, dev, scp, grnt, jti, iat, exp, parentAgt, parentGrnt, delegationDepth, bdg)
)

struct GrantCreatedView
{
    std::string grantId;
    std::string agentId;
    std::string principalId;
    std::vector<std::string> scopes;
    storage::Timestamp expiresAt;
    std::optional<int> delegationDepth;
    std::optional<std::string> parentGrantId;
};
BOOST_DESCRIBE_STRUCT(
    GrantCreatedView, (),
    (grantId, agentId, principalId, scopes, expiresAt, delegationDepth, parentGrantId)
)

struct TokenIssuedView
{
    std::string tokenId;
    std::string grantId;
    std::string agentId;
    std::string principalId;
    std::vector<std::string> scopes;
    storage::Timestamp expiresAt;
    std::string method;
};
BOOST_DESCRIBE_STRUCT(
    TokenIssuedView, (), (tokenId, grantId, agentId, principalId, scopes, expiresAt, method)
)

std::string claims_of(
    http::Request& request, storage::Grant const& grant, std::string const& jti,
    storage::Timestamp expires
)
{
    GrantClaims claims;
    claims.iss = request.app.config.public_base_url;
    claims.sub = grant.principal_id;
    claims.aud = grant.audience;
    claims.agt = agent_did(grant.agent_id);
    claims.dev = grant.developer_id;
    claims.scp = grant.scopes;
    claims.grnt = grant.id;
    claims.jti = jti;
    claims.iat = rules::whole_seconds(request.now);
    claims.exp = rules::whole_seconds(expires);
    if (grant.parent_id) {
        auto const parent = storage::find_grant(request.db, grant.developer_id, *grant.parent_id);
        claims.parentAgt = agent_did(parent.value().agent_id);
        claims.parentGrnt = grant.parent_id;
        claims.delegationDepth = grant.depth;
    }
    // What is left now, for whoever sees only the token; a debit decides by the database. Grants
    // get a budget after their first token, so that this begins with a refresh.
    if (auto const budget = storage::find_budget(request.db, grant.developer_id, grant.id))
        claims.bdg = http::RawJson{rules::amount_number({budget->remaining})};
    return http::write_view(claims).text;
}

} // namespace

void insert_new_grant(http::Request& request, storage::Grant const& grant)
{
    storage::insert_grant(request.db, grant);
    request.app.signals.mark(grant.developer_id);
    emit(
        request, grant.developer_id, "grant.created",
        GrantCreatedView{
            .grantId = grant.id,
            .agentId = grant.agent_id,
            .principalId = grant.principal_id,
            .scopes = grant.scopes,
            .expiresAt = grant.expires_at,
            .delegationDepth = grant.parent_id ? std::optional{grant.depth} : std::nullopt,
            .parentGrantId = grant.parent_id}
    );
}

NewRefreshToken make_refresh_token(http::Request& request)
{
    auto id = request.next_id("ref");
    auto text = id + "." + crypto::random_token();
    return {std::move(id), std::move(text)};
}

TokenView issue_token(
    http::Request& request, storage::Grant const& grant, NewRefreshToken const& refresh,
    std::string_view method
)
{
    auto const& config = request.app.config;
    auto const jti = request.next_id("tok");
    auto const expires = rules::token_expiry(grant.expires_at, request.now, config.token_max_ttl);
    storage::insert_token(request.db, jti, grant.id, expires);
    request.app.signals.mark(grant.developer_id);
    storage::insert_refresh_token(
        request.db,
        {.id = refresh.id,
         .grant_id = grant.id,
         .token_hash = request.app.keys.lookup_hash(refresh.text),
         .status = "current",
         .expires_at = rules::refresh_expiry(grant.expires_at, request.now, config.refresh_ttl),
         .used_at = {},
         .successor = {}}
    );
    emit(
        request, grant.developer_id, "token.issued",
        TokenIssuedView{
            .tokenId = jti,
            .grantId = grant.id,
            .agentId = grant.agent_id,
            .principalId = grant.principal_id,
            .scopes = grant.scopes,
            .expiresAt = expires,
            .method = std::string{method}}
    );
    return {
        .grantToken = {crypto::signing_input(
            "JWT", request.app.keys.signing(request.now)->kid(),
            claims_of(request, grant, jti, expires)
        )},
        .expiresAt = expires,
        .scopes = grant.scopes,
        .refreshToken = refresh.text,
        .grantId = grant.id,
        .grantExpiresAt = grant.expires_at};
}

} // namespace api
