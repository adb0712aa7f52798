// Alerts over HTTP: their life from open to resolved, lists and counts, and what a run announces
// and revokes.
#include "tests/server/api/anomaly_server.hpp"

#include <algorithm>

using namespace support;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct AlertServer : AnomalyServer
{
    // An open rate spike; its id.
    std::string spike()
    {
        audit(51);
        auto const alert = found("AD-011");
        BOOST_REQUIRE(alert);
        return std::string{alert->at("id").as_string()};
    }
    Answer alert(std::string const& alert_id)
    {
        return ask("GET", "/v1/anomaly/alerts/" + alert_id);
    }
    Answer acknowledge(std::string const& alert_id, std::string const& body = {})
    {
        return ask("POST", "/v1/anomaly/alerts/" + alert_id + "/acknowledge", body);
    }
    Answer resolve(std::string const& alert_id, std::string const& body = {})
    {
        return ask("POST", "/v1/anomaly/alerts/" + alert_id + "/resolve", body);
    }
    std::size_t events(std::string_view type)
    {
        auto const all = events_of(*this, sandbox_key);
        return static_cast<std::size_t>(std::ranges::count(all, type, &storage::Event::type));
    }
    std::string rules_of(std::string const& query)
    {
        std::string rules;
        auto const list = ask("GET", "/v1/anomaly/alerts" + query).json();
        for (auto const& each : list.at("data").as_array())
            rules += (rules.empty() ? "" : " ") + std::string{each.at("ruleId").as_string()};
        return rules;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(anomalies, AlertServer)

BOOST_AUTO_TEST_CASE(a_run_that_finds_nothing_says_so)
{
    for (auto const* const body : {"", "{}", R"({"autoRevoke":null})", R"({"autoRevoke":false})"})
        BOOST_TEST(
            detect(body).body ==
            R"({"detectedAt":"2026-03-02T09:00:00.000Z","total":0,"autoRevokedGrants":0,)"
            R"("anomalies":[]})"
        );
    expect_error(detect(R"({"autoRevoke":"yes"})"), 400, "BAD_REQUEST");
    expect_error(send("POST", "/v1/anomalies/detect", "", {}), 401, "UNAUTHORIZED");
}

BOOST_AUTO_TEST_CASE(an_anomaly_is_listed_in_both_shapes)
{
    auto const alert_id = spike();
    auto const text = R"({"count":51,"windowHours":1,"threshold":50})";
    auto const words = "51 actions by " + id + " within one hour; the limit is 50.";
    BOOST_TEST(
        ask("GET", "/v1/anomalies").body ==
        R"({"anomalies":[{"id":")" + alert_id +
            R"(","type":"rate_spike","severity":"high","agentId":")" + id +
            R"(","principalId":null,"description":")" + words + R"(","metadata":)" + text +
            R"(,"detectedAt":"2026-03-02T09:00:00.000Z","acknowledgedAt":null,)"
            R"("ruleId":"AD-011","status":"open"}],"total":1})"
    );
    auto const shown =
        R"({"alertId":")" + alert_id +
        R"(","ruleId":"AD-011","ruleName":"Rate spike","severity":"high","status":"open",)"
        R"("agentId":")" +
        id + R"(","detectedAt":"2026-03-02T09:00:00.000Z","description":")" + words +
        R"(","context":)" + text +
        R"(,"acknowledgedAt":null,"resolvedAt":null,"type":"rate_spike","principalId":null,)"
        R"("resolutionNote":null,"occurrences":1,"lastSeenAt":"2026-03-02T09:00:00.000Z"})";
    BOOST_TEST(alert(alert_id).body == shown);
    BOOST_TEST(ask("GET", "/v1/anomaly/alerts").body == R"({"data":[)" + shown + "]}");
}

BOOST_AUTO_TEST_CASE(a_repeat_counts_up_the_open_alert_and_says_nothing_new)
{
    auto const alert_id = spike();
    advance(minutes{10});
    audit(2);
    BOOST_TEST(found("AD-011")->at("id").as_string() == alert_id);
    auto const again = alert(alert_id);
    BOOST_TEST(again.json().at("occurrences").as_int64() == 2);
    BOOST_TEST(again.json().at("context").at("count").as_int64() == 53);
    BOOST_TEST(again.text("lastSeenAt") == "2026-03-02T09:10:00.000Z");
    BOOST_TEST(again.text("detectedAt") == "2026-03-02T09:00:00.000Z");
    BOOST_TEST(again.text("description").starts_with("53 actions"));
    BOOST_TEST(events("anomaly.detected") == 1U);
}

