// Online verification and revocation of single tokens.
#pragma once

#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

struct VerifyBody
{
    http::Text<1, 1024 * 1024> token;
};
BOOST_DESCRIBE_STRUCT(VerifyBody, (), (token))

struct VerifyTokenView
{
    bool valid = false;
    std::optional<std::string> grantId;
    std::optional<std::vector<std::string>> scopes;
    std::optional<std::string> principal;
    std::optional<std::string> agent;
    std::optional<storage::Timestamp> expiresAt;
};
BOOST_DESCRIBE_STRUCT(VerifyTokenView, (), (valid, grantId, scopes, principal, agent, expiresAt))

struct RevokeTokenBody
{
    http::Text<1, 512> jti;
};
BOOST_DESCRIBE_STRUCT(RevokeTokenBody, (), (jti))

VerifyTokenView verify_token(http::Request& request, VerifyBody const& body);
http::NoContent revoke_token(http::Request& request, RevokeTokenBody const& body);

} // namespace api
