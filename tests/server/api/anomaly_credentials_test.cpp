// Rules over single events: scopes that are too much, credentials that come back, agents that are
// none. What a refused request noticed outlives its refusal.
#include "crypto/jwt.hpp"
#include "tests/server/api/anomaly_server.hpp"

#include <boost/json/serialize.hpp>

using namespace support;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct StrictServer : AnomalyServer
{
    StrictServer() : AnomalyServer(server::Flags{{"strict-agent-scopes", "true"}}) {}
};

struct LocatedServer : AnomalyServer
{
    LocatedServer()
        : AnomalyServer(server::Flags{
              {"trust-proxy", "127.0.0.1"},
              {"country-header", "CF-IPCountry"},
              {"token-max-ttl", "24h"}})
    {}

    void verify_from(std::string const& country, int times, std::string peer = "127.0.0.1")
    {
        auto const token = grant(id).text("grantToken");
        for (int i = 0; i < times; ++i)
            BOOST_REQUIRE_EQUAL(
                send(
                    "POST", "/v1/tokens/verify", token_body(token),
                    {.key = sandbox_key, .headers = {{"cf-ipcountry", country}}, .peer = peer}
                )
                    .status,
                200
            );
    }
};

struct CredentialServer : AnomalyServer
{
    Answer authorize(std::string const& scopes)
    {
        return ask(
            "POST", "/v1/authorize",
            R"({"agentId":")" + id + R"(","principalId":"user_1","scopes":)" + scopes + "}"
        );
    }
    Answer refresh(Answer const& granted)
    {
        return ask("POST", "/v1/token/refresh", refresh_body(granted, id));
    }
    Answer verify(std::string const& token)
    {
        return ask("POST", "/v1/tokens/verify", token_body(token));
    }
    std::string sign(boost::json::object const& claims)
    {
        auto const text = boost::json::serialize(claims);
        auto const& key = *app.keys.signing(app.clock.now());
        auto const input = crypto::signing_input("JWT", key.kid(), {text.data(), text.size()});
        return input + "." + key.sign(input).value();
    }
    void delete_agent(std::string const& agent_id)
    {
        BOOST_REQUIRE_EQUAL(ask("DELETE", "/v1/agents/" + agent_id).status, 204);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(anomalies_of_credentials, CredentialServer)

BOOST_AUTO_TEST_CASE(asking_for_an_undeclared_scope_is_an_escalation)
{
    BOOST_TEST(authorize(R"(["calendar:read"])").status == 201);
    BOOST_TEST(!fires("AD-002"));
    BOOST_TEST(authorize(R"(["calendar:read","payments:refund"])").status == 201);
    auto const attempt = found("AD-002");
    BOOST_REQUIRE(attempt);
    BOOST_TEST(attempt->at("type").as_string() == "scope_escalation");
    BOOST_TEST(attempt->at("severity").as_string() == "critical");
    BOOST_TEST(attempt->at("agentId").as_string() == id);
    BOOST_TEST(
        attempt->at("description").as_string() ==
        id + " asked for payments:refund, which it is not registered for."
    );
    expect_a_quiet_day("AD-002", [&] { authorize(R"(["email:send"])"); });
}

BOOST_AUTO_TEST_CASE(an_agent_that_declared_nothing_has_nothing_to_exceed)
{
    id = agent({}, "[]");
    BOOST_TEST(authorize(R"(["payments:refund"])").status == 201);
    BOOST_TEST(!fires("AD-002"));
}

BOOST_FIXTURE_TEST_CASE(a_request_that_is_refused_for_it_is_told_all_the_same, StrictServer)
{
    auto const body =
        R"({"agentId":")" + id + R"(","principalId":"user_1","scopes":["payments:refund"]})";
    BOOST_TEST(ask("POST", "/v1/authorize", body).status == 400);
    BOOST_TEST(rows_of(*this, "anomaly_signals") == 0); // it was rolled back
    BOOST_TEST(fires("AD-002"));
}

BOOST_AUTO_TEST_CASE(delegating_more_than_the_parent_holds_is_an_escalation)
{
    auto const sub = agent({}, R"(["calendar:read","email:send"])");
    auto const parent = grant(id);
    BOOST_TEST(delegate(parent.text("grantToken"), sub).status == 201);
    BOOST_TEST(!fires("AD-002"));
    BOOST_TEST(delegate(parent.text("grantToken"), sub, R"(["email:send"])").status == 400);
    auto const attempt = found("AD-002");
    BOOST_REQUIRE(attempt);
    BOOST_TEST(attempt->at("agentId").as_string() == id);
    BOOST_TEST(attempt->at("metadata").at("grantId").as_string() == parent.text("grantId"));
}

BOOST_AUTO_TEST_CASE(a_code_is_replayed_after_its_retry_window)
{
    auto const used = code(id);
    auto const granted = ask("POST", "/v1/token", code_body(used, id));
    advance(seconds{120});
    BOOST_TEST(ask("POST", "/v1/token", code_body(used, id)).status == 400);
    BOOST_TEST(!fires("AD-009"));
    advance(milliseconds{1});
    BOOST_TEST(ask("POST", "/v1/token", code_body(used, id)).status == 400);
    auto const replay = found("AD-009");
    BOOST_REQUIRE(replay);
    BOOST_TEST(replay->at("type").as_string() == "replay_attempt");
    BOOST_TEST(replay->at("agentId").as_string() == id);
    BOOST_TEST(replay->at("principalId").as_string() == "user_1");
    BOOST_TEST(replay->at("metadata").at("grantId").as_string() == granted.text("grantId"));
    expect_a_quiet_day("AD-009", [&] { ask("POST", "/v1/token", code_body(used, id)); });
}

BOOST_AUTO_TEST_CASE(a_refresh_token_is_replayed_after_its_successor_was_used)
{
    auto const first = grant(id);
    auto const second = refresh(first);
    refresh(first);
    BOOST_TEST(!fires("AD-009")); // a lost answer is asked for again
    refresh(second);
    refresh(first);
    BOOST_TEST(fires("AD-009"));
}

BOOST_AUTO_TEST_CASE(an_answer_that_is_replayed_by_its_key_is_no_replay)
{
    auto const used = code(id);
    for (int i = 0; i < 2; ++i) {
        auto const answer = send(
            "POST", "/v1/token", code_body(used, id),
            {.key = sandbox_key, .headers = {{"idempotency-key", "k"}}}
        );
        BOOST_TEST(answer.status == 201);
        advance(seconds{121});
    }
    BOOST_TEST(!fires("AD-009"));
}

BOOST_AUTO_TEST_CASE(a_token_of_a_deleted_agent_names_an_unknown_agent)
{
    auto const doomed = agent();
    auto const token = grant(doomed).text("grantToken");
    BOOST_TEST(verify(token).json().at("valid").as_bool());
    BOOST_TEST(!fires("AD-008"));
    delete_agent(doomed);
    BOOST_TEST(!verify(token).json().at("valid").as_bool());
    auto const unknown = found("AD-008");
    BOOST_REQUIRE(unknown);
    BOOST_TEST(unknown->at("severity").as_string() == "critical");
    BOOST_TEST(unknown->at("agentId").as_string() == doomed);
    auto const path =
        "/v1/anomalies/" + std::string{unknown->at("id").as_string()} + "/acknowledge";
    ask("PATCH", path);
    verify(token);
    BOOST_TEST(!fires("AD-008"));
}

BOOST_AUTO_TEST_CASE(a_revoked_token_and_a_suspended_agent_are_known_ones)
{
    auto const granted = grant(id);
    revoke(granted.text("grantId"));
    verify(granted.text("grantToken"));
    auto const other = grant(id);
    ask("PATCH", "/v1/agents/" + id, R"({"status":"suspended"})");
    verify(other.text("grantToken"));
    BOOST_TEST(!fires("AD-008"));
}

BOOST_AUTO_TEST_CASE(a_signed_token_of_an_agent_that_never_was_is_told)
{
    auto claims = token_claims(grant(id).text("grantToken"));
    claims["agt"] = "did:grantex:ag_01KJPWD6M0W17VDP01P914P7ZE";
    claims["jti"] = "tok_01KJPWD6M0W17VDP01P914P7ZE";
    verify(sign(claims));
    auto const unknown = found("AD-008");
    BOOST_REQUIRE(unknown);
    BOOST_TEST(unknown->at("agentId").as_string() == "ag_01KJPWD6M0W17VDP01P914P7ZE");
    // Whoever cannot sign says nothing with it, and another developer's agents are not ours to
    // miss.
    BOOST_TEST(ask("GET", "/v1/anomalies").json().at("total").as_int64() == 2);
    auto forged = sign(claims);
    forged.back() = forged.back() == 'A' ? 'B' : 'A';
    verify(forged);
    send("POST", "/v1/tokens/verify", token_body(sign(claims)), {.key = live_key});
    BOOST_TEST(occurrences("AD-008") == 1);
    detect();
    BOOST_TEST(occurrences("AD-008") == 1);
}

BOOST_AUTO_TEST_CASE(what_one_developer_may_leave_waiting_is_bounded)
{
    auto const parent = grant(id);
    auto const sub = agent();
    for (std::size_t i = 0; i < server::Signals::waiting_of_one_max + 5; ++i)
        delegate(parent.text("grantToken"), sub, R"(["email:send"])");
    BOOST_TEST(app.signals.take_forgotten() == 5U);
    detect();
    BOOST_TEST(
        occurrences("AD-002") == static_cast<std::int64_t>(server::Signals::waiting_of_one_max)
    );
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(anomalies_of_places, LocatedServer)

BOOST_AUTO_TEST_CASE(a_country_that_is_new_for_an_agent_is_found_once_it_is_known_what_is_usual)
{
    verify_from("PT", 19);
    BOOST_TEST(!fires("AD-003"));
    advance(hours{24 * 7});
    verify_from("BR", 1); // 19 verifications teach too little
    BOOST_TEST(!fires("AD-003"));
    verify_from("JP", 1); // 20, and 7 days
    auto const alert = found("AD-003");
    BOOST_REQUIRE(alert);
    BOOST_TEST(alert->at("type").as_string() == "unusual_geography");
    BOOST_TEST(alert->at("description").as_string().find("from JP") != std::string::npos);
    verify_from("PT", 5);
    verify_from("JP", 5);
    BOOST_TEST(occurrences("AD-003") == 1);
}

BOOST_AUTO_TEST_CASE(a_country_not_seen_for_30_days_is_new_again)
{
    verify_from("PT", 25);
    verify_from("BR", 1);
    BOOST_TEST(!fires("AD-003"));
    advance(hours{24 * 31});
    verify_from("BR", 1);
    BOOST_TEST(fires("AD-003"));
}

BOOST_AUTO_TEST_CASE(only_a_trusted_proxy_says_where_somebody_is)
{
    verify_from("PT", 25);
    BOOST_TEST(!fires("AD-003"));
    advance(hours{24 * 8});
    verify_from("JP", 5, "203.0.113.9");
    BOOST_TEST(!fires("AD-003"));
    for (auto const* const none : {"XX", "T1", "", "JPN", "<>"})
        verify_from(none, 1);
    BOOST_TEST(!fires("AD-003"));
    verify_from("jp", 1);
    BOOST_TEST(fires("AD-003"));
}

BOOST_AUTO_TEST_SUITE_END()
