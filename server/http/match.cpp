#include "server/http/match.hpp"

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

Match match_route(std::span<Route const> routes, std::string_view method, std::string_view path)
{
    Match match;
    std::string_view pattern;
    auto const wanted = method == "HEAD" ? std::string_view{"GET"} : method;
    for (auto const& route : routes) {
        if (pattern.empty() && fits(route.path, path))
            pattern = route.path;
        if (pattern.empty() || route.path != pattern)
            continue;
        if (match.first == nullptr)
            match.first = &route;
        if (verb_text(route.method) == wanted)
            match.route = &route;
        match.allow += match.allow.empty() ? "" : ", ";
        match.allow += verb_text(route.method);
        if (route.method == verb::get)
            match.allow += ", HEAD";
    }
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
