// GET /openapi.json and GET /docs: everything the route table holds, told truly.
#include "server/http/idempotency.hpp"
#include "server/http/operations.hpp"
#include "server/http/routes.hpp"
#include "tests/server/api/expect.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>

using namespace support;

namespace {

boost::json::object document(ApiServer& server)
{
    auto const answer = server.send("GET", "/openapi.json", "", {.key = ""});
    BOOST_REQUIRE_EQUAL(answer.status, 200);
    return answer.json().as_object();
}

std::string lower(std::string_view text)
{
    std::string lowered{text};
    std::ranges::transform(lowered, lowered.begin(), [](unsigned char c) {
        return std::tolower(c);
    });
    return lowered;
}

boost::json::object const& operation_of(boost::json::object const& all, http::Route const& route)
{
    return all.at("paths").at(route.path).at(lower(http::verb_text(route.method))).as_object();
}

std::string page(ApiServer& server)
{
    auto const answer = server.send("GET", "/docs", "", {.key = ""});
    BOOST_REQUIRE_EQUAL(answer.status, 200);
    return answer.body;
}

std::size_t count(std::string_view text, std::string_view part)
{
    std::size_t found = 0;
    for (auto at = text.find(part); at != std::string_view::npos; at = text.find(part, at + 1))
        ++found;
    return found;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(docs, ApiServer)

BOOST_AUTO_TEST_CASE(every_route_is_an_operation_of_the_document)
{
    auto const all = document(*this);
    BOOST_TEST(all.at("openapi") == "3.1.0");
    BOOST_TEST(all.at("servers").at(0).at("url").as_string() == app.config.public_base_url.c_str());
    std::set<std::string> ids;
    for (auto const& route : http::routes()) {
        auto const& operation = operation_of(all, route);
        BOOST_TEST(ids.emplace(operation.at("operationId").as_string()).second);
        BOOST_TEST(operation.at("summary").as_string() == std::string{route.summary}.c_str());
        auto const& security = operation.at("security").as_array();
        BOOST_TEST(security.empty() == (route.auth == http::Auth::none), route.path);
        BOOST_TEST(
            operation.contains("requestBody") == (route.operation.body != http::BodyKind::none)
        );
        auto const& responses = operation.at("responses").as_object();
        if (route.auth != http::Auth::none)
            BOOST_TEST(responses.contains("401"), route.path);
        BOOST_TEST(responses.contains("429") == (route.limit != http::Limit::exempt), route.path);
        BOOST_TEST(responses.contains("422") == http::Idempotency::applies_to(route), route.path);
    }
}

BOOST_AUTO_TEST_CASE(an_operation_tells_its_parameters_body_answers_and_refusals)
{
    auto const all = document(*this);
    auto const& authorize = all.at("paths").at("/v1/authorize").at("post");
    auto const& body = authorize.at("requestBody").at("content").at("application/json");
    BOOST_TEST(body.at("schema").at("$ref") == "#/components/schemas/AuthorizeRequest");
    BOOST_TEST(
        boost::json::serialize(
            all.at("components").at("schemas").at("AuthorizeRequest").at("required")
        ) == R"(["agentId","principalId","scopes"])"
    );
    auto const& responses = authorize.at("responses").as_object();
    BOOST_TEST(responses.contains("201"));
    auto const codes = [&](char const* status) {
        return boost::json::serialize(responses.at(status)
                                          .at("content")
                                          .at("application/json")
                                          .at("schema")
                                          .at("allOf")
                                          .at(1)
                                          .at("properties")
                                          .at("code")
                                          .at("enum"));
    };
    BOOST_TEST(codes("400") == R"(["BAD_REQUEST","INVALID_REDIRECT_URI"])");
    BOOST_TEST(codes("403") == R"(["PRINCIPAL_DEPROVISIONED","POLICY_DENIED"])");
    BOOST_TEST(codes("429") == R"(["RATE_LIMIT_EXCEEDED","RATE_LIMITED"])");
    auto const& get = all.at("paths").at("/v1/agents/{agentId}").at("get").at("parameters").at(0);
    BOOST_TEST(get.at("name") == "agentId");
    BOOST_TEST(get.at("in") == "path");
    BOOST_TEST(get.at("required") == true);
}

BOOST_AUTO_TEST_CASE(a_body_of_which_nothing_is_needed_may_be_left_out)
{
    auto const all = document(*this);
    auto const required = [&](char const* path, char const* verb) {
        return all.at("paths").at(path).at(verb).at("requestBody").at("required").as_bool();
    };
    BOOST_TEST(required("/v1/agents", "post"));
    BOOST_TEST(required("/v1/webhooks/{id}", "patch")); // some member, whichever
    BOOST_TEST(required("/consent", "post"));
    BOOST_TEST(!required("/v1/anomalies/detect", "post"));
    BOOST_TEST(!required("/v1/webhooks/{id}/rotate-secret", "post"));
}

BOOST_AUTO_TEST_CASE(pages_redirects_and_files_have_their_own_types)
{
    auto const all = document(*this);
    auto const& form = all.at("paths").at("/consent").at("post");
    BOOST_TEST(form.at("requestBody")
                   .at("content")
                   .as_object()
                   .contains("application/x-www-form-urlencoded"));
    auto const& responses = form.at("responses");
    BOOST_TEST(responses.at("200").at("content").as_object().contains("text/html"));
    BOOST_TEST(responses.at("303").at("headers").as_object().contains("Location"));
    BOOST_TEST(responses.at("410").at("content").as_object().contains("text/html"));
    auto const& health = all.at("paths").at("/health").at("get").at("responses");
    BOOST_TEST(
        health.at("503").at("content").at("application/json").at("schema").at("$ref") ==
        "#/components/schemas/Health"
    );
}

// What `page_size` in operations.cpp says is what the handlers do.
BOOST_AUTO_TEST_CASE(a_list_is_as_long_as_its_declared_page_at_most)
{
    auto const body = R"({"url":"https://hooks.nimbus.example/","events":["grant.created"]})";
    auto const webhook_id = post("/v1/webhooks", body).text("id");
    for (auto const& route : http::routes()) {
        http::Schemas schemas;
        for (auto const& parameter : http::find_declaration(route.operation.handler).parameters) {
            if (parameter.name != "pageSize" || route.auth != http::Auth::developer)
                continue;
            auto const ask = [&](std::int64_t size) {
                std::string path{route.path};
                if (auto const id = path.find("{id}"); id != std::string::npos)
                    path.replace(id, 4, webhook_id);
                return get(path + "?pageSize=" + std::to_string(size));
            };
            auto const longest = parameter.schema(schemas).at("maximum").as_int64();
            BOOST_TEST(ask(longest).status == 200);
            auto const answer = ask(99'999'999);
            if (route.path.starts_with("/v1/budget/transactions/")) { // refuses where others clamp
                BOOST_TEST(answer.status == 400);
                BOOST_TEST(ask(longest + 1).status == 400);
                continue;
            }
            BOOST_TEST(answer.status == 200);
            auto const list = answer.json().as_object();
            if (route.path != "/v1/budget/allocations") // does not say how long its pages are
                BOOST_TEST(list.at("pageSize").as_int64() == longest);
        }
    }
}

BOOST_AUTO_TEST_CASE(the_document_may_be_kept_and_read_by_anyone)
{
    auto const answer = send("GET", "/openapi.json", "", {.key = ""});
    BOOST_TEST(answer.header("Content-Type") == "application/json; charset=utf-8");
    BOOST_TEST(answer.header("Cache-Control") == "public, max-age=300");
    BOOST_TEST(answer.header("Access-Control-Allow-Origin") == "*");
}

BOOST_AUTO_TEST_CASE(the_page_has_every_operation_with_an_anchor_and_an_example)
{
    auto const html = page(*this);
    auto const all = document(*this);
    for (auto const& route : http::routes()) {
        std::string const id{operation_of(all, route).at("operationId").as_string()};
        BOOST_TEST(count(html, "<h3 id=\"" + id + "\">") == 1U, id);
        BOOST_TEST(count(html, "href=\"#" + id + "\"") == 2U, id);
    }
    BOOST_TEST(count(html, "<pre><code>curl ") == http::routes().size());
    BOOST_TEST(
        html.find("curl &#39;" + app.config.public_base_url + "/v1/agents&#39; \\\n  -H &#34;") !=
        std::string::npos
    );
}

BOOST_AUTO_TEST_CASE(the_page_tells_fields_with_type_bounds_and_whether_they_are_required)
{
    auto const html = page(*this);
    for (auto const* const part :
         {"conditions.timeWindow.startHour", "0 to 23", "agents[].allowedRedirectUris",
          "live or sandbox", "list of text", "at most 50 items, each 1 to 2048 characters",
          "POLICY_DENIED", "INVALID_REDIRECT_URI", "Authorization code has expired"})
        BOOST_TEST(html.find(part) != std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(the_page_needs_no_script_and_nothing_from_elsewhere)
{
    auto const answer = send("GET", "/docs", "", {.key = ""});
    auto const policy = answer.header("Content-Security-Policy");
    BOOST_TEST(policy.starts_with("default-src 'none'; style-src 'self'; img-src 'self';"));
    BOOST_TEST(policy.find("script") == std::string::npos);
    BOOST_TEST(answer.body.find("<script") == std::string::npos);
    BOOST_TEST(answer.body.find("style=") == std::string::npos);
    BOOST_TEST(count(answer.body, "<a href=\"http") == 0U);
    BOOST_TEST(count(answer.body, " href=\"#") > http::routes().size());
}

BOOST_AUTO_TEST_SUITE_END()
