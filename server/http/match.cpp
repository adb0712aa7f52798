#include "server/http/match.hpp"

#include <algorithm>

namespace http {

namespace {

constexpr std::size_t path_parameter_bytes_max = 512;

// The next segment of a path that starts with '/'; removes it.
std::string_view take_segment(std::string_view& path)
{
    path.remove_prefix(1);
    auto const segment = path.substr(0, path.find('/'));
    path.remove_prefix(segment.size());
    return segment;
}

// What tells most patterns apart: the first segment, and below /v1 the second, which no pattern
// has as a parameter.
std::string_view beginning_of(std::string_view path)
{
    constexpr std::string_view version = "/v1/";
    return path.substr(0, path.find('/', path.starts_with(version) ? version.size() : 1));
}

bool fits(std::string_view pattern, std::string_view path)
{
    while (!pattern.empty() && !path.empty()) {
        auto const expected = take_segment(pattern);
        auto const given = take_segment(path);
        if (expected.starts_with('{') ? given.empty() : expected != given)
            return false;
    }
    return pattern.empty() && path.empty();
}

} // namespace

RouteIndex::RouteIndex(std::span<Route const> routes)
{
    for (auto const& route : routes) {
        auto& resources = resources_[beginning_of(route.path)];
        auto found = std::ranges::find(resources, route.path, &Resource::path);
        if (found == resources.end())
            found = resources.insert(found, {route.path, {}, {}});
        found->routes.push_back(&route);
        found->allow += found->allow.empty() ? "" : ", ";
        found->allow += verb_text(route.method);
        if (route.method == verb::get)
            found->allow += ", HEAD";
    }
}

Match RouteIndex::find(std::string_view method, std::string_view path) const
{
    auto const resources = resources_.find(beginning_of(path));
    if (resources == resources_.end())
        return {};
    auto const resource = std::ranges::find_if(resources->second, [path](auto const& candidate) {
        return fits(candidate.path, path);
    });
    if (resource == resources->second.end())
        return {};
    Match match{.first = resource->routes.front(), .allow = resource->allow};
    auto const wanted = method == "HEAD" ? std::string_view{"GET"} : method;
    for (auto const* const route : resource->routes)
        if (verb_text(route->method) == wanted)
            match.route = route;
    return match;
}

std::vector<PathParameter> path_parameters(Route const& route, std::string_view path)
{
    auto pattern = route.path;
    std::vector<PathParameter> parameters;
    while (!pattern.empty()) {
        auto const name = take_segment(pattern);
        auto const text = take_segment(path);
        if (!name.starts_with('{'))
            continue;
        auto value = percent_decode(text, false);
        if (!value)
            throw bad_request("The path holds a malformed percent-escape");
        if (value->size() > path_parameter_bytes_max)
            throw path_parameter_too_long();
        parameters.push_back({name.substr(1, name.size() - 2), std::move(*value)});
    }
    return parameters;
}

} // namespace http
