// Giving out a grant token with its refresh token: the same for exchange, refresh and delegation.
#pragma once

#include "server/http/request.hpp"
#include "server/http/wire.hpp"
#include "storage/grants.hpp"

#include <boost/describe/class.hpp>

namespace api {

struct TokenView
{
    http::UnsignedToken grantToken;
    storage::Timestamp expiresAt; // of the token: its exp
    std::vector<std::string> scopes;
    std::string refreshToken;
    std::string grantId;
    storage::Timestamp grantExpiresAt;
};
BOOST_DESCRIBE_STRUCT(
    TokenView, (), (grantToken, expiresAt, scopes, refreshToken, grantId, grantExpiresAt)
)

// A grant made now: `grant.created`, then its first token.
void insert_new_grant(http::Request& request, storage::Grant const& grant);

// A refresh token that is not stored yet. Its id is the part before the dot.
struct NewRefreshToken
{
    std::string id;
    std::string text;
};
NewRefreshToken make_refresh_token(http::Request& request);

// Stores jti and refresh token, writes `token.issued`. method: exchange, refresh, delegate.
TokenView issue_token(
    http::Request& request, storage::Grant const& grant, NewRefreshToken const& refresh,
    std::string_view method
);

} // namespace api
