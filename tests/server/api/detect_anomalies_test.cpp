// The worker: by itself, for everybody, one developer at a time, in slices.
#include "server/jobs/detect_anomalies.hpp"
#include "tests/server/api/anomaly_server.hpp"

#include <boost/asio/co_spawn.hpp>

#include <algorithm>

using namespace support;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

namespace {

struct WorkerServer : AnomalyServer
{
    explicit WorkerServer(server::Flags settings = {})
        : AnomalyServer(std::move(settings)),
          worker(
              {loop, app, dispatch.batches(),
               http::Log{[this](std::string_view line) { log_text.append(line).append("\n"); }},
               [this](std::string_view why) { fatal = why; }}
          )
    {}

    void wait_for(boost::asio::awaitable<void> work)
    {
        bool done = false;
        boost::asio::co_spawn(loop, std::move(work), [&](std::exception_ptr const& failure) {
            BOOST_TEST(!failure);
            done = true;
        });
        while (!done)
            BOOST_REQUIRE(loop.run_one_for(std::chrono::seconds{30}) == 1);
    }
    void look() { wait_for(worker.look()); }
    void pass() { wait_for(worker.pass()); }

    std::string alerts(std::string const& key)
    {
        std::string rules;
        auto const list = send("GET", "/v1/anomaly/alerts", "", {.key = key}).json();
        for (auto const& each : list.at("data").as_array())
            rules += (rules.empty() ? "" : " ") + std::string{each.at("ruleId").as_string()};
        return rules;
    }
    void audit_as(std::string const& key, int times)
    {
        auto const* const body =
            R"({"agentId":"ag_x","grantId":"g","principalId":"user_1","action":"a"})";
        for (int i = 0; i < times; ++i)
            send("POST", "/v1/audit/log", body, {.key = key});
    }
    std::size_t lines(std::string_view text)
    {
        std::size_t count = 0;
        for (auto at = log_text.find(text); at != std::string::npos;
             at = log_text.find(text, at + 1))
            ++count;
        return count;
    }

