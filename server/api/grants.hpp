// Grants: looking at them, verifying their tokens, revoking them.
#pragma once

#include "server/api/tokens.hpp"
#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

using GrantStatus = http::OneOf<"active", "revoked", "expired">;

struct GrantView
{
    std::string grantId;
    std::string id; // alias of grantId
    std::string agentId;
    std::string agentDid;
    std::string principalId;
    std::string developerId;
    std::vector<std::string> scopes;
    GrantStatus status;
    storage::Timestamp issuedAt;
    storage::Timestamp expiresAt;
    std::optional<storage::Timestamp> revokedAt;
    std::optional<std::string> parentGrantId;
    int delegationDepth = 0;
    std::optional<std::string> audience;
    std::optional<std::vector<std::string>> audiences;
    std::string origin;
};
BOOST_DESCRIBE_STRUCT(
    GrantView, (),
    (grantId, id, agentId, agentDid, principalId, developerId, scopes, status, issuedAt, expiresAt,
     revokedAt, parentGrantId, delegationDepth, audience, audiences, origin)
)

struct GrantListView
{
    std::vector<GrantView> grants;
    std::int64_t total = 0;
    std::int64_t page = 0;
    std::int64_t pageSize = 0;
};
BOOST_DESCRIBE_STRUCT(GrantListView, (), (grants, total, page, pageSize))

struct VerifyGrantView
{
    bool active = false;
    std::optional<
        http::OneOf<"expired", "wrong_developer", "not_found", "revoked", "agent_inactive">>
        reason;
    std::optional<http::RawJson> claims;
};
BOOST_DESCRIBE_STRUCT(VerifyGrantView, (), (active, reason, claims))

GrantListView list_grants(http::Request& request);
GrantView get_grant(http::Request& request);
http::NoContent revoke_grant(http::Request& request);
VerifyGrantView verify_grant(http::Request& request, VerifyBody const& body);

} // namespace api
