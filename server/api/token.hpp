// A code becomes a grant with its first token; a refresh token becomes the next one.
#pragma once

#include "server/api/issue.hpp"
#include "server/http/route.hpp"

namespace api {

using CredentialFormat = http::OneOf<"jwt", "vc-jwt", "sd-jwt", "both", "agent-passport">;

struct TokenExchangeBody
{
    http::Text<1, 512> code;
    http::Line<1, 256> agentId;
    std::optional<http::Text<0, 256>> codeVerifier;
    std::optional<CredentialFormat> credentialFormat;
};
BOOST_DESCRIBE_STRUCT(TokenExchangeBody, (), (code, agentId, codeVerifier, credentialFormat))

struct RefreshBody
{
    http::Text<1, 512> refreshToken;
    http::Line<1, 256> agentId;
};
BOOST_DESCRIBE_STRUCT(RefreshBody, (), (refreshToken, agentId))

http::Created<TokenView> exchange_token(http::Request& request, TokenExchangeBody const& body);
http::Created<TokenView> refresh_token(http::Request& request, RefreshBody const& body);

} // namespace api
