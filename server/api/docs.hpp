// What the server does, told by itself: as an OpenAPI document and as a page.
#pragma once

#include "server/http/route.hpp"

namespace api {

http::Document get_openapi(http::Request& request);
http::HtmlPage get_docs(http::Request& request);

} // namespace api
