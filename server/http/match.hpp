// From a path to a line of the route table.
#pragma once

#include "server/http/route.hpp"

#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace http {

struct Match
{
    Route const* route = nullptr; // null: see `allow`
    Route const* first = nullptr; // the first line of the path, whatever its method
    std::string_view allow{};     // methods of a known path; empty for an unknown path
};

// The route table, indexed by paths.
class RouteIndex
{
public:
    explicit RouteIndex(std::span<Route const> routes);

    // Of several patterns that fit, the first in the table counts, which is a literal one. HEAD is
    // answered as GET.
    [[nodiscard]] Match find(std::string_view method, std::string_view path) const;

private:
    struct Resource
    {
        std::string_view path;
        std::vector<Route const*> routes; // one a method
        std::string allow;
    };

    // By how the patterns begin (see beginning_of), in the order of the table.
    std::unordered_map<std::string_view, std::vector<Resource>> resources_;
};

// The parameters of a path that fits the route. Throws ApiError 414 for one over 512 bytes, 400 for
// a malformed percent-escape.
std::vector<PathParameter> path_parameters(Route const& route, std::string_view path);

} // namespace http