    jobs::DetectAnomalies worker;
};

struct RevokingServer : WorkerServer
{
    RevokingServer() : WorkerServer(server::Flags{{"anomaly-auto-revoke", "true"}}) {}
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(detect_anomalies, WorkerServer)

BOOST_AUTO_TEST_CASE(a_pass_asks_every_rule_of_every_developer)
{
    audit_as(sandbox_key, 51);
    audit_as(live_key, 51);
    auto const idle = developer("live");
    pass();
    BOOST_TEST(alerts(sandbox_key) == "AD-011");
    BOOST_TEST(alerts(live_key) == "AD-011");
    BOOST_TEST(alerts(idle).empty());
    BOOST_TEST(lines("event=anomaly.detected") == 2U);
    pass();
    BOOST_TEST(occurrences("AD-011") == 2); // it still holds
    BOOST_TEST(lines("event=anomaly.detected") == 2U);
}

BOOST_AUTO_TEST_CASE(a_failure_for_one_developer_is_logged_and_the_pass_goes_on)
{
    audit_as(live_key, 51); // the developer who comes first
    audit_as(sandbox_key, 51);
    app.writer.execute(
        "CREATE TEMP TRIGGER no_alert BEFORE INSERT ON main.anomalies WHEN NEW.developer_id = '" +
        developer_id(*this, live_key) + "' BEGIN SELECT RAISE(ABORT, 'poison'); END"
    );
    pass();
    BOOST_TEST(alerts(live_key).empty());
    BOOST_TEST(alerts(sandbox_key) == "AD-011");
    BOOST_TEST(lines("event=anomaly.pass_failed developer=" + developer_id(*this, live_key)) == 1U);
    BOOST_TEST(lines("poison") == 1U);
    app.writer.execute("DROP TRIGGER no_alert");
    pass();
    BOOST_TEST(alerts(live_key) == "AD-011"); // nothing was lost
}

BOOST_AUTO_TEST_CASE(a_rule_that_does_not_read_hinders_no_other)
{
    for (auto const* const rule_id : {"good", "poisoned"})
        ask("POST", "/v1/anomaly/rules",
            std::string{R"({"ruleId":")"} + rule_id + R"(","name":"n","condition":{"threshold":1}})"
        );
    app.writer.execute("UPDATE anomaly_rules SET condition = '{' WHERE rule_id = 'poisoned'");
    app.writer.execute("UPDATE events SET data = '{'");
    grant(id);
    audit(1);
    pass();
    BOOST_TEST(alerts(sandbox_key).find("good") != std::string::npos);
    BOOST_TEST(alerts(sandbox_key).find("poisoned") == std::string::npos);
    BOOST_TEST(lines("event=error") == 0U);
}

BOOST_AUTO_TEST_CASE(a_look_asks_only_the_rules_that_answer_within_a_minute)
{
    audit(51);
    look();
    BOOST_TEST(alerts(sandbox_key).empty());
    grants(11);
    look();
    BOOST_TEST(alerts(sandbox_key) == "AD-001 AD-013");
    for (int i = 0; i < 6; ++i)
        revoke(grant(id).text("grantId"));
    look();
    BOOST_TEST(alerts(sandbox_key) == "AD-006 AD-001 AD-013");
    BOOST_TEST(occurrences("AD-001") == 2); // there were new grants
    look();
    BOOST_TEST(occurrences("AD-001") == 2); // nobody did anything
    pass();
    BOOST_TEST(alerts(sandbox_key) == "AD-011 AD-006 AD-001 AD-013");
}

BOOST_AUTO_TEST_CASE(what_a_refused_request_noticed_is_written_by_the_next_look)
{
    auto const parent = grant(id);
    delegate(parent.text("grantToken"), agent(), R"(["email:send"])");
    look();
    BOOST_TEST(alerts(sandbox_key).find("AD-002") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_run_on_demand_goes_on_where_the_worker_stopped)
{
    audit(51);
    pass();
    BOOST_TEST(occurrences("AD-011") == 1);
    audit(1);
    BOOST_TEST(found("AD-011")->at("metadata").at("count").as_int64() == 52);
    BOOST_TEST(occurrences("AD-011") == 2);
    pass();
    BOOST_TEST(occurrences("AD-011") == 3);
}

BOOST_AUTO_TEST_CASE(a_pass_over_much_that_is_new_lets_requests_in_between)
{
    audit_as(sandbox_key, 1'200);
    auto const before = dispatch.batches().batches();
    pass();
    BOOST_TEST(dispatch.batches().batches() - before >= 4U); // slices of 500 records, twice each
    BOOST_TEST(alerts(sandbox_key) == "AD-011");
}

BOOST_AUTO_TEST_CASE(what_is_known_costs_a_pass_nothing_again)
{
    audit_as(sandbox_key, 1'200);
    grants(3);
    pass();
    auto const before = dispatch.batches().batches();
    pass();
    BOOST_TEST(dispatch.batches().batches() - before <= 2U); // one slice, and the purge
}

BOOST_AUTO_TEST_CASE(closed_alerts_go_ninety_days_after_they_were_last_seen)
{
    audit(51);
    pass();
    auto const path = "/v1/anomalies/" + std::string{found("AD-011")->at("id").as_string()};
    advance(hours{24 * 90});
    pass();
    BOOST_TEST(alerts(sandbox_key) == "AD-011"); // it is open
    ask("PATCH", path + "/acknowledge");
    pass();
    BOOST_TEST(alerts(sandbox_key) == "AD-011"); // ninety days, not more
    advance(std::chrono::milliseconds{1});
    detect();
    BOOST_TEST(alerts(sandbox_key) == "AD-011"); // a run on demand removes nothing
    pass();
    BOOST_TEST(alerts(sandbox_key).empty());
    BOOST_TEST(ask("GET", "/v1/anomalies").json().at("total") == 0);
}

BOOST_AUTO_TEST_CASE(the_worker_does_not_revoke_unless_it_is_told_to)
{
    auto const granted = grant(id);
    audit(51);
    pass();
    BOOST_TEST(ask("GET", "/v1/grants/" + granted.text("grantId")).text("status") == "active");
}

BOOST_FIXTURE_TEST_CASE(the_worker_revokes_when_it_is_told_to, RevokingServer)
{
    auto const granted = grant(id);
    audit(51);
    pass();
    BOOST_TEST(ask("GET", "/v1/grants/" + granted.text("grantId")).text("status") == "revoked");
    BOOST_TEST(event_types(*this, sandbox_key).ends_with("grant.revoked anomaly.auto_revoked"));
    BOOST_TEST(lines("event=anomaly.auto_revoked") == 1U);
}

BOOST_AUTO_TEST_CASE(the_worker_starts_with_a_pass_and_stops_when_it_is_told_to)
{
    audit(51);
    worker.start();
    while (alerts(sandbox_key).empty())
        BOOST_REQUIRE(loop.run_one_for(std::chrono::seconds{30}) == 1);
    BOOST_TEST(alerts(sandbox_key) == "AD-011");
    worker.stop();
    loop.poll();
    audit(51);
    loop.poll();
    BOOST_TEST(occurrences("AD-011") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