BOOST_AUTO_TEST_CASE(a_new_alert_is_announced_with_every_member)
{
    auto const alert_id = spike();
    auto const event = event_data(events_of(*this, sandbox_key).back());
    expect_members(
        event, "alertId anomalyId type ruleId ruleName severity status agentId principalId "
               "description context detectedAt"
    );
    BOOST_TEST(event.at("alertId").as_string() == alert_id);
    BOOST_TEST(event.at("anomalyId").as_string() == alert_id);
    BOOST_TEST(event.at("ruleName").as_string() == "Rate spike");
    BOOST_TEST(event.at("status").as_string() == "open");
    BOOST_TEST(event.at("principalId").is_null());
    BOOST_TEST(event.at("context").at("count").as_int64() == 51);
}

BOOST_AUTO_TEST_CASE(acknowledging_is_done_once_by_either_verb)
{
    auto const alert_id = spike();
    auto const path = "/v1/anomalies/" + alert_id + "/acknowledge";
    advance(seconds{5});
    auto const first = ask("PATCH", path);
    BOOST_TEST(first.status == 200);
    BOOST_TEST(first.text("status") == "acknowledged");
    BOOST_TEST(first.text("acknowledgedAt") == "2026-03-02T09:00:05.000Z");
    advance(seconds{5});
    BOOST_TEST(ask("POST", path, "{}").body == first.body);
    BOOST_TEST(acknowledge(alert_id).text("acknowledgedAt") == "2026-03-02T09:00:05.000Z");
    BOOST_TEST(ask("GET", "/v1/anomalies?unacknowledged=true").json().at("total") == 0);
    BOOST_TEST(ask("GET", "/v1/anomalies?unacknowledged=false").json().at("total") == 1);
}

