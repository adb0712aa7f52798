#include "server/http/route.hpp"

namespace http {

std::string_view verb_text(verb verb)
{
    switch (verb) {
    case verb::get:
        return "GET";
    case verb::post:
        return "POST";
    case verb::patch:
        return "PATCH";
    case verb::delete_:
        return "DELETE";
    }
    return {};
}

std::vector<std::string_view> path_names(std::string_view pattern)
{
    std::vector<std::string_view> names;
    for (auto at = pattern.find('{'); at != std::string_view::npos; at = pattern.find('{')) {
        pattern.remove_prefix(at + 1);
        names.push_back(pattern.substr(0, pattern.find('}')));
    }
    return names;
}

boost::json::object parse_form(std::string_view text)
{
    boost::json::object object;
    for (auto const& [name, value] : parse_pairs(text))
        object[name] = value;
    return object;
}

Outcome outcome_of(HtmlPage page)
{
    return {
        .status = page.status,
        .content_type = "text/html; charset=utf-8",
        .body = std::move(page.html),
        .headers = std::move(page.headers)};
}

Outcome outcome_of(Redirect redirect)
{
    redirect.headers.emplace_back("Location", std::move(redirect.location));
    return {.status = redirect.status, .headers = std::move(redirect.headers)};
}

Outcome outcome_of(EventStream stream)
{
    return {
        .status = 200,
        .content_type = "text/event-stream; charset=utf-8",
        .headers = std::move(stream.headers),
        .stream = std::make_shared<StreamOpening>(std::move(stream.opening))};
}

Outcome outcome_of(WebSocketStream stream)
{
    return {
        .status = 101,
        .headers = std::move(stream.headers),
        .stream = std::make_shared<StreamOpening>(std::move(stream.opening))};
}

Outcome outcome_of(Document document)
{
    return {
        .status = document.status,
        .content_type = std::move(document.content_type),
        .body = std::move(document.body),
        .headers = std::move(document.headers)};
}

Outcome outcome_of(PageOrRedirect answer)
{
    return std::visit([](auto& one) { return outcome_of(std::move(one)); }, answer);
}

} // namespace http
