// Lists of registered redirect URIs, of an agent or of a developer.
#pragma once

#include "server/http/request.hpp"
#include "server/http/wire.hpp"

namespace api {

using RedirectUris = http::List<http::Line<1, 2048>, 0, 50>;

// Throws ApiError 400 naming the first that may not be used.
std::vector<std::string> read_redirect_uris(http::Request const& request, RedirectUris const& uris);

} // namespace api
