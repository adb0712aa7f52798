// Policies over HTTP: creating them, and what they decide at every place where they are asked.
#include "server/time_zone.hpp"
#include "tests/support/api_server.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct PolicyServer : ApiServer
{
    Options const sandbox{.key = sandbox_key};

    Answer policy(std::string const& body) { return send("POST", "/v1/policies", body, sandbox); }
    std::string deny(std::string const& scope)
    {
        auto const made = policy(
            R"({"name":"no )" + scope + R"(","effect":"deny","scopes":[")" + scope + R"("]})"
        );
        BOOST_REQUIRE_EQUAL(made.status, 201);
        return made.text("id");
    }
    Answer ask(std::string const& agent_id, std::string const& key)
    {
        return send(
            "POST", "/v1/authorize",
            R"({"agentId":")" + agent_id +
                R"(","principalId":"user_1","scopes":["calendar:read"]})",
            {.key = key}
        );
    }
    // The audit entry that names the policy stays although the request was refused.
    void expect_denied(Answer const& answer, std::string const& policy_id, std::string const& key)
    {
        BOOST_TEST(answer.status == 403);
        BOOST_TEST(answer.code() == "POLICY_DENIED");
        auto const entries =
            send("GET", "/v1/audit/entries?action=policy.denied", "", {.key = key}).json();
        auto const& last = entries.at("entries").as_array().back().as_object();
        BOOST_TEST(last.at("status").as_string() == "blocked");
        BOOST_TEST(last.at("metadata").at("policyId").as_string() == policy_id);
        BOOST_TEST(last.at("metadata").at("source").as_string() == "server");
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(policies, PolicyServer)

BOOST_AUTO_TEST_CASE(a_policy_is_answered_with_every_member)
{
    auto const made = policy(
        R"({"name":"office","effect":"auto_deny","priority":500,"scopes":["a","b","a"],
            "timeOfDayStart":"18:00","timeOfDayEnd":"08:30","daysOfWeek":[1,5],
            "timeZone":"Europe/Berlin"})"
    );
    BOOST_REQUIRE_EQUAL(made.status, 201);
    auto const id = made.text("id");
    BOOST_TEST(
        made.body ==
        R"({"id":")" + id +
            R"(","name":"office","effect":"deny","priority":500,"agentId":null,"principalId":null,)"
            R"("scopes":["a","b"],"timeOfDayStart":"18:00","timeOfDayEnd":"08:30",)"
            R"("daysOfWeek":[1,5],"timeZone":"Europe/Berlin",)"
            R"("createdAt":"2026-03-02T09:00:00.000Z","updatedAt":"2026-03-02T09:00:00.000Z"})"
    );
    BOOST_TEST(send("GET", "/v1/policies/" + id, "", sandbox).body == made.body);
    BOOST_TEST(
        send("GET", "/v1/policies", "", sandbox).body ==
        R"({"policies":[)" + made.body + R"(],"total":1})"
    );
    BOOST_TEST(send("GET", "/v1/policies/" + id, "", {.key = live_key}).status == 404);
    BOOST_TEST(send("DELETE", "/v1/policies/" + id, "", sandbox).status == 204);
    BOOST_TEST(send("DELETE", "/v1/policies/" + id, "", sandbox).status == 404);
}

BOOST_AUTO_TEST_CASE(the_nested_form_of_the_protocol_text_is_read)
{
    auto const made = policy(
        R"({"name":"n","effect":"deny","conditions":{"scopes":["payments:initiate"],
            "timeWindow":{"startHour":18,"endHour":9,"days":[1,2]}}})"
    );
    BOOST_REQUIRE_EQUAL(made.status, 201);
    BOOST_TEST(made.text("timeOfDayStart") == "18:00");
    BOOST_TEST(made.text("timeOfDayEnd") == "09:00");
    BOOST_TEST(
        policy(R"({"name":"n","effect":"deny","scopes":["a"],"conditions":{"scopes":["a"]}})")
            .status == 400
    );
}

BOOST_AUTO_TEST_CASE(a_rule_that_cannot_mean_what_it_says_is_refused)
{
    for (auto const* const rest :
         {R"("effect":"deny")", R"("name":"n")", R"("name":"n","effect":"maybe")",
          R"("name":"n","effect":"deny","scopes":[])",
          R"("name":"n","effect":"deny","scopes":[" "])",
          R"("name":"n","effect":"deny","timeOfDayStart":"08:00")",
          R"("name":"n","effect":"deny","timeOfDayStart":"08:00","timeOfDayEnd":"08:00")",
          R"("name":"n","effect":"deny","timeOfDayStart":"8:00","timeOfDayEnd":"09:00")",
          R"("name":"n","effect":"deny","timeOfDayStart":"24:00","timeOfDayEnd":"09:00")",
          R"("name":"n","effect":"deny","daysOfWeek":[])",
          R"("name":"n","effect":"deny","daysOfWeek":[0])",
          R"("name":"n","effect":"deny","daysOfWeek":[1,1])",
          R"("name":"n","effect":"deny","timeZone":"Mars/Olympus")",
          R"("name":"n","effect":"deny","timeZone":"../../etc/passwd")",
          R"("name":"n","effect":"deny","priority":2147483648)",
          R"("name":"n","effect":"deny","priority":1.5)"})
    {
        auto const answer = policy(std::string{"{"} + rest + "}");
        BOOST_TEST(answer.status == 400, rest);
        BOOST_TEST(answer.code() == "BAD_REQUEST", rest);
    }
    BOOST_TEST(send("GET", "/v1/policies", "", sandbox).body == R"({"policies":[],"total":0})");
}

