// Principal sessions, and what a person does with one.
#include "tests/server/api/expect.hpp"
#include "tests/support/api_server.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct PrincipalServer : ApiServer
{
    Options const sandbox{.key = sandbox_key};

    Answer open_session(std::string const& extra = {})
    {
        return send(
            "POST", "/v1/principal-sessions",
            R"({"principalId":"user_1")" + (extra.empty() ? "" : "," + extra) + "}", sandbox
        );
    }
    Answer as_person(std::string method, std::string const& target, std::string const& token)
    {
        return send(std::move(method), target, "", {.key = token});
    }
    bool refused(std::string const& token)
    {
        auto const answer = as_person("GET", "/v1/principal/grants", token);
        return answer.status == 401 && answer.code() == "UNAUTHORIZED";
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(principal, PrincipalServer)

BOOST_AUTO_TEST_CASE(a_session_needs_an_active_grant_of_the_principal)
{
    BOOST_TEST(open_session().status == 404);
    BOOST_TEST(open_session().text("message") == "No active grants for this principal");
    auto const made = grant(agent());
    auto const session = open_session();
    BOOST_REQUIRE_EQUAL(session.status, 201);
    auto const token = session.text("sessionToken");
    BOOST_TEST(
        session.text("dashboardUrl") == "http://127.0.0.1:3001/permissions#session=" + token
    );
    BOOST_TEST(session.text("expiresAt") == "2026-03-02T10:00:00.000Z");
    BOOST_TEST(!session.json().as_object().contains("consentUrl"));
    advance(std::chrono::hours{25}); // past the grant
    BOOST_TEST(open_session().status == 404);
}

BOOST_AUTO_TEST_CASE(a_long_session_is_cut_to_a_day_and_a_malformed_one_refused)
{
    grant(agent());
    BOOST_TEST(
        open_session(R"("expiresIn":"30d")").text("expiresAt") == "2026-03-03T09:00:00.000Z"
    );
    BOOST_TEST(open_session(R"("expiresIn":"")").text("expiresAt") == "2026-03-02T10:00:00.000Z");
    BOOST_TEST(open_session(R"("expiresIn":"soon")").status == 400);
}

BOOST_AUTO_TEST_CASE(a_person_sees_its_grants_and_nobody_elses)
{
    auto const agent_id = agent();
    auto const mine = grant(agent_id);
    auto const child = delegate(mine.text("grantToken"), agent_id);
    auto const token = open_session().text("sessionToken");
    send(
        "POST", "/v1/authorize",
        R"({"agentId":")" + agent_id + R"(","principalId":"user_2","scopes":["calendar:read"]})",
        sandbox
    );

    auto const answer = as_person("GET", "/v1/principal/grants", token);
    BOOST_TEST(answer.text("principalId") == "user_1");
    auto const list = answer.json().at("grants").as_array();
    BOOST_REQUIRE_EQUAL(list.size(), 2U);
    auto const& first = list.at(0).as_object(); // newest first
    BOOST_TEST(first.at("grantId").as_string() == child.text("grantId"));
    BOOST_TEST(first.at("delegationDepth").as_int64() == 1);
    BOOST_TEST(first.at("agentName").as_string() == "Trip Planner");
    BOOST_TEST(first.at("developerName").as_string() == "Nimbus Travel");
    BOOST_TEST(
        first.at("scopeDescriptions").at(0).as_string() == "See the events in your calendar"
    );
}

BOOST_AUTO_TEST_CASE(a_person_revokes_a_grant_with_everything_below_it)
{
    auto const agent_id = agent();
    auto const mine = grant(agent_id);
    auto const child = delegate(mine.text("grantToken"), agent_id);
    auto const token = open_session().text("sessionToken");
    auto const target = "/v1/principal/grants/" + mine.text("grantId");

    BOOST_TEST(as_person("DELETE", target, token).status == 204);
    BOOST_TEST(as_person("DELETE", target, token).status == 404);
    for (auto const* const grant : {&mine, &child})
        BOOST_TEST(
            send("GET", "/v1/grants/" + grant->text("grantId"), "", sandbox).text("status") ==
            "revoked"
        );
    BOOST_TEST(
        as_person("GET", "/v1/principal/grants", token).json().at("grants").as_array().empty()
    );
}

BOOST_AUTO_TEST_CASE(another_persons_grant_answers_like_an_unknown_one)
{
    auto const agent_id = agent();
    grant(agent_id);
    auto const token = open_session().text("sessionToken");
    auto const other = send(
        "POST", "/v1/authorize",
        R"({"agentId":")" + agent_id + R"(","principalId":"user_2","scopes":["calendar:read"]})",
        sandbox
    );
    auto const theirs = send(
        "POST", "/v1/token",
        R"({"code":")" + other.text("code") + R"(","agentId":")" + agent_id + R"("})", sandbox
    );
    for (auto const& id : {theirs.text("grantId"), std::string{"grnt_x"}}) {
        auto const answer = as_person("DELETE", "/v1/principal/grants/" + id, token);
        BOOST_TEST(answer.status == 404);
        BOOST_TEST(answer.text("message") == "Grant not found");
    }
}

BOOST_AUTO_TEST_CASE(a_person_reads_what_was_done_newest_first_and_without_hashes)
{
    auto const mine = grant(agent());
    auto const token = open_session().text("sessionToken");
    for (auto const* const action : {"calendar.read", "email.send"})
        send(
            "POST", "/v1/audit/log",
            R"({"agentId":"ag_1","grantId":")" + mine.text("grantId") + R"(","action":")" + action +
                R"("})",
            sandbox
        );
    auto const entries =
        as_person("GET", "/v1/principal/audit", token).json().at("entries").as_array();
    BOOST_REQUIRE_EQUAL(entries.size(), 2U);
    BOOST_TEST(entries.at(0).at("action").as_string() == "email.send");
    BOOST_TEST(!entries.at(0).as_object().contains("hash"));
}

