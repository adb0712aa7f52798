// The order in which a request is checked (core contract, "Check order"): each row breaks two rules
// that stand next to each other, and the answer tells which was looked at first.
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct TightServer : ApiServer
{
    TightServer()
        : ApiServer(server::Flags{
              {"rate-profile", "reference"}, {"rate-authorize", "1"}, {"rate-plan-free", "3"}})
    {
        id = agent(live_key);
        key = developer("sandbox", "free");
    }

    Answer authorize(std::string const& body, Options const& options)
    {
        return send("POST", "/v1/authorize", body, options);
    }

    std::string id, key;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(check_order, TightServer)

BOOST_AUTO_TEST_CASE(route_before_key_before_plan_before_body)
{
    // A path that does not exist, and no key.
    expect_error(send("POST", "/v1/nowhere", "", {}), 404, "NOT_FOUND");
    expect_error(send("PUT", "/v1/me", "", {}), 405, "METHOD_NOT_ALLOWED");
    // An id that is too long, and no key.
    expect_error(send("GET", "/v1/agents/" + std::string(513, 'a'), "", {}), 414, "BAD_REQUEST");
    // No key, and a body that is none.
    expect_error(
        send("POST", "/v1/agents", "x", {.key = "", .content_type = "text/plain"}), 401,
        "UNAUTHORIZED"
    );
    for (int i = 0; i < 3; ++i)
        send("GET", "/v1/me", "", {.key = key});
    // The plan is used up, and the body is none.
    expect_error(
        send("POST", "/v1/agents", "x", {.key = key, .content_type = "text/plain"}), 429,
        "RATE_LIMIT_EXCEEDED"
    );
}

BOOST_AUTO_TEST_CASE(the_body_is_read_before_the_route_is_counted)
{
    BOOST_TEST(post("/v1/authorize", "{}").status == 400); // uses the bucket up
    expect_error(post("/v1/authorize", "{}"), 429, "RATE_LIMITED");
    expect_error(
        authorize("{}", {.key = live_key, .content_type = "text/plain"}), 415, "BAD_REQUEST"
    );
    for (auto const* const body : {"{", "[]", R"({"a":1e999})", R"({"a":"\u0000"})"})
        expect_error(post("/v1/authorize", body), 400, "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(the_route_is_counted_before_the_idempotency_key_is_looked_up)
{
    Options const keyed{.key = live_key, .headers = {{"idempotency-key", "k"}}};
    Options const bad_key{.key = live_key, .headers = {{"idempotency-key", ""}}};
    auto const body = R"({"agentId":")" + id + R"(","principalId":"u","scopes":["a"]})";
    BOOST_TEST(authorize(body, keyed).status == 201);
    expect_error(authorize(body, keyed), 429, "RATE_LIMITED");
    expect_error(authorize(body, bad_key), 429, "RATE_LIMITED");
    advance(std::chrono::minutes{1});
    auto const again = authorize(body, keyed);
    BOOST_TEST(again.header("Idempotent-Replayed") == "true");
}

BOOST_AUTO_TEST_CASE(the_idempotency_key_is_looked_up_before_fields_are_checked)
{
    auto const with = [&](std::string const& idempotency_key, std::string const& body) {
        return send(
            "POST", "/v1/agents", body,
            {.key = live_key, .headers = {{"idempotency-key", idempotency_key}}}
        );
    };
    BOOST_TEST(with("k", R"({"name":"a"})").status == 201);
    expect_error(with("k", R"({"name":5})"), 422, "IDEMPOTENCY_KEY_REUSED");
    expect_error(with("k", "{"), 400, "BAD_REQUEST"); // what is not JSON comes first
    auto const bad = with("a b", R"({"name":5})");
    expect_error(bad, 400, "BAD_REQUEST");
    BOOST_TEST(bad.text("message").starts_with("Idempotency-Key"));
}

BOOST_AUTO_TEST_CASE(fields_before_ownership_before_state)
{
    Options const other{.key = developer("sandbox")};
    // A bad field and an unknown agent.
    expect_error(
        authorize(R"({"agentId":"ag_x","principalId":"","scopes":["a"]})", other), 400,
        "BAD_REQUEST"
    );
    // An unknown agent, and a redirect URI that nobody registered.
    ApiServer strict{server::Flags{{"redirect-uri-policy", "registered"}}};
    expect_error(
        strict.post(
            "/v1/authorize", R"({"agentId":"ag_x","principalId":"u","scopes":["a"],)"
                             R"("redirectUri":"https://a.example/"})"
        ),
        404, "NOT_FOUND"
    );
    expect_error(
        send("PATCH", "/v1/agents/ag_x", R"({"status":"deleted"})", other), 400, "BAD_REQUEST"
    );
}

BOOST_AUTO_TEST_SUITE_END()
