#include "server/http/openapi.hpp"

#include "server/http/examples.hpp"
#include "server/http/idempotency.hpp"
#include "server/http/operations.hpp"
#include "server/http/refusals.hpp"
#include "server/http/response_headers.hpp"

#include <boost/json/array.hpp>

#include <algorithm>

namespace http {

namespace {

using boost::json::array;
using boost::json::object;

object reference(std::string_view kind, std::string_view name)
{
    return {{"$ref", "#/components/" + std::string{kind} + "/" + std::string{name}}};
}

object header_component(std::string_view about, object schema)
{
    return {{"description", about}, {"schema", std::move(schema)}};
}

object header_components()
{
    auto const number = [] { return object{{"type", "integer"}, {"minimum", 0}}; };
    return {
        {"X-Request-Id",
         header_component(
             "Of this exchange; the log has it too", {{"type", "string"}, {"format", "uuid"}}
         )},
        {"X-RateLimit-Limit",
         header_component("Requests a minute; absent without limits", number())},
        {"X-RateLimit-Remaining", header_component("Left of them", number())},
        {"X-RateLimit-Reset", header_component("Seconds until they are all back", number())},
        {"Retry-After", header_component("Seconds to wait", number())},
        {"Idempotent-Replayed",
         header_component("The first answer to this Idempotency-Key, again", {{"const", "true"}})},
        {"Location", header_component("Where to go on", {{"type", "string"}, {"format", "uri"}})}};
}

object headers(std::initializer_list<std::string_view> names)
{
    object headers;
    for (auto const name : names)
        headers[name] = reference("headers", name);
    return headers;
}

object answer_headers(Route const& route, AnswerShape const& answer)
{
    auto found = route.limit == Limit::exempt ? headers({"X-Request-Id"})
                                              : headers(
                                                    {"X-Request-Id", "X-RateLimit-Limit",
                                                     "X-RateLimit-Remaining", "X-RateLimit-Reset"}
                                                );
    if (answer.status == 303)
        found["Location"] = reference("headers", "Location");
    if (Idempotency::applies_to(route))
        found["Idempotent-Replayed"] = reference("headers", "Idempotent-Replayed");
    return found;
}

object refusal_headers(unsigned status)
{
    if (status == 429)
        return headers(
            {"X-Request-Id", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset",
             "Retry-After"}
        );
    if (status == 503 || status == 409)
        return headers({"X-Request-Id", "Retry-After"});
    return headers({"X-Request-Id"});
}

// Some refusals with one status.
object refusal_response(std::span<DeclaredRefusal const> refusals)
{
    array codes;
    std::string about;
    for (auto const& refusal : refusals) {
        if (std::ranges::find(codes, boost::json::value(refusal.code)) == codes.end())
            codes.emplace_back(refusal.code);
        about += about.empty() ? "" : "\n";
        about += refusals.size() > 1 ? "- " : "";
        about += "`" + refusal.code + "`: " + refusal.when;
    }
    object const code{{"properties", {{"code", {{"enum", std::move(codes)}}}}}};
    object schema{{"allOf", {reference("schemas", "Error"), code}}};
    return {
        {"description", about},
        {"headers", refusal_headers(refusals.front().status)},
        {"content", {{"application/json", {{"schema", std::move(schema)}}}}}};
}

// "Bad Request" -> "BadRequest"
std::string response_name(unsigned status)
{
    std::string name{reason_phrase(status)};
    std::erase(name, ' ');
    return name;
}

object path_parameter(std::string_view name)
{
    return {
        {"name", name},
        {"in", "path"},
        {"required", true},
        {"schema", {{"type", "string"}, {"minLength", 1}, {"maxLength", 512}}}};
}

object idempotency_key_parameter()
{
    return {
        {"name", "Idempotency-Key"},
        {"in", "header"},
        {"description", "The same request with the same key is done once and answered alike"},
        {"schema",
         {{"type", "string"},
          {"minLength", 1},
          {"maxLength", 255},
          {"pattern", R"(^[\x21-\x7E]+$)"}}}};
}

object security_schemes()
{
    auto const bearer = [](std::string_view about) {
        return object{{"type", "http"}, {"scheme", "bearer"}, {"description", about}};
    };
    return {
        {"developerKey", bearer("API key of a developer, gx_live_... or gx_test_...")},
        {"principalSession", bearer("Session token of a principal")},
        {"adminKey", bearer("Key of the operator, GRANTEXD_ADMIN_API_KEY")},
        {"metricsKey", bearer("Key of the metrics, GRANTEXD_METRICS_API_KEY")}};
}

array security_of(Auth auth)
{
    switch (auth) {
    case Auth::none:
        return {};
    case Auth::developer:
        return {object{{"developerKey", array{}}}};
    case Auth::principal:
        return {object{{"principalSession", array{}}}};
    case Auth::operator_:
        return {object{{"adminKey", array{}}}};
    case Auth::metrics: // or nothing, when the server is set so
        return {object{{"metricsKey", array{}}}, object{}};
    }
    return {};
}

class Writer
{
public:
    explicit Writer(std::span<Route const> routes)
    {
        schemas_.of<ErrorView>();
        for (auto const& route : routes) {
            auto& path = paths_[route.path];
            if (path.is_null())
                path.emplace_object();
            path.as_object()[lower_verb(route.method)] = operation(route);
        }
    }

