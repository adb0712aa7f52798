// A developer opens a session for one of its principals: to manage what it allowed, or to prove who
// decides one authorization request.
#pragma once

#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

struct PrincipalSessionBody
{
    http::Line<1, 256> principalId;
    std::optional<http::Text<0, 32>> expiresIn;
    std::optional<http::Line<1, 512>> authRequestId;
};
BOOST_DESCRIBE_STRUCT(PrincipalSessionBody, (), (principalId, expiresIn, authRequestId))

struct PrincipalSessionView
{
    http::UnsignedToken sessionToken;
    http::UnsignedTokenLink dashboardUrl;
    std::optional<http::UnsignedTokenLink> consentUrl; // only for a consent session
    storage::Timestamp expiresAt;
};
BOOST_DESCRIBE_STRUCT(PrincipalSessionView, (), (sessionToken, dashboardUrl, consentUrl, expiresAt))

http::Created<PrincipalSessionView>
create_principal_session(http::Request& request, PrincipalSessionBody const& body);

} // namespace api
