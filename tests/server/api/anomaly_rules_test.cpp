// Detection rules over HTTP: switching built-in ones off, and a developer's own from creation to
// the alert.
#include "tests/server/api/anomaly_server.hpp"

using namespace support;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct RuleServer : AnomalyServer
{
    Answer create(std::string const& rest, std::string const& rule_id = "refund_burst")
    {
        return ask(
            "POST", "/v1/anomaly/rules",
            R"({"ruleId":")" + rule_id + R"(","name":"Refund burst",)" + rest + "}"
        );
    }
    std::string rule(std::string const& condition, std::string const& rule_id = "refund_burst")
    {
        auto const made = create(R"("condition":)" + condition, rule_id);
        BOOST_REQUIRE_EQUAL(made.status, 201);
        return made.text("id");
    }
    Answer toggle(std::string const& name, bool enabled)
    {
        return ask(
            "PATCH", "/v1/anomaly/rules/" + name,
            enabled ? R"({"enabled":true})" : R"({"enabled":false})"
        );
    }
    boost::json::array rules()
    {
        return ask("GET", "/v1/anomaly/rules").json().at("rules").as_array();
    }
    // Audit entries of this grant.
    void act(Answer const& granted, int times)
    {
        auto const body = R"({"agentId":")" + id + R"(","grantId":")" + granted.text("grantId") +
                          R"(","principalId":"user_1","action":"refund"})";
        for (int i = 0; i < times; ++i)
            BOOST_REQUIRE_EQUAL(ask("POST", "/v1/audit/log", body).status, 201);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(anomaly_rules, RuleServer)

BOOST_AUTO_TEST_CASE(the_built_in_rules_come_first_in_order)
{
    auto const all = rules();
    BOOST_REQUIRE_EQUAL(all.size(), 13U);
    expect_members(
        all[3].as_object(), "id ruleId name severity description builtIn enabled aliases"
    );
    BOOST_TEST(all[3].at("id").as_string() == "AD-004");
    BOOST_TEST(all[3].at("ruleId").as_string() == "AD-004");
    BOOST_TEST(all[3].at("aliases").as_array().at(0).as_string() == "off_hours_activity");
    BOOST_TEST(all[3].at("builtIn").as_bool());
    BOOST_TEST(all[3].at("enabled").as_bool());
    BOOST_TEST(all[12].at("id").as_string() == "AD-013");
}

BOOST_AUTO_TEST_CASE(a_rule_of_ones_own_is_answered_as_it_was_sent)
{
    auto const made =
        create(R"("description":"Too many","severity":"critical","condition":{"scopes":["a","b"],)"
               R"("timeWindow":"15m","threshold":20,"colour":{"of":[1,null]}})");
    BOOST_REQUIRE_EQUAL(made.status, 201);
    auto const rule_id = made.text("id");
    BOOST_TEST(is_id(rule_id, "arule"));
    auto const condition = R"({"scopes":["a","b"],"timeWindow":"15m","threshold":20,)"
                           R"("colour":{"of":[1,null]}})";
    BOOST_TEST(
        made.body == R"({"id":")" + rule_id +
                         R"(","ruleId":"refund_burst","name":"Refund burst",)"
                         R"("description":"Too many","condition":)" +
                         condition +
                         R"(,"severity":"critical","alertChannels":[],"enabled":true,)"
                         R"("builtIn":false,"createdAt":"2026-03-02T09:00:00.000Z"})"
    );
    auto const plain = create(R"("condition":{},"description":null)", "x");
    BOOST_TEST(plain.text("severity") == "medium");
    BOOST_TEST(plain.json().at("description").is_null());
    auto const all = rules();
    BOOST_REQUIRE_EQUAL(all.size(), 15U);
    BOOST_TEST(all[13].at("ruleId").as_string() == "x"); // newest first
    BOOST_TEST(all[14].at("id").as_string() == rule_id);
    expect_members(
        all[14].as_object(), "id ruleId name severity description builtIn enabled condition "
                             "alertChannels createdAt"
    );
    BOOST_TEST(send("GET", "/v1/anomaly/rules").json().at("rules").as_array().size() == 13U);
}

