// Whether the server is well, and the keys its tokens are verified with.
#pragma once

#include "server/http/route.hpp"

namespace api {

http::Outcome get_health(http::Request& request);
http::Document get_jwks(http::Request& request);
http::Document get_asset(http::Request& request); // /assets/{version}/{name} of the pages

} // namespace api
