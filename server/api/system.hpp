// Whether the server is well, and the keys its tokens are verified with.
#pragma once

#include "server/http/route.hpp"

#include <boost/describe/class.hpp>

namespace api {

struct HealthView
{
    http::OneOf<"healthy", "degraded"> status;
    http::OneOf<"ok", "error"> database;
    http::OneOf<"ok"> redis = "ok"; // a member of the contract; there is no shared cache here
};
BOOST_DESCRIBE_STRUCT(HealthView, (), (status, database, redis))

using HealthAnswer = http::WithStatus<HealthView, 200, 503>;

struct JwkView
{
    http::OneOf<"RSA"> kty;
    std::string n;
    std::string e;
    http::OneOf<"RS256"> alg;
    http::OneOf<"sig"> use;
    std::string kid;
};
BOOST_DESCRIBE_STRUCT(JwkView, (), (kty, n, e, alg, use, kid))

struct JwksView
{
    std::vector<JwkView> keys;
};
BOOST_DESCRIBE_STRUCT(JwksView, (), (keys))

HealthAnswer get_health(http::Request& request);
http::DocumentOf<JwksView> get_jwks(http::Request& request);
http::Document get_asset(http::Request& request); // /assets/{version}/{name} of the pages

} // namespace api