BOOST_AUTO_TEST_CASE(a_rule_that_cannot_be_is_refused)
{
    for (auto const* const rest :
         {R"("condition":[])", R"("condition":null)", R"("severity":"high")",
          R"("condition":{"threshold":0})", R"("condition":{"threshold":1.5})",
          R"("condition":{"threshold":"10"})", R"("condition":{"timeWindow":"30s"})",
          R"("condition":{"timeWindow":"25h"})", R"("condition":{"timeWindow":"0m"})",
          R"("condition":{"timeWindow":60})", R"("condition":{"scopes":"a"})",
          R"("condition":{"agentIds":[1]})", R"("condition":{},"severity":"grave")",
          R"("condition":{},"alertChannels":["achan_x"])", R"("condition":{},"channels":["x"])"})
        expect_error(create(rest), 400, "BAD_REQUEST");
    for (auto const* const rule_id : {"", "-x", "_x", "a b", "a/b", "ü", "AD-0\\n"})
        expect_error(create(R"("condition":{})", rule_id), 400, "BAD_REQUEST");
    expect_error(create(R"("condition":{})", std::string(65, 'a')), 400, "BAD_REQUEST");
    BOOST_TEST(create(R"("condition":{})", std::string(64, 'a')).status == 201);
    auto const long_condition = R"("condition":{"x":")" + std::string(33'000, 'x') + R"("})";
    expect_error(create(long_condition), 400, "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(a_rule_id_is_taken_once_and_never_a_built_in_one)
{
    rule("{}");
    for (auto const* const rule_id : {"refund_burst", "AD-004", "off_hours_activity"})
        expect_error(create(R"("condition":{})", rule_id), 409, "CONFLICT");
    auto const body = R"({"ruleId":"refund_burst","name":"n","condition":{}})";
    BOOST_TEST(send("POST", "/v1/anomaly/rules", body).status == 201); // another developer's
}

BOOST_AUTO_TEST_CASE(there_may_be_a_hundred_rules_of_ones_own)
{
    for (int i = 0; i < 100; ++i)
        rule("{}", "r" + std::to_string(i));
    expect_error(create(R"("condition":{})"), 400, "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(a_built_in_rule_is_switched_off_by_id_or_alias_for_its_developer_alone)
{
    audit(51);
    BOOST_TEST(toggle("AD-011", false).json().at("enabled").as_bool() == false);
    BOOST_TEST(!rules()[10].at("enabled").as_bool());
    BOOST_TEST(!fires("AD-011"));
    BOOST_TEST(toggle("rate_spike", false).status == 200); // again
    auto const on = toggle("rate_spike", true);
    BOOST_TEST(on.text("id") == "AD-011");
    BOOST_TEST(on.json().at("enabled").as_bool());
    BOOST_TEST(fires("AD-011"));

    toggle("AD-013", false);
    send("GET", "/v1/anomaly/rules");
    auto const others = send("GET", "/v1/anomaly/rules").json().at("rules").as_array();
    BOOST_TEST(others[12].at("enabled").as_bool());
}

BOOST_AUTO_TEST_CASE(enabled_is_checked_before_the_rule_is_looked_up)
{
    for (auto const* const body :
         {"", "{}", R"({"enabled":null})", R"({"enabled":"true"})", R"({"enabled":1})"})
        expect_error(ask("PATCH", "/v1/anomaly/rules/nothing", body), 400, "BAD_REQUEST");
    expect_error(toggle("nothing", true), 404, "NOT_FOUND");
    auto const foreign = rule("{}");
    for (auto const& name : {foreign, std::string{"refund_burst"}})
        expect_error(
            send("PATCH", "/v1/anomaly/rules/" + name, R"({"enabled":false})"), 404, "NOT_FOUND"
        );
}

BOOST_AUTO_TEST_CASE(a_rule_is_deleted_by_either_name_and_its_alerts_stay)
{
    auto const rule_id = rule(R"({"threshold":1})");
    audit(1);
    BOOST_TEST(fires("refund_burst"));
    BOOST_TEST(send("DELETE", "/v1/anomaly/rules/" + rule_id).status == 404);
    BOOST_TEST(ask("DELETE", "/v1/anomaly/rules/" + rule_id).status == 204);
    BOOST_TEST(ask("DELETE", "/v1/anomaly/rules/" + rule_id).status == 404);
    BOOST_TEST(!fires("refund_burst"));
    BOOST_TEST(occurrences("refund_burst") == 1);
    rule("{}");
    BOOST_TEST(ask("DELETE", "/v1/anomaly/rules/refund_burst").status == 204);
    for (auto const* const built_in : {"AD-004", "off_hours_activity"})
        expect_error(ask("DELETE", std::string{"/v1/anomaly/rules/"} + built_in), 404, "NOT_FOUND");
}

BOOST_AUTO_TEST_CASE(a_custom_rule_fires_at_its_threshold_within_its_window)
{
    rule(R"({"timeWindow":"10m","threshold":3})");
    audit(2);
    BOOST_TEST(!fires("refund_burst"));
    advance(minutes{10} - milliseconds{1});
    audit(1);
    auto const alert = found("refund_burst");
    BOOST_REQUIRE(alert);
    BOOST_TEST(alert->at("type").as_string() == "custom_rule");
    BOOST_TEST(alert->at("severity").as_string() == "medium");
    BOOST_TEST(alert->at("agentId").as_string() == id);
    BOOST_TEST(alert->at("metadata").at("observed").as_int64() == 3);
    BOOST_TEST(alert->at("metadata").at("windowSeconds").as_int64() == 600);
    advance(milliseconds{1});
    BOOST_TEST(!fires("refund_burst")); // two have left
    audit(2);
    expect_a_quiet_day("refund_burst", [&] { audit(3); });
}

BOOST_AUTO_TEST_CASE(defaults_are_ten_records_in_an_hour_and_earlier_ones_count)
{
    audit(9);
    rule("{}");
    BOOST_TEST(!fires("refund_burst"));
    advance(hours{1} - milliseconds{1});
    audit(1);
    BOOST_TEST(fires("refund_burst"));
    advance(milliseconds{1});
    BOOST_TEST(!fires("refund_burst"));
}

BOOST_AUTO_TEST_CASE(issued_tokens_are_records_too)
{
    grant(id); // before there was a rule
    rule(R"({"timeWindow":"10m","threshold":4})");
    auto const granted = grant(id);
    ask("POST", "/v1/token/refresh", refresh_body(granted, id));
    BOOST_TEST(!fires("refund_burst"));
    audit(1);
    BOOST_TEST(fires("refund_burst"));
    advance(minutes{10});
    BOOST_TEST(!fires("refund_burst"));
    advance(hours{24});
    detect();
    BOOST_TEST(rows_of(*this, "anomaly_tokens") == 0); // no window reaches them
}

BOOST_AUTO_TEST_CASE(a_condition_counts_only_the_scopes_and_agents_it_lists)
{
    rule(R"({"threshold":3,"scopes":["calendar:read"]})", "by_scope");
    rule(R"({"threshold":3,"scopes":["payments:refund"]})", "by_other_scope");
    rule(R"({"threshold":3,"agentIds":["ag_x"]})", "by_other_agent");
    rule(R"({"threshold":3,"agentIds":["ag_x",")" + id + R"("]})", "by_agent");
    audit(2); // of a grant that is not there
    act(grant(id), 1);
    BOOST_TEST(!fires("by_scope")); // a token and an entry
    BOOST_TEST(fires("by_agent"));
    act(grant(id), 1);
    BOOST_TEST(fires("by_scope"));
    BOOST_TEST(!fires("by_other_scope"));
    BOOST_TEST(!fires("by_other_agent"));
}

BOOST_AUTO_TEST_CASE(a_rule_that_is_off_finds_nothing_and_starts_anew)
{
    auto const rule_id = rule(R"({"threshold":2})");
    audit(2);
    BOOST_TEST(fires("refund_burst"));
    BOOST_TEST(!toggle("refund_burst", false).json().at("enabled").as_bool());
    audit(1);
    BOOST_TEST(!fires("refund_burst"));
    BOOST_TEST(rows_of(*this, "anomaly_tokens") == 0);
    BOOST_TEST(toggle(rule_id, true).json().at("enabled").as_bool());
    BOOST_TEST(found("refund_burst")->at("metadata").at("observed").as_int64() == 3);
}

BOOST_AUTO_TEST_SUITE_END()
