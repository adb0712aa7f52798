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
    Route const* first = nullptr; // the first line of the path, whatever its method
    std::string allow;            // methods of a known path; empty for an unknown path
};

// Literal patterns win over those with parameters, because they stand first in the table. HEAD is
// answered as GET.
Match match_route(std::span<Route const> routes, std::string_view method, std::string_view path);

// The parameters of a path that fits the route. Throws ApiError 414 for one over 512 bytes, 400 for
// a malformed percent-escape.
std::vector<PathParameter> path_parameters(Route const& route, std::string_view path);

} // namespace http