BOOST_AUTO_TEST_CASE(a_note_replaces_the_one_before_and_no_note_leaves_it)
{
    auto const alert_id = spike();
    ask("PATCH", "/v1/anomalies/" + alert_id + "/acknowledge", R"({"notes":"planned"})");
    BOOST_TEST(alert(alert_id).text("resolutionNote") == "planned");
    acknowledge(alert_id);
    BOOST_TEST(alert(alert_id).text("resolutionNote") == "planned");
    acknowledge(alert_id, R"({"note":"load test","notes":"other"})");
    BOOST_TEST(alert(alert_id).text("resolutionNote") == "load test");
    BOOST_TEST(resolve(alert_id, R"({"note":"done"})").text("resolutionNote") == "done");
    acknowledge(alert_id, R"({"note":"late"})"); // on a resolved one nothing changes
    BOOST_TEST(alert(alert_id).text("resolutionNote") == "done");
    auto const long_note = R"({"note":")" + std::string(4001, 'x') + R"("})";
    expect_error(acknowledge(alert_id, long_note), 400, "BAD_REQUEST");
    expect_error(acknowledge(alert_id, R"({"note":1})"), 400, "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(an_open_alert_may_be_resolved_at_once_and_never_goes_back)
{
    auto const alert_id = spike();
    advance(seconds{5});
    auto const resolved = resolve(alert_id);
    BOOST_TEST(resolved.text("status") == "resolved");
    BOOST_TEST(resolved.text("resolvedAt") == "2026-03-02T09:00:05.000Z");
    BOOST_TEST(resolved.text("acknowledgedAt") == "2026-03-02T09:00:05.000Z");
    advance(seconds{5});
    BOOST_TEST(resolve(alert_id).body == resolved.body);
    BOOST_TEST(acknowledge(alert_id).body == resolved.body);
}

BOOST_AUTO_TEST_CASE(resolving_begins_the_quiet_day_anew)
{
    auto const alert_id = spike();
    acknowledge(alert_id);
    advance(hours{20});
    resolve(alert_id);
    advance(hours{23});
    audit(51);
    BOOST_TEST(!fires("AD-011"));
    advance(minutes{59});
    audit(51);
    BOOST_TEST(!fires("AD-011"));
    advance(minutes{1});
    BOOST_TEST(fires("AD-011"));
}

BOOST_AUTO_TEST_CASE(unknown_and_foreign_alerts_are_not_found)
{
    auto const alert_id = spike();
    for (auto const& each : {alert_id, std::string{"nonexistent-id"}})
        for (auto const& [method, path] :
             {std::pair{"PATCH", "/v1/anomalies/" + each + "/acknowledge"},
              std::pair{"POST", "/v1/anomalies/" + each + "/acknowledge"},
              std::pair{"GET", "/v1/anomaly/alerts/" + each},
              std::pair{"POST", "/v1/anomaly/alerts/" + each + "/acknowledge"},
              std::pair{"POST", "/v1/anomaly/alerts/" + each + "/resolve"}})
            expect_error(send(method, path), 404, "NOT_FOUND");
    BOOST_TEST(alert(alert_id).text("status") == "open");
    BOOST_TEST(send("GET", "/v1/anomalies").body == R"({"anomalies":[],"total":0})");
}

BOOST_AUTO_TEST_CASE(lists_are_filtered_and_bounded)
{
    audit(51, "failure");
    grant(id);
    detect();
    BOOST_TEST(rules_of("") == "AD-012 AD-011 AD-013");
    BOOST_TEST(rules_of("?severity=high") == "AD-011");
    BOOST_TEST(rules_of("?severity=low&status=open") == "AD-013");
    BOOST_TEST(rules_of("?status=resolved").empty());
    BOOST_TEST(rules_of("?agentId=" + id) == "AD-012 AD-011 AD-013");
    BOOST_TEST(rules_of("?agentId=ag_x").empty());
    BOOST_TEST(rules_of("?limit=1") == "AD-012");
    BOOST_TEST(rules_of("?limit=0") == "AD-012");
    BOOST_TEST(rules_of("?limit=many") == "AD-012 AD-011 AD-013");
    expect_error(ask("GET", "/v1/anomaly/alerts?status=closed"), 400, "BAD_REQUEST");
    expect_error(ask("GET", "/v1/anomaly/alerts?severity="), 400, "BAD_REQUEST");
    auto const one = ask("GET", "/v1/anomalies?limit=1").json();
    BOOST_TEST(one.at("anomalies").as_array().size() == 1U);
    BOOST_TEST(one.at("total") == 3); // how many match, not how many are shown
    BOOST_TEST(ask("GET", "/v1/anomalies?limit=100000").json().at("total") == 3);
}

BOOST_AUTO_TEST_CASE(metrics_count_a_window_in_every_way)
{
    audit(51, "failure");
    auto const alert_id = std::string{found("AD-011")->at("id").as_string()};
    acknowledge(alert_id);
    advance(hours{20});
    grant(id);
    detect();
    BOOST_TEST(
        ask("GET", "/v1/anomaly/metrics").body ==
        R"({"window":"24h","total":3,"byStatus":{"open":2,"acknowledged":1,"resolved":0},)"
        R"("bySeverity":{"critical":0,"high":1,"medium":1,"low":1},"totalAlerts":3,)"
        R"("openAlerts":2,"byRule":{"AD-011":1,"AD-012":1,"AD-013":1},)"
        R"("recentActivity":[{"date":"2026-03-02","count":2},{"date":"2026-03-03","count":1}]})"
    );
    auto const hour = ask("GET", "/v1/anomaly/metrics?window=1h&agentId=" + id).json();
    BOOST_TEST(hour.at("total") == 1);
    BOOST_TEST(hour.at("recentActivity").as_array().size() == 1U);
    BOOST_TEST(ask("GET", "/v1/anomaly/metrics?agentId=ag_x").json().at("total") == 0);
    auto const month = ask("GET", "/v1/anomaly/metrics?window=30d").json();
    BOOST_TEST(month.at("recentActivity").as_array().size() == 31U);
    BOOST_TEST(month.at("total") == 3);
    expect_error(ask("GET", "/v1/anomaly/metrics?window=2h"), 400, "BAD_REQUEST");
    auto const foreign = send("GET", "/v1/anomaly/metrics").json();
    BOOST_TEST(foreign.at("total") == 0);
    BOOST_TEST(foreign.at("byRule").as_object().empty());
}

BOOST_AUTO_TEST_CASE(an_event_stands_for_a_minute_whoever_looked_at_it)
{
    for (int i = 0; i < 6; ++i)
        revoke(grant(id).text("grantId"));
    BOOST_TEST(fires("AD-006"));
    advance(seconds{60} - milliseconds{1});
    BOOST_TEST(fires("AD-006"));
    BOOST_TEST(occurrences("AD-006") == 1);
    advance(milliseconds{1});
    BOOST_TEST(!fires("AD-006"));
}

BOOST_AUTO_TEST_CASE(nothing_is_revoked_unless_it_is_asked_for)
{
    auto const granted = grant(id);
    audit(51);
    auto const result = detect("{}").json();
    BOOST_TEST(result.at("autoRevokedGrants") == 0);
    auto const path = "/v1/grants/" + granted.text("grantId");
    BOOST_TEST(ask("GET", path).text("status") == "active");
    // The anomaly is not new any more.
    BOOST_TEST(detect(R"({"autoRevoke":true})").json().at("autoRevokedGrants") == 0);
    BOOST_TEST(ask("GET", path).text("status") == "active");
}

BOOST_AUTO_TEST_CASE(automatic_revocation_takes_the_agents_grants_with_all_below)
{
    auto const sub = agent();
    auto const root = grant(id);
    auto const child = delegate(root.text("grantToken"), sub);
    auto const unconcerned = grant(sub);
    detect(); // who met whom is known
    audit(51);
    BOOST_TEST(detect(R"({"autoRevoke":true})").json().at("autoRevokedGrants") == 2);
    auto const status = [&](Answer const& granted) {
        return ask("GET", "/v1/grants/" + granted.text("grantId")).text("status");
    };
    BOOST_TEST(status(root) == "revoked");
    BOOST_TEST(status(child) == "revoked");
    BOOST_TEST(status(unconcerned) == "active");
    auto const all = events_of(*this, sandbox_key);
    auto const revoked = event_data(all[all.size() - 2]);
    BOOST_TEST(revoked.at("revokedBy").as_string() == "system");
    BOOST_TEST(revoked.at("reason").as_string() == "anomaly");
    BOOST_TEST(all.back().type == "anomaly.auto_revoked");
    auto const last = event_data(all.back());
    expect_members(last, "revokedGrants anomalyCount");
    BOOST_TEST(last.at("revokedGrants").as_array().size() == 2U);
    BOOST_TEST(last.at("anomalyCount") == 1);
    BOOST_TEST(events("anomaly.auto_revoked") == 1U);
}

BOOST_AUTO_TEST_CASE(automatic_revocation_leaves_minor_anomalies_and_other_developers_alone)
{
    auto const granted = grant(id);
    BOOST_TEST(detect(R"({"autoRevoke":true})").json().at("autoRevokedGrants") == 0); // low
    // Another developer's audit log may name this agent; it is not theirs to lose.
    auto const body =
        R"({"agentId":")" + id + R"(","grantId":"g","principalId":"user_1","action":"a"})";
    for (int i = 0; i < 51; ++i)
        send("POST", "/v1/audit/log", body);
    auto const result = send("POST", "/v1/anomalies/detect", R"({"autoRevoke":true})").json();
    BOOST_TEST(result.at("total") == 1);
    BOOST_TEST(result.at("autoRevokedGrants") == 0);
    BOOST_TEST(ask("GET", "/v1/grants/" + granted.text("grantId")).text("status") == "active");
}

BOOST_AUTO_TEST_CASE(revocations_by_detection_are_no_storm)
{
    for (int i = 0; i < 7; ++i)
        grant(id);
    detect();
    audit(51);
    BOOST_TEST(detect(R"({"autoRevoke":true})").json().at("autoRevokedGrants") == 7);
    BOOST_TEST(!fires("AD-006"));
}

BOOST_AUTO_TEST_SUITE_END()
