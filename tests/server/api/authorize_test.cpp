// Authorization requests: what is stored, what is refused and in which order, sandbox decisions.
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

// A request of the agent with these further members, or without a member when it is set to "".
std::string asked(std::string const& agent_id, std::string const& extra = {})
{
    return R"({"agentId":")" + agent_id +
           R"(","principalId":"user_7421","scopes":["calendar:read"])" +
           (extra.empty() ? "" : "," + extra) + "}";
}

// A member set to something that is refused, and how the message starts.
using Rows = std::vector<std::pair<std::string, std::string>>;

void expect_refused(ApiServer& server, Rows const& rows)
{
    auto const id = server.agent(server.live_key);
    for (auto const& [extra, names] : rows)
        BOOST_TEST_CONTEXT(extra.substr(0, 80))
        {
            // The last of equal members wins.
            auto const answer = server.post("/v1/authorize", asked(id, extra));
            expect_error(answer, 400, "BAD_REQUEST");
            BOOST_TEST(answer.text("message").starts_with(names));
        }
    BOOST_TEST(rows_of(server, "auth_requests") == 0);
}

std::string letters(std::size_t length)
{
    return "\"" + std::string(length, 'a') + "\"";
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(authorize, ApiServer)

BOOST_AUTO_TEST_CASE(a_live_request_waits_for_the_person)
{
    auto const id = agent(live_key);
    auto const made = post("/v1/authorize", asked(id));
    BOOST_REQUIRE_EQUAL(made.status, 201);
    expect_members(
        made, "authRequestId consentUrl expiresAt agentId principalId scopes expiresIn status "
              "createdAt"
    );
    auto const request_id = made.text("authRequestId");
    BOOST_TEST(is_id(request_id, "areq"));
    BOOST_TEST(made.text("consentUrl") == "http://127.0.0.1:3001/consent?req=" + request_id);
    BOOST_TEST(made.text("agentId") == id);
    BOOST_TEST(made.text("principalId") == "user_7421");
    BOOST_TEST(made.json().at("scopes") == boost::json::value(boost::json::array{"calendar:read"}));
    BOOST_TEST(made.text("expiresIn") == "24h");
    BOOST_TEST(made.text("status") == "pending");
    BOOST_TEST(made.text("createdAt") == "2026-03-02T09:00:00.000Z");
    BOOST_TEST(made.text("expiresAt") == "2026-03-03T09:00:00.000Z");
    BOOST_TEST(events_of(*this, live_key).empty());
}

BOOST_AUTO_TEST_CASE(a_sandbox_request_is_approved_at_once)
{
    auto const id = agent();
    auto const made = send("POST", "/v1/authorize", asked(id), {.key = sandbox_key});
    BOOST_REQUIRE_EQUAL(made.status, 201);
    expect_members(
        made, "authRequestId consentUrl expiresAt agentId principalId scopes expiresIn status "
              "createdAt sandbox code"
    );
    BOOST_TEST(made.text("status") == "approved");
    BOOST_TEST(made.json().at("sandbox").as_bool());
    BOOST_TEST(is_code(made.text("code")));
}

BOOST_AUTO_TEST_CASE(from_level_link_on_the_consent_url_carries_a_secret)
{
    ApiServer server{server::Flags{{"consent-auth", "link"}}};
    auto const live = server.post("/v1/authorize", asked(server.agent(server.live_key)));
    auto const url = live.text("consentUrl");
    auto const start = "http://127.0.0.1:3001/consent?req=" + live.text("authRequestId") + "&k=";
    BOOST_REQUIRE(url.starts_with(start));
    BOOST_TEST(is_secret(url.substr(start.size())));
    // The server's level does not count for sandbox developers.
    auto const sandbox =
        server.send("POST", "/v1/authorize", asked(server.agent()), {.key = server.sandbox_key});
    BOOST_TEST(sandbox.text("consentUrl").find("&k=") == std::string::npos);
    BOOST_TEST(sandbox.text("status") == "approved");
}

BOOST_AUTO_TEST_CASE(the_deadline_is_the_lifetime_but_at_most_a_day)
{
    auto const id = agent(live_key);
    struct Row
    {
        char const *expires_in, *deadline;
    };
    constexpr Row rows[] = {
        {"30m", "2026-03-02T09:30:00.000Z"}, {"1s", "2026-03-02T09:00:01.000Z"},
        {"1d", "2026-03-03T09:00:00.000Z"},  {"24h", "2026-03-03T09:00:00.000Z"},
        {"30d", "2026-03-03T09:00:00.000Z"}, {"720h", "2026-03-03T09:00:00.000Z"},
    };
    for (auto const& row : rows) {
        auto const made = post(
            "/v1/authorize", asked(id, R"("expiresIn":")" + std::string{row.expires_in} + '"')
        );
        BOOST_REQUIRE_EQUAL(made.status, 201);
        BOOST_TEST(made.text("expiresIn") == row.expires_in);
        BOOST_TEST(made.text("expiresAt") == row.deadline);
    }
}

BOOST_AUTO_TEST_CASE(bad_fields_are_refused_and_name_the_member)
{
    std::string many = "\"x\"";
    for (int i = 0; i < 100; ++i)
        many += ",\"x\"";
    Rows const rows = {
        {R"("principalId":null)", "principalId"},
        {R"("principalId":"")", "principalId"},
        {R"("principalId":5)", "principalId"},
        {R"("principalId":"a\nb")", "principalId"},
        {R"("principalId":)" + letters(257), "principalId"},
        {R"("agentId":"")", "agentId"},
        {R"("agentId":)" + letters(257), "agentId"},
        {R"("scopes":null)", "scopes"},
        {R"("scopes":[])", "scopes"},
        {R"("scopes":"read")", "scopes"},
        {R"("scopes":["a",null])", "scopes[1]"},
        {R"("scopes":["a b"])", "scopes[0]"},
        {R"("scopes":["a","b\tc"])", "scopes[1]"},
        {R"("scopes":[)" + letters(257) + "]", "scopes[0]"},
        {R"("scopes":[)" + many + "]", "scopes"},
        {R"("redirectUri":"")", "redirectUri"},
        {R"("redirectUri":"/cb")", "redirectUri"},
        {R"("redirectUri":"javascript:a")", "redirectUri"},
        {R"("redirectUri":"https://u:p@a.example/")", "redirectUri"},
        {R"("redirectUri":"https://a.example/#f")", "redirectUri"},
        {R"("redirectUri":"http://a.example/")", "redirectUri"},
        {R"("redirectUri":"https://a.example/)" + std::string(2048, 'a') + '"', "redirectUri"},
        {R"("redirectUri":["https://a.example/"])", "redirectUri"},
        {R"("state":)" + letters(1025), "state"},
        {R"("state":{})", "state"},
        {R"("audience":"")", "audience"},
        {R"("audience":)" + letters(1025), "audience"},
        {R"("audience":["x"])", "audience"},
    };
    expect_refused(*this, rows);
    expect_error(post("/v1/authorize"), 400, "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(bad_challenges_and_lifetimes_are_refused) // S-017, S-025
{
    Rows const rows = {
        {R"("codeChallenge":)" + letters(43), "Send codeChallenge"},
        {R"("codeChallengeMethod":"S256")", "Send codeChallenge"},
        {R"("codeChallengeMethod":"plain","codeChallenge":)" + letters(43), "codeChallengeMethod"},
        {R"("codeChallengeMethod":"S512","codeChallenge":)" + letters(43), "codeChallengeMethod"},
        {R"("codeChallengeMethod":"s256","codeChallenge":)" + letters(43), "codeChallengeMethod"},
        {R"("codeChallengeMethod":"S256","codeChallenge":)" + letters(42), "codeChallenge"},
        {R"("codeChallengeMethod":"S256","codeChallenge":)" + letters(44), "codeChallenge"},
        {R"("codeChallengeMethod":"S256","codeChallenge":"")", "codeChallenge"},
        {R"("codeChallengeMethod":"S256","codeChallenge":")" + std::string(42, 'a') + "=\"",
         "codeChallenge"},
        {R"("expiresIn":86400)", "expiresIn"},
        {R"("expiresIn":"0s")", "expiresIn"},
        {R"("expiresIn":"-1h")", "expiresIn"},
        {R"("expiresIn":"1.5h")", "expiresIn"},
        {R"("expiresIn":"1H")", "expiresIn"},
        {R"("expiresIn":" 1h")", "expiresIn"},
        {R"("expiresIn":"1h ")", "expiresIn"},
        {R"("expiresIn":"１h")", "expiresIn"},
        {R"("expiresIn":"")", "expiresIn"},
        {R"("expiresIn":"h")", "expiresIn"},
        {R"("expiresIn":"31d")", "expiresIn must be at most 30 days"},
        {R"("expiresIn":"999999999d")", "expiresIn"},
        {R"("expiresIn":"99999999999999999999s")", "expiresIn"},
    };
    expect_refused(*this, rows);
}

BOOST_AUTO_TEST_CASE(null_in_place_of_an_optional_field_equals_leaving_it_out)
{
    auto const made = post(
        "/v1/authorize",
        asked(
            agent(live_key), R"("redirectUri":null,"state":null,"expiresIn":null,"audience":null,)"
                             R"("codeChallenge":null,"codeChallengeMethod":null)"
        )
    );
    BOOST_TEST(made.status == 201);
    BOOST_TEST(made.text("expiresIn") == "24h");
}

BOOST_AUTO_TEST_CASE(unknown_foreign_and_suspended_agents_are_not_found)
{
    auto const foreign = agent();
    auto const suspended = agent(live_key);
    auto const deleted = agent(live_key);
    patch("/v1/agents/" + suspended, R"({"status":"suspended"})");
    remove("/v1/agents/" + deleted);
    for (auto const& id : {foreign, suspended, deleted, std::string{"ag_x"}}) {
        expect_error(post("/v1/authorize", asked(id)), 404, "NOT_FOUND", "Agent not found");
        // Fields first, the agent second, the registered redirect URIs third.
        expect_error(post("/v1/authorize", asked(id, R"("scopes":[])")), 400, "BAD_REQUEST");
    }
}

BOOST_AUTO_TEST_CASE(S_059_a_registered_redirect_uri_must_be_matched_exactly)
{
    auto const with_uri = [](std::string const& uri) { return R"("redirectUri":")" + uri + '"'; };
    auto const id = agent(live_key);
    auto const try_uri = [&](std::string const& uri) {
        return post("/v1/authorize", asked(id, with_uri(uri)));
    };
    BOOST_TEST(try_uri("https://anything.example/").status == 201);

    app.writer.execute("UPDATE developers SET allowed_redirect_uris = 'https://dev.example/cb'");
    BOOST_TEST(try_uri("https://dev.example/cb").status == 201);
    expect_error(try_uri("https://anything.example/"), 400, "INVALID_REDIRECT_URI");

    patch("/v1/agents/" + id, R"({"allowedRedirectUris":["https://app.example/cb"]})");
    BOOST_TEST(try_uri("https://app.example/cb").status == 201);
    for (auto const* const uri :
         {"https://dev.example/cb", "https://app.example/cb/", "https://app.example/CB",
          "https://app.example/cb?", "https://app.example:443/cb", "https://app.example/cb?a=b",
          "https://APP.example/cb", "https://app.example/c%62", "https://app.example/./cb",
          "https://app.example/x/../cb", "https://app.example/%2e/cb",
          "https://app.example:8443/cb", "https://app.example.evil.com/cb",
          "https://appxexample/cb", "https://appxexample.com/cb",
          "https://evil.com/https://app.example/cb"})
        BOOST_TEST_CONTEXT(uri)
    expect_error(try_uri(uri), 400, "INVALID_REDIRECT_URI");
    // No redirect URI at all stays possible: the page then ends with a final state.
    BOOST_TEST(post("/v1/authorize", asked(id)).status == 201);
}

BOOST_AUTO_TEST_CASE(policy_registered_refuses_unregistered_uris_of_live_developers)
{
    ApiServer server{server::Flags{{"redirect-uri-policy", "registered"}}};
    auto const uri = std::string{R"("redirectUri":"https://a.example/")"};
    auto const live = server.post("/v1/authorize", asked(server.agent(server.live_key), uri));
    expect_error(live, 400, "INVALID_REDIRECT_URI");
    auto const body = asked(server.agent(), uri);
    BOOST_TEST(
        server.send("POST", "/v1/authorize", body, {.key = server.sandbox_key}).status == 201
    );
}

BOOST_AUTO_TEST_CASE(S_058_loopback_http_redirects_need_their_setting_in_live_mode)
{
    for (auto const allowed : {true, false}) {
        ApiServer server{server::Flags{{"allow-loopback-redirects", allowed ? "true" : "false"}}};
        auto const uri = std::string{R"("redirectUri":"http://127.0.0.1:8080/cb")"};
        auto const live = server.post("/v1/authorize", asked(server.agent(server.live_key), uri));
        BOOST_TEST(live.status == (allowed ? 201U : 400U));
        auto const body = asked(server.agent(), uri);
        auto const sandbox =
            server.send("POST", "/v1/authorize", body, {.key = server.sandbox_key});
        BOOST_TEST(sandbox.status == 201);
    }
}

BOOST_AUTO_TEST_CASE(strict_agent_scopes_refuse_what_the_agent_did_not_declare)
{
    auto const undeclared = std::string{R"("scopes":["calendar:read","email:send"])"};
    BOOST_TEST(post("/v1/authorize", asked(agent(live_key), undeclared)).status == 201);
    ApiServer strict{server::Flags{{"strict-agent-scopes", "true"}}};
    auto const id = strict.agent(strict.live_key);
    BOOST_TEST(strict.post("/v1/authorize", asked(id)).status == 201);
    auto const refused = strict.post("/v1/authorize", asked(id, undeclared));
    expect_error(refused, 400, "BAD_REQUEST");
    BOOST_TEST(refused.text("message").find("email:send") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_grant_quota_counts_active_unexpired_grants)
{
    ApiServer small{server::Flags{{"quota-grants", "2,0,0"}}};
    auto const key = small.developer("sandbox", "free");
    small.sandbox_key = key;
    auto const id = small.agent();
    auto const first = small.grant(id, R"("expiresIn":"1h")");
    auto const spare_code = small.code(id);
    small.grant(id);
    Options const options{.key = key};
    constexpr auto message = "Active grant quota of the free plan (2) is used up";
    auto const ask = [&] { return small.send("POST", "/v1/authorize", asked(id), options); };
    auto const exchange = [&] {
        return small.send("POST", "/v1/token", code_body(spare_code, id), options);
    };
    expect_error(ask(), 402, "PLAN_LIMIT_EXCEEDED", message);
    expect_error(exchange(), 402, "PLAN_LIMIT_EXCEEDED", message);
    expect_error(small.delegate(first.text("grantToken"), id), 402, "PLAN_LIMIT_EXCEEDED", message);
    BOOST_TEST(rows_of(small, "grants") == 2);
    // The refused exchange has not used the code up: it works once there is room.
    small.send("DELETE", "/v1/grants/" + first.text("grantId"), "", options);
    BOOST_TEST(exchange().status == 201);
    expect_error(ask(), 402, "PLAN_LIMIT_EXCEEDED");
    small.advance(std::chrono::hours{24}); // the other two have expired
    BOOST_TEST(ask().status == 201);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(sandbox_decisions, ApiServer)

BOOST_AUTO_TEST_CASE(S_056_live_developers_cannot_decide_for_the_person)
{
    auto const made = post("/v1/authorize", asked(agent(live_key)));
    for (auto const* const verb : {"approve", "deny"}) {
        auto const target = "/v1/authorize/" + made.text("authRequestId") + "/" + verb;
        expect_error(post(target), 403, "CONSENT_REQUIRED");
        expect_error(post(target, "{}"), 403, "CONSENT_REQUIRED");
        expect_error(post(target, "[]"), 400, "BAD_REQUEST");
        expect_error(post("/v1/authorize/areq_x/" + std::string{verb}), 403, "CONSENT_REQUIRED");
    }
}

BOOST_AUTO_TEST_CASE(a_pending_sandbox_request_is_approved_or_denied_once)
{
    auto const id = agent();
    Options const sandbox{.key = sandbox_key};
    auto const pending = [&] {
        auto const made = send("POST", "/v1/authorize", asked(id), sandbox);
        auto const request_id = made.text("authRequestId");
        app.writer.execute(
            "UPDATE auth_requests SET status = 'pending', code_hash = NULL, approved_at = NULL "
            "WHERE id = '" +
            request_id + "'"
        );
        return request_id;
    };
    for (auto const* const verb : {"approve", "deny"}) {
        auto const request_id = pending();
        auto const target = "/v1/authorize/" + request_id + "/" + verb;
        auto const decided = send("POST", target, "", sandbox);
        BOOST_REQUIRE_EQUAL(decided.status, 200);
        auto const approved = verb == std::string_view{"approve"};
        expect_members(decided, approved ? "requestId status code" : "requestId status");
        BOOST_TEST(decided.text("requestId") == request_id);
        BOOST_TEST(decided.text("status") == (approved ? "approved" : "denied"));
        for (auto const* const again : {"approve", "deny"})
            expect_error(
                send("POST", "/v1/authorize/" + request_id + "/" + again, "{}", sandbox), 404,
                "NOT_FOUND", "Authorization request not found or already decided"
            );
        if (approved)
            BOOST_TEST(
                send("POST", "/v1/token", code_body(decided.text("code"), id), sandbox).status ==
                201
            );
    }
    auto const late = "/v1/authorize/" + pending() + "/approve";
    advance(std::chrono::hours{24});
    expect_error(send("POST", late, "", sandbox), 404, "NOT_FOUND");
    auto const foreign = "/v1/authorize/" + pending() + "/approve";
    auto const other = developer("sandbox");
    expect_error(send("POST", foreign, "", {.key = other}), 404, "NOT_FOUND");
    expect_error(send("POST", "/v1/authorize/x/deny", "", sandbox), 404, "NOT_FOUND");
    BOOST_TEST(send("POST", foreign, "", sandbox).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()
