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

HealthAnswer get_health(http::Request& request);
http::Document get_jwks(http::Request& request);
http::Document get_asset(http::Request& request); // /assets/{version}/{name} of the pages

} // namespace api
