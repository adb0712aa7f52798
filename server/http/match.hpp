// From a path to a line of the route table.
#pragma once

#include "server/http/route.hpp"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace http {

struct Match
{
    Route const* route = nullptr; // null: see `allow`
    std::string allow;            // methods of a known path; empty for an unknown path
    std::vector<PathParameter> parameters;
};

// Literal patterns win over those with parameters, because they stand first in the table. HEAD is
// answered as GET. Throws ApiError 414 for a path parameter over 512 bytes, 400 for a malformed
// percent-escape.
Match match_route(std::span<Route const> routes, std::string_view method, std::string_view path);

} // namespace http