    object finish(std::string_view base_url)
    {
        array tags;
        for (auto const group : operation_groups())
            tags.push_back(object{{"name", group}});
        return {
            {"openapi", "3.1.0"},
            {"info", {{"title", "grantexd"}, {"version", GRANTEXD_VERSION}}},
            {"servers", array{object{{"url", base_url}}}},
            {"tags", std::move(tags)},
            {"paths", std::move(paths_)},
            {"components",
             {{"schemas", schemas_.components()},
              {"responses", std::move(responses_)},
              {"parameters", {{"IdempotencyKey", idempotency_key_parameter()}}},
              {"headers", header_components()},
              {"securitySchemes", security_schemes()}}}};
    }

private:
    static std::string lower_verb(verb method)
    {
        std::string text{verb_text(method)};
        for (auto& c : text)
            c = static_cast<char>(c - 'A' + 'a');
        return text;
    }

    object operation(Route const& route)
    {
        auto const& declaration = find_declaration(route.operation.handler);
        auto const shape = route.operation.shape(schemas_);
        object operation{
            {"operationId", operation_id(route.operation.handler)},
            {"summary", route.summary},
            {"tags", array{declaration.group}},
            {"security", security_of(route.auth)}};
        if (auto found = parameters(route, declaration); !found.empty())
            operation["parameters"] = std::move(found);
        if (!shape.body.empty())
            operation["requestBody"] = request_body(route, shape);
        operation["responses"] = responses(route, declaration, shape);
        return operation;
    }

    array parameters(Route const& route, Declaration const& declaration)
    {
        array found;
        for (auto const name : path_names(route.path))
            found.push_back(path_parameter(name));
        for (auto const& parameter : declaration.parameters)
            found.push_back(object{
                {"name", parameter.name},
                {"in", parameter.in_header ? "header" : "query"},
                {"description", parameter.about},
                {"schema", parameter.schema(schemas_)}});
        if (Idempotency::applies_to(route))
            found.push_back(reference("parameters", "IdempotencyKey"));
        return found;
    }

    // Whoever needs nothing of a body may leave it out: it is read as {}.
    object request_body(Route const& route, Shape const& shape)
    {
        auto const form = route.operation.body == BodyKind::form;
        auto const& schema = resolved(shape.body, schemas_.components());
        auto const required =
            form || schema.contains("required") || schema.contains("minProperties");
        object content{
            {"schema", shape.body},
            {"example", example_body(shape.body, schemas_.components(), form)}};
        auto const* const type = form ? "application/x-www-form-urlencoded" : "application/json";
        return {{"required", required}, {"content", {{type, std::move(content)}}}};
    }

    object responses(Route const& route, Declaration const& declaration, Shape const& shape)
    {
        object found;
        for (auto const& answer : shape.answers)
            found[std::to_string(answer.status)] = answer_response(route, declaration, answer);
        auto const pages = shape.answers.front().content_type == "text/html";
        auto const refusals = refusals_of(route);
        for (auto first = refusals.begin(); first != refusals.end();) {
            auto const last = std::find_if(first, refusals.end(), [&](auto const& refusal) {
                return refusal.status != first->status;
            });
            // Its own answer with this status says more: GET /health, 503.
            if (auto const status = std::to_string(first->status); !found.contains(status))
                found[status] = refusal_or_reference({first, last}, pages);
            first = last;
        }
        return found;
    }

    static object
    answer_response(Route const& route, Declaration const& declaration, AnswerShape const& answer)
    {
        object response{
            {"description", reason_phrase(answer.status)},
            {"headers", answer_headers(route, answer)}};
        auto const type =
            answer.content_type.empty() ? declaration.content_type : answer.content_type;
        object content;
        if (!answer.schema.empty())
            content["schema"] = answer.schema;
        if (!type.empty())
            response["content"] = object{{type, std::move(content)}};
        return response;
    }

    // What every operation answers alike stands once, in the components.
    object refusal_or_reference(std::span<DeclaredRefusal const> refusals, bool pages)
    {
        auto response = refusal_response(refusals);
        if (refusals.size() == 1 && !refusals.front().own) {
            auto const name = response_name(refusals.front().status);
            responses_[name] = std::move(response);
            return reference("responses", name);
        }
        if (pages && refusals.back().own)
            response["content"] = object{{"text/html", object{}}};
        return response;
    }

    Schemas schemas_;
    object paths_;
    object responses_;
};

} // namespace

std::string operation_id(std::string_view handler)
{
    std::string id;
    for (std::size_t i = 0; i < handler.size(); ++i)
        if (handler[i] != '_')
            id += static_cast<char>(
                i > 0 && handler[i - 1] == '_' ? handler[i] - 'a' + 'A' : handler[i]
            );
    return id;
}

object openapi_document(std::span<Route const> routes, std::string_view base_url)
{
    return Writer{routes}.finish(base_url);
}

} // namespace http