BOOST_AUTO_TEST_CASE(an_update_is_checked_as_the_merged_rule)
{
    auto const id =
        policy(R"({"name":"n","effect":"deny","timeOfDayStart":"18:00","timeOfDayEnd":"08:00"})")
            .text("id");
    auto const patch_it = [&](std::string body) {
        return send("PATCH", "/v1/policies/" + id, std::move(body), sandbox);
    };
    advance(std::chrono::seconds{5});
    BOOST_TEST(patch_it("{}").text("updatedAt") == "2026-03-02T09:00:00.000Z");
    BOOST_TEST(patch_it(R"({"timeOfDayEnd":"09:00"})").text("timeOfDayEnd") == "09:00");
    BOOST_TEST(patch_it("{}").text("updatedAt") == "2026-03-02T09:00:05.000Z");
    BOOST_TEST(patch_it(R"({"timeOfDayEnd":null})").status == 400);
    BOOST_TEST(patch_it(R"({"name":null})").status == 400);
    BOOST_TEST(patch_it(R"({"effect":null})").status == 400);
    BOOST_TEST(patch_it(R"({"priority":null})").status == 400);
    auto const cleared = patch_it(R"({"timeOfDayStart":null,"timeOfDayEnd":null})");
    BOOST_TEST(cleared.status == 200);
    BOOST_TEST(cleared.json().at("timeOfDayStart").is_null());
    BOOST_TEST(send("PATCH", "/v1/policies/pol_x", "{}", sandbox).status == 404);
}

BOOST_AUTO_TEST_CASE(a_deny_refuses_authorize_also_in_the_sandbox)
{
    auto const agent_id = agent();
    auto const rule = deny("calendar:read");
    expect_denied(ask(agent_id, sandbox_key), rule, sandbox_key);
}

BOOST_AUTO_TEST_CASE(an_allow_answers_a_live_request_with_a_code_at_once)
{
    auto const agent_id = agent(live_key);
    send("POST", "/v1/policies", R"({"name":"ok","effect":"allow","scopes":["calendar:*"]})");
    auto const answer = ask(agent_id, live_key);
    BOOST_TEST(answer.text("status") == "approved");
    BOOST_TEST(answer.json().at("policyEnforced").as_bool());
    BOOST_TEST(answer.text("effect") == "allow");
    BOOST_TEST(!answer.text("code").empty());
}

BOOST_AUTO_TEST_CASE(a_deny_made_later_bites_at_consent_delegation_and_refresh)
{
    auto const live_agent = agent(live_key);
    auto const pending = ask(live_agent, live_key).text("authRequestId");
    auto const live_rule =
        send("POST", "/v1/policies", R"({"name":"n","effect":"deny","scopes":["calendar:read"]})")
            .text("id");
    auto const consent = "/v1/consent/" + pending;
    expect_denied(send("POST", consent + "/approve", "", {}), live_rule, live_key);
    BOOST_TEST(send("GET", consent, "", {}).text("status") == "pending");

    auto const agent_id = agent();
    auto const root = grant(agent_id);
    auto const rule = deny("calendar:read");
    expect_denied(delegate(root.text("grantToken"), agent_id), rule, sandbox_key);
    auto const refresh = [&] {
        return send(
            "POST", "/v1/token/refresh",
            R"({"refreshToken":")" + root.text("refreshToken") + R"(","agentId":")" + agent_id +
                R"("})",
            sandbox
        );
    };
    expect_denied(refresh(), rule, sandbox_key);
    BOOST_TEST(send("DELETE", "/v1/policies/" + rule, "", sandbox).status == 204);
    BOOST_TEST(refresh().status == 201); // the token stayed usable
}

BOOST_AUTO_TEST_CASE(windows_are_read_on_the_clock_of_their_zone)
{
    using server::wall_clock;
    auto const at = [](std::int64_t seconds) {
        return storage::Timestamp{std::chrono::seconds{seconds}};
    };
    BOOST_TEST(wall_clock("Europe/Berlin", at(1'772'470'800)).minute == 18 * 60); // 2 Mar 17:00Z
    BOOST_TEST(wall_clock("Europe/Berlin", at(1'783'353'600)).minute == 18 * 60); // 6 Jul 16:00Z
    BOOST_TEST(wall_clock("UTC", at(1'772'470'800)).minute == 17 * 60);
    BOOST_TEST(wall_clock("UTC", at(1'772'470'800)).weekday == 1);
    BOOST_TEST(!server::is_time_zone("/etc/localtime"));
    BOOST_TEST(!server::is_time_zone("file:/etc/localtime"));
}

BOOST_AUTO_TEST_CASE(priority_selects_which_rule_is_reported)
{
    auto const agent_id = agent();
    deny("calendar:read");
    auto const strong = policy(R"({"name":"first","effect":"deny","priority":10})").text("id");
    policy(R"({"name":"ok","effect":"allow","priority":1000})");
    expect_denied(ask(agent_id, sandbox_key), strong, sandbox_key);
}

BOOST_AUTO_TEST_SUITE_END()
