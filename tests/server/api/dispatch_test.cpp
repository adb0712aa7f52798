// What holds for every operation: methods, headers, CORS, path ids, tenancy, the order of checks.
#include "tests/server/api/expect.hpp"

#include "server/http/routes.hpp"

#include <boost/test/unit_test.hpp>

#include <set>

using namespace support;

namespace {

// The path of a route with ids that exist nowhere.
std::string target_of(http::Route const& route)
{
    std::string target{route.path};
    for (auto open = target.find('{'); open != std::string::npos; open = target.find('{'))
        target.replace(open, target.find('}') - open + 1, "x");
    return target;
}

std::size_t count_header(Answer const& answer, std::string_view name)
{
    std::size_t count = 0;
    for (auto const& header : answer.headers)
        count += header.first == name ? 1 : 0;
    return count;
}

constexpr std::string_view security_headers[] = {
    "Strict-Transport-Security",
    "X-Content-Type-Options",
    "X-Frame-Options",
    "X-XSS-Protection",
    "Referrer-Policy",
    "Permissions-Policy",
    "Cache-Control",
    "Content-Security-Policy"};

struct ListedServer : ApiServer
{
    ListedServer() { app.config.cors_allowed_origins = {"https://portal.example"}; }

    Answer from(
        std::string const& origin, std::string const& method, std::string const& target,
        std::string const& body = {}
    )
    {
        return send(method, target, body, {.key = live_key, .headers = {{"origin", origin}}});
    }
};

// Its body begins after the answer.
bool is_stream(Answer const& answer)
{
    return answer.header("Content-Type").starts_with("text/event-stream");
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(dispatch_, ListedServer)

BOOST_AUTO_TEST_CASE(S_122_every_answer_has_its_id_and_the_security_headers)
{
    std::set<std::string> ids;
    auto const check = [&](Answer const& answer) {
        BOOST_TEST(is_uuid_v4(answer.header("X-Request-Id")));
        BOOST_TEST(ids.insert(answer.header("X-Request-Id")).second);
        for (auto const name : security_headers)
            BOOST_TEST(count_header(answer, name) == 1U, name << " of " << answer.body);
        if (answer.status >= 400 && answer.header("Content-Type").starts_with("application/json"))
            expect_error(answer, answer.status, answer.code());
        if (answer.status == 204)
            BOOST_TEST(answer.body.empty());
        else if (answer.status < 300 && !is_stream(answer))
            BOOST_TEST(!answer.body.empty());
    };
    for (auto const& route : http::routes())
        for (auto const* const key : {"", "live"})
            BOOST_TEST_CONTEXT(http::verb_text(route.method) << " " << route.path << " " << key)
            {
                Options options{.key = *key == '\0' ? "" : live_key};
                options.headers = {{"x-request-id", "00000000-0000-4000-8000-000000000000"}};
                auto const method = std::string{http::verb_text(route.method)};
                check(send(method, target_of(route), "", options));
                check(send(method, target_of(route), "[", options));
                check(send("OPTIONS", target_of(route), "", options));
                check(send("TRACE", target_of(route), "", options));
                if (key == std::string_view{"live"} && route.path.find("rotate") != route.path.npos)
                    live_key = developer("live");
            }
    check(get("/nowhere"));
    BOOST_TEST(!ids.contains("00000000-0000-4000-8000-000000000000"));
    auto const plain = get("/v1/me");
    BOOST_TEST(plain.header("Strict-Transport-Security") == "max-age=31536000; includeSubDomains");
    BOOST_TEST(plain.header("X-Content-Type-Options") == "nosniff");
    BOOST_TEST(plain.header("X-Frame-Options") == "DENY");
    BOOST_TEST(plain.header("X-XSS-Protection") == "0");
    BOOST_TEST(plain.header("Referrer-Policy") == "strict-origin-when-cross-origin");
    BOOST_TEST(plain.header("Permissions-Policy") == "camera=(), microphone=(), geolocation=()");
    BOOST_TEST(plain.header("Cache-Control") == "no-store");
    BOOST_TEST(
        plain.header("Content-Security-Policy") ==
        "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
    );
    BOOST_TEST(plain.header("Content-Type") == "application/json; charset=utf-8");
}

BOOST_AUTO_TEST_CASE(unknown_paths_and_methods_answer_regardless_of_credentials)
{
    for (auto const* const key : {"", "gx_live_nonsense_nonsense"})
        for (auto const* const path :
             {"/", "/v1", "/v1/", "/v1/agents/", "/v1//agents", "/V1/agents", "/v1/agents/a/b",
              "/v1/audit", "/v2/agents", "/v1/grants//", "/v1/authorize/x/approve/",
              "/v1/authorize/x", "/.well-known/", "/v1/nothing", "//v1/me"})
            BOOST_TEST_CONTEXT(path)
    for (auto const* const method : {"GET", "POST", "OPTIONS"})
        expect_error(send(method, path, "", {.key = key}), 404, "NOT_FOUND");
    struct Row
    {
        char const *method, *path, *allow;
    };
    constexpr Row rows[] = {
        {"DELETE", "/v1/agents", "POST, GET, HEAD"},
        {"PUT", "/v1/agents/x", "GET, HEAD, PATCH, POST, DELETE"},
        {"GET", "/v1/authorize", "POST"},
        {"HEAD", "/v1/token", "POST"},
        {"PATCH", "/v1/grants/x", "GET, HEAD, DELETE"},
        {"POST", "/v1/audit/entries", "GET, HEAD"},
        {"GET", "/v1/audit/log", "POST"},
        {"GET", "/v1/grants/verify", "POST"},
        {"POST", "/.well-known/jwks.json", "GET, HEAD"},
        {"POST", "/health", "GET, HEAD"},
        {"DELETE", "/consent", "GET, HEAD, POST"},
        {"get", "/v1/me", "GET, HEAD, PATCH"},
        {"BREW", "/v1/me", "GET, HEAD, PATCH"},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.method << " " << row.path)
        {
            auto const refused = send(row.method, row.path, "", {});
            expect_error(refused, 405, "METHOD_NOT_ALLOWED");
            BOOST_TEST(refused.header("Allow") == row.allow);
        }
}

BOOST_AUTO_TEST_CASE(head_works_wherever_get_does)
{
    auto const id = agent(live_key);
    for (auto const& target :
         {std::string{"/health"}, std::string{"/.well-known/jwks.json"}, std::string{"/v1/me"},
          "/v1/agents/" + id, std::string{"/consent"}, std::string{"/v1/grants?pageSize=1"}})
    {
        auto const got = get(target);
        auto const head = send("HEAD", target);
        BOOST_TEST(head.status == 200);
        BOOST_TEST(head.header("Content-Type") == got.header("Content-Type"));
    }
    expect_error(send("HEAD", "/v1/agents/x"), 404, "NOT_FOUND");
    expect_error(send("HEAD", "/v1/me", "", {}), 401, "UNAUTHORIZED");
}

BOOST_AUTO_TEST_CASE(listed_origins_may_read_answers_and_errors)
{
    for (auto const* const origin : {"https://portal.example", "http://127.0.0.1:3001"})
        for (auto const* const target :
             {"/v1/me", "/v1/agents/x", "/v1/agents?page=1&page=2", "/nowhere", "/v1/authorize",
              "/health"})
            BOOST_TEST_CONTEXT(origin << " " << target)
            {
                auto const answer = from(origin, "GET", target);
                BOOST_TEST(answer.header("Access-Control-Allow-Origin") == origin);
                BOOST_TEST(answer.header("Access-Control-Allow-Credentials") == "true");
                BOOST_TEST(answer.header("Vary") == "Origin");
                BOOST_TEST(
                    answer.header("Access-Control-Expose-Headers") ==
                    "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, "
                    "X-Request-Id, Idempotent-Replayed"
                );
                BOOST_TEST(answer.header("Access-Control-Allow-Methods").empty());
            }
    auto const unauthorized =
        send("GET", "/v1/me", "", {.key = "", .headers = {{"origin", "https://portal.example"}}});
    BOOST_TEST(unauthorized.status == 401);
    BOOST_TEST(unauthorized.header("Access-Control-Allow-Origin") == "https://portal.example");
}

BOOST_AUTO_TEST_CASE(S_123_other_origins_get_the_answer_but_no_permission_to_read_it)
{
    for (auto const* const origin :
         {"https://evil.example", "null", "https://portal.example.evil", "https://portal.example/",
          "http://portal.example", "HTTPS://portal.example", "https://portal.example:443",
          "https://xportal.example", "*"})
        BOOST_TEST_CONTEXT(origin)
    for (auto const* const method : {"GET", "OPTIONS"}) {
        auto const answer = from(origin, method, "/v1/me");
        BOOST_TEST(answer.status == (method == std::string_view{"GET"} ? 200U : 204U));
        for (auto const& [name, value] : answer.headers)
            BOOST_TEST(!name.starts_with("Access-Control-"), name);
        BOOST_TEST(answer.header("Vary") == "Origin");
    }
}

BOOST_AUTO_TEST_CASE(a_preflight_needs_no_key)
{
    for (auto const* const target : {"/v1/agents", "/v1/agents/x", "/v1/token", "/v1/signup"}) {
        auto const answer = send(
            "OPTIONS", target, "",
            {.key = "",
             .headers =
                 {{"origin", "https://portal.example"}, {"access-control-request-method", "POST"}}}
        );
        BOOST_TEST(answer.status == 204);
        BOOST_TEST(answer.body.empty());
        BOOST_TEST(answer.header("Access-Control-Allow-Origin") == "https://portal.example");
        BOOST_TEST(
            answer.header("Access-Control-Allow-Methods") ==
            "GET, POST, PUT, PATCH, DELETE, OPTIONS"
        );
        BOOST_TEST(
            answer.header("Access-Control-Allow-Headers") ==
            "Content-Type, Authorization, Idempotency-Key, X-CSRF-Token, Last-Event-ID"
        );
        BOOST_TEST(answer.header("Access-Control-Max-Age") == "600");
    }
}

BOOST_AUTO_TEST_CASE(consent_decisions_never_get_cors_headers)
{
    auto const id = agent(live_key);
    auto const asked =
        post("/v1/authorize", R"({"agentId":")" + id + R"(","principalId":"u","scopes":["a"]})");
    auto const request = "/v1/consent/" + asked.text("authRequestId");
    for (auto const* const origin : {"https://portal.example", "http://127.0.0.1:3001"})
        for (auto const* const method : {"OPTIONS", "POST", "GET", "PUT"})
            for (auto const& target :
                 {request + "/approve", request + "/deny", std::string{"/v1/consent/x/approve"},
                  "/v1/consent/" + std::string(600, 'x') + "/approve"})
                BOOST_TEST_CONTEXT(method << " " << target.substr(0, 60) << " " << origin)
    for (auto const& [name, value] : from(origin, method, target).headers)
        BOOST_TEST(!name.starts_with("Access-Control-"), name);
    auto const form = from("https://portal.example", "POST", "/consent", "req=x");
    BOOST_TEST(form.header("Access-Control-Allow-Origin").empty());
    // What the page shows may be read.
    BOOST_TEST(
        from("https://portal.example", "GET", request).header("Access-Control-Allow-Origin") ==
        "https://portal.example"
    );
}

BOOST_AUTO_TEST_CASE(the_key_set_is_for_everyone_and_not_limited)
{
    for (auto const* const origin : {"https://evil.example", "https://portal.example"}) {
        auto const jwks = from(origin, "GET", "/.well-known/jwks.json");
        BOOST_TEST(jwks.header("Access-Control-Allow-Origin") == "*");
        BOOST_TEST(count_header(jwks, "Access-Control-Allow-Origin") == 1U);
        BOOST_TEST(jwks.header("Access-Control-Allow-Credentials").empty());
    }
    ApiServer limited{server::Flags{{"rate-profile", "reference"}}};
    for (auto const& [name, value] : limited.send("GET", "/.well-known/jwks.json", "", {}).headers)
        BOOST_TEST(!name.starts_with("X-RateLimit"));
}

BOOST_AUTO_TEST_CASE(ids_in_paths_may_be_percent_encoded_and_have_a_length)
{
    auto const id = agent(live_key);
    std::string encoded;
    for (auto const c : id) {
        constexpr std::string_view digits = "0123456789abcdef";
        encoded += '%';
        encoded += digits[static_cast<unsigned char>(c) / 16];
        encoded += digits[static_cast<unsigned char>(c) % 16];
    }
    BOOST_TEST(get("/v1/agents/" + encoded).text("agentId") == id);
    BOOST_TEST(get("/v1/agents/" + id + "?x=y").text("agentId") == id);
    for (auto const* const odd :
         {"%00", "a%2Fb", "%2e%2e", "%ff", "+", "x'--", "%F0%9F%98%80", "{x}"})
        BOOST_TEST_CONTEXT(odd)
    expect_error(get(std::string{"/v1/agents/"} + odd), 404, "NOT_FOUND");
    for (auto const* const bad : {"%", "%4", "%zz", "a%"})
        expect_error(get(std::string{"/v1/agents/"} + bad), 400, "BAD_REQUEST");

    expect_error(get("/v1/agents/" + std::string(512, 'a')), 404, "NOT_FOUND");
    auto const escaped = [](int count) {
        std::string text;
        for (int i = 0; i < count; ++i)
            text += "%61";
        return text;
    };
    expect_error(get("/v1/agents/" + escaped(512)), 404, "NOT_FOUND"); // decoded bytes count
    for (auto const& route : http::routes())
        if (route.path.find('{') != route.path.npos)
            BOOST_TEST_CONTEXT(route.path)
            {
                auto target = std::string{route.path};
                target.replace(
                    target.find('{'), target.find('}') - target.find('{') + 1, std::string(513, 'a')
                );
                if (auto const more = target.find('{'); more != std::string::npos)
                    target.replace(more, target.find('}') - more + 1, "x");
                expect_error(
                    send(std::string{http::verb_text(route.method)}, target, "", {}), 414,
                    "BAD_REQUEST"
                );
            }
    expect_error(get("/v1/agents/" + escaped(513)), 414, "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(every_route_that_asks_who_calls_refuses_missing_and_unknown_keys)
{
    ApiServer server{server::Flags{
        {"admin-api-key", "operator-key-of-the-tests"},
        {"metrics-api-key", "scraper-key-of-the-tests"}}};
    for (auto const& route : http::routes())
        BOOST_TEST_CONTEXT(http::verb_text(route.method) << " " << route.path)
        {
            auto const method = std::string{http::verb_text(route.method)};
            if (route.auth == http::Auth::none) {
                auto const open =
                    server.send(method, target_of(route), "", {.key = "gx_live_nobody_x"});
                BOOST_TEST(open.status == server.send(method, target_of(route), "", {}).status);
                continue;
            }
            auto const none = server.send(method, target_of(route), "nonsense", {});
            expect_error(none, 401, "UNAUTHORIZED"); // before the body is looked at
            auto const unknown = server.send(
                method, target_of(route), "", {.key = "gx_live_" + std::string(43, 'a')}
            );
            expect_error(unknown, 401, "UNAUTHORIZED");
        }
}

BOOST_AUTO_TEST_CASE(S_120_who_is_refused_has_a_line_of_its_own_in_the_log)
{
    auto const refused = send("GET", "/v1/me", "", {.key = "gx_live_nobody_has_this_key"});
    BOOST_TEST(refused.status == 401);
    auto const line = "event=refused code=" + refused.code() + " request=" +
                      refused.header("X-Request-Id") + " caller= source=127.0.0.1";
    BOOST_TEST(log_text.find(line) != std::string::npos, log_text);
    log_text.clear();
    BOOST_TEST(get("/v1/agents/ag_unknown").status == 404);
    BOOST_TEST(log_text.find("event=refused") == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
