#include "server/api/docs_page.hpp"

#include "server/api/docs_fields.hpp"
#include "server/http/examples.hpp"
#include "server/http/idempotency.hpp"
#include "server/http/openapi.hpp"
#include "server/http/operations.hpp"
#include "server/http/refusals.hpp"
#include "server/http/routes.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace api {

namespace {

std::string status_words(unsigned status)
{
    return std::to_string(status) + " " + std::string{http::reason_phrase(status)};
}

std::string_view credential_variable(http::Auth auth)
{
    switch (auth) {
    case http::Auth::none:
        return {};
    case http::Auth::developer:
        return "$KEY";
    case http::Auth::principal:
        return "$SESSION";
    case http::Auth::operator_:
        return "$OPERATOR_KEY";
    case http::Auth::metrics:
        return "$METRICS_KEY";
    }
    return {};
}

// In single quotes for a shell.
std::string shell_quoted(std::string_view text)
{
    std::string words{"'"};
    for (auto const c : text)
        words += c == '\'' ? std::string{"'\\''"} : std::string{c};
    return words + "'";
}

// A member a line, so that a long one breaks between members.
std::string json_arguments(boost::json::object const& example)
{
    std::string text{"{"};
    for (auto const& [name, value] : example) {
        text += text.size() > 1 ? ",\n    \"" : "\n    \"";
        text += std::string{name} + "\": " + boost::json::serialize(value);
    }
    return " \\\n  -H 'Content-Type: application/json' \\\n  -d " + shell_quoted(text + "\n  }");
}

std::string form_arguments(boost::json::object const& example)
{
    std::string text;
    for (auto const& [name, value] : example)
        text += " \\\n  --data-urlencode " +
                shell_quoted(std::string{name} + "=" + std::string{value.as_string()});
    return text;
}

class PageWriter
{
public:
    explicit PageWriter(std::string base_url)
    {
        page_.version = GRANTEXD_VERSION;
        page_.base_url = std::move(base_url);
        for (auto const group : http::operation_groups())
            page_.groups.push_back({std::string{group}, {}});
        for (auto const& route : http::routes()) {
            auto const& declaration = http::find_declaration(route.operation.handler);
            std::ranges::find(page_.groups, declaration.group, &web::DocsGroup::group)
                ->operations.push_back(operation(route, declaration));
        }
        std::ranges::stable_sort(page_.general, {}, &web::DocsRefusal::status);
    }

    web::DocsPage finish() { return std::move(page_); }

private:
    web::DocsOperation operation(http::Route const& route, http::Declaration const& declaration)
    {
        auto const shape = route.operation.shape(schemas_);
        web::DocsOperation operation;
        operation.id = http::operation_id(route.operation.handler);
        operation.method = http::verb_text(route.method);
        operation.path = route.path;
        operation.summary = route.summary;
        operation.curl = curl(route, shape);
        operation.is_open = route.auth == http::Auth::none;
        operation.needs_key = route.auth == http::Auth::developer;
        operation.needs_session = route.auth == http::Auth::principal;
        operation.needs_operator = route.auth == http::Auth::operator_;
        operation.needs_metrics_key = route.auth == http::Auth::metrics;
        operation.repeats_safely = http::Idempotency::applies_to(route);
        operation.parameters = parameters(route, declaration);
        operation.body = field_lines(shape.body, schemas_.components());
        add_answers(operation, declaration, shape);
        add_refusals(operation, route);
        operation.has_parameters = !operation.parameters.empty();
        operation.has_body = !operation.body.empty();
        operation.has_answer_fields = !operation.answer_fields.empty();
        operation.has_refusals = !operation.refusals.empty();
        return operation;
    }

    std::string curl(http::Route const& route, http::Shape const& shape)
    {
        std::string text{"curl"};
        auto const has_body = !shape.body.empty();
        if (route.method != (has_body ? http::verb::post : http::verb::get))
            text += " -X " + std::string{http::verb_text(route.method)};
        text += " " + shell_quoted(page_.base_url + http::example_path(route.path));
        if (auto const credential = credential_variable(route.auth); !credential.empty())
            text += " \\\n  -H \"Authorization: Bearer " + std::string{credential} + "\"";
        if (!has_body)
            return text;
        auto const form = route.operation.body == http::BodyKind::form;
        auto const example = http::example_body(shape.body, schemas_.components(), form);
        return text + (form ? form_arguments(example) : json_arguments(example));
    }

    std::vector<web::DocsField>
    parameters(http::Route const& route, http::Declaration const& declaration)
    {
        std::vector<web::DocsField> lines;
        for (auto const name : http::path_names(route.path))
            lines.push_back({std::string{name}, "path", "text", "at most 512 bytes", true});
        for (auto const& parameter : declaration.parameters) {
            auto const schema = parameter.schema(schemas_);
            auto const bounds = bounds_words(schema);
            lines.push_back(
                {std::string{parameter.name}, parameter.in_header ? "header" : "query",
                 type_words(schema, schemas_.components()),
                 std::string{parameter.about} + (bounds.empty() ? "" : ", ") + bounds, false}
            );
        }
        return lines;
    }

    void add_answers(
        web::DocsOperation& operation, http::Declaration const& declaration,
        http::Shape const& shape
    )
    {
        for (auto const& answer : shape.answers) {
            auto const type =
                answer.content_type.empty() ? declaration.content_type : answer.content_type;
            operation.answers.push_back({status_words(answer.status), std::string{type}});
        }
        operation.answer_fields = field_lines(shape.answers.front().schema, schemas_.components());
    }

    void add_refusals(web::DocsOperation& operation, http::Route const& route)
    {
        for (auto const& refusal : http::refusals_of(route)) {
            web::DocsRefusal const line{
                std::to_string(refusal.status), refusal.code, refusal.when, refusal.message};
            if (refusal.own) {
                operation.refusals.push_back(line);
                continue;
            }
            if (operation.general_statuses.empty() ||
                operation.general_statuses.back().status != line.status)
                operation.general_statuses.push_back({line.status, {}});
            if (std::ranges::find(page_.general, line.when, &web::DocsRefusal::when) ==
                page_.general.end())
                page_.general.push_back(line);
        }
    }

    web::DocsPage page_;
    http::Schemas schemas_;
};

} // namespace

web::DocsPage docs_page(std::string base_url)
{
    return PageWriter{std::move(base_url)}.finish();
}

} // namespace api
