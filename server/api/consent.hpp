// The consent endpoints for programs: what a page shows, and the decision as JSON.
#pragma once

#include "server/api/me.hpp"
#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

struct ConsentRequestView
{
    std::string id;
    std::string agentName;
    std::string agentDid;
    http::Nullable<std::string> agentDescription;
    std::string developerName;
    std::vector<std::string> scopes;
    std::vector<std::string> scopeDescriptions;
    std::string grantExpiresIn;
    std::int64_t grantExpiresInSeconds = 0;
    http::Nullable<std::string> audience;
    http::Nullable<std::string> redirectHost;
    storage::Timestamp expiresAt;
    http::OneOf<"pending"> status;
    bool fidoRequired = false;
    ConsentAuth authLevel;
};
BOOST_DESCRIBE_STRUCT(
    ConsentRequestView, (),
    (id, agentName, agentDid, agentDescription, developerName, scopes, scopeDescriptions,
     grantExpiresIn, grantExpiresInSeconds, audience, redirectHost, expiresAt, status, fidoRequired,
     authLevel)
)

struct ConsentDecisionView
{
    std::optional<std::string> redirectUri;
    std::optional<std::string> state;
    std::optional<std::string> redirectTo;
};
BOOST_DESCRIBE_STRUCT(ConsentDecisionView, (), (redirectUri, state, redirectTo))

struct ConsentApprovedView : ConsentDecisionView
{
    std::string code;
};
BOOST_DESCRIBE_STRUCT(ConsentApprovedView, (ConsentDecisionView), (code))

ConsentRequestView get_consent_request(http::Request& request);
ConsentApprovedView approve_consent(http::Request& request);
ConsentDecisionView deny_consent(http::Request& request);

} // namespace api