BOOST_AUTO_TEST_CASE(S_011_each_kind_of_token_is_refused_where_another_is_expected)
{
    auto const mine = grant(agent());
    auto const session = open_session().text("sessionToken");
    BOOST_TEST(
        send("POST", "/v1/tokens/verify", R"({"token":")" + session + R"("})", sandbox).body ==
        R"({"valid":false})"
    );
    BOOST_TEST(refused(mine.text("grantToken")));
    BOOST_TEST(refused(sandbox_key));
    BOOST_TEST(refused(""));
    BOOST_TEST(refused(session.substr(0, session.size() - 2)));
    BOOST_TEST(send("GET", "/v1/me", "", {.key = session}).status == 401);
}

BOOST_AUTO_TEST_CASE(a_session_ends_when_it_expires)
{
    grant(agent());
    auto const token = open_session(R"("expiresIn":"10m")").text("sessionToken");
    BOOST_TEST(!refused(token));
    advance(std::chrono::minutes{10});
    BOOST_TEST(refused(token));
}

BOOST_AUTO_TEST_CASE(a_consent_session_is_for_one_pending_request_and_opens_nothing_else)
{
    auto const agent_id = agent(live_key);
    auto const pending = post(
        "/v1/authorize",
        R"({"agentId":")" + agent_id + R"(","principalId":"user_1","scopes":["calendar:read"]})"
    );
    auto const id = pending.text("authRequestId");
    auto const open = [&](std::string const& principal, std::string const& key) {
        return send(
            "POST", "/v1/principal-sessions",
            R"({"principalId":")" + principal + R"(","authRequestId":")" + id + R"("})",
            {.key = key}
        );
    };
    BOOST_TEST(open("user_2", live_key).status == 404);
    BOOST_TEST(open("user_1", sandbox_key).status == 404);
    auto const session = open("user_1", live_key);
    BOOST_REQUIRE_EQUAL(session.status, 201);
    auto const token = session.text("sessionToken");
    auto const url = session.text("consentUrl");
    auto const start = "http://127.0.0.1:3001/consent?req=" + id + "&k=";
    BOOST_REQUIRE(url.starts_with(start));
    BOOST_TEST(is_secret(url.substr(start.size(), 43)));
    BOOST_TEST(url.substr(start.size() + 43) == "#session=" + token);
    BOOST_TEST(refused(token)); // not the dashboard
    BOOST_TEST(post("/v1/consent/" + id + "/deny").status == 200);
    BOOST_TEST(open("user_1", live_key).status == 404);
}

BOOST_AUTO_TEST_CASE(a_repeated_request_gets_the_same_session)
{
    grant(agent());
    auto options = sandbox;
    options.headers = {{"idempotency-key", "once"}};
    auto const body = R"({"principalId":"user_1"})";
    auto const first = send("POST", "/v1/principal-sessions", body, options);
    auto const again = send("POST", "/v1/principal-sessions", body, options);
    BOOST_TEST(first.body == again.body);
    BOOST_TEST(again.header("Idempotent-Replayed") == "true");
    BOOST_TEST(!refused(again.text("sessionToken")));
}

BOOST_AUTO_TEST_CASE(a_repeated_revocation_of_a_person_is_answered_alike_in_its_own_session)
{
    auto const path = "/v1/grants/" + grant(agent()).text("grantId");
    auto const revoke = [&](std::string const& token) {
        Options const options{.key = token, .headers = {{"idempotency-key", "once"}}};
        return send("DELETE", "/v1/principal" + path.substr(3), "", options);
    };
    auto const token = open_session().text("sessionToken");
    auto const other = open_session().text("sessionToken");
    BOOST_TEST(revoke(token).status == 204);
    auto const again = revoke(token);
    BOOST_TEST(again.status == 204);
    BOOST_TEST(again.header("Idempotent-Replayed") == "true");
    expect_error(revoke(other), 404, "NOT_FOUND");
}

BOOST_AUTO_TEST_SUITE_END()
