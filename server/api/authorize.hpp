// Authorization requests as the developer makes them, and the sandbox's own decisions.
#pragma once

#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

using RequestedScopes = http::List<http::Scope, 1, 100>;

struct AuthorizeBody
{
    http::Line<1, 256> agentId;
    http::Line<1, 256> principalId;
    RequestedScopes scopes;
    std::optional<http::Text<1, 2048>> redirectUri;
    std::optional<http::Text<0, 1024>> state;
    std::optional<http::Text<0, 32>> expiresIn;
    std::optional<http::Line<1, 1024>> audience;
    std::optional<http::Text<0, 256>> codeChallenge;
    std::optional<http::OneOf<"S256">>
        codeChallengeMethod; // RFC 9700 2.1.1: "plain" protects nothing
};
BOOST_DESCRIBE_STRUCT(
    AuthorizeBody, (),
    (agentId, principalId, scopes, redirectUri, state, expiresIn, audience, codeChallenge,
     codeChallengeMethod)
)

struct AuthorizeView
{
    std::string authRequestId;
    std::string consentUrl;
    storage::Timestamp expiresAt; // until when it can be decided
    std::string agentId;
    std::string principalId;
    std::vector<std::string> scopes;
    std::string expiresIn;
    http::OneOf<"pending", "approved"> status;
    storage::Timestamp createdAt;
    std::optional<bool> sandbox;
    std::optional<bool> policyEnforced;
    std::optional<http::OneOf<"allow">> effect;
    std::optional<std::string> code;
};
BOOST_DESCRIBE_STRUCT(
    AuthorizeView, (),
    (authRequestId, consentUrl, expiresAt, agentId, principalId, scopes, expiresIn, status,
     createdAt, sandbox, policyEnforced, effect, code)
)

struct SandboxDecisionView
{
    std::string requestId; // of the authorization request
    http::OneOf<"approved", "denied"> status;
    std::optional<std::string> code;
};
BOOST_DESCRIBE_STRUCT(SandboxDecisionView, (), (requestId, status, code))

http::Created<AuthorizeView>
create_authorization(http::Request& request, AuthorizeBody const& body);
SandboxDecisionView approve_authorization(http::Request& request);
SandboxDecisionView deny_authorization(http::Request& request);

// `expiresIn` of a body as seconds; throws ApiError 400 naming the form and the maximum.
std::chrono::seconds read_expires_in(http::Request const& request, std::string_view text);

} // namespace api
