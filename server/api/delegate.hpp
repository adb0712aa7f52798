// An agent passes part of its grant to another agent: never more scope, time, audience or depth.
#pragma once

#include "server/api/authorize.hpp"
#include "server/api/issue.hpp"
#include "server/http/route.hpp"

namespace api {

struct DelegateBody
{
    http::Text<1, 1024 * 1024> parentGrantToken;
    http::Line<1, 256> subAgentId;
    RequestedScopes scopes;
    std::optional<http::Text<0, 32>> expiresIn;
    std::optional<http::OneOf<"jwt", "vc-jwt", "both">> credentialFormat;
};
BOOST_DESCRIBE_STRUCT(
    DelegateBody, (), (parentGrantToken, subAgentId, scopes, expiresIn, credentialFormat)
)

http::Created<TokenView> delegate_grant(http::Request& request, DelegateBody const& body);

} // namespace api
