// Rules over what agents do, from the audit log to the alert: each fires, stays quiet just below,
// and stays quiet for a day once somebody has acknowledged it.
#include "tests/server/api/anomaly_server.hpp"

#include <SQLiteCpp/Statement.h>

using namespace support;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

BOOST_FIXTURE_TEST_SUITE(anomalies_of_activity, AnomalyServer)

BOOST_AUTO_TEST_CASE(the_fifty_first_entry_within_an_hour_is_a_rate_spike)
{
    audit(50);
    BOOST_TEST(!fires("AD-011"));
    audit(1);
    auto const spike = found("AD-011");
    BOOST_REQUIRE(spike);
    expect_members(
        *spike, "id type severity agentId principalId description metadata detectedAt "
                "acknowledgedAt ruleId status"
    );
    BOOST_TEST(is_id(std::string{spike->at("id").as_string()}, "anm"));
    BOOST_TEST(spike->at("type").as_string() == "rate_spike");
    BOOST_TEST(spike->at("severity").as_string() == "high");
    BOOST_TEST(spike->at("agentId").as_string() == id);
    BOOST_TEST(spike->at("principalId").is_null());
    BOOST_TEST(spike->at("metadata").at("count").as_int64() == 51);
    BOOST_TEST(spike->at("detectedAt").as_string() == "2026-03-02T09:00:00.000Z");
    expect_a_quiet_day("AD-011", [&] { audit(51); });
}

BOOST_AUTO_TEST_CASE(entries_leave_the_hour_to_the_millisecond)
{
    audit(26);
    advance(minutes{30});
    audit(25);
    advance(minutes{30} - milliseconds{1});
    BOOST_TEST(fires("AD-011"));
    advance(milliseconds{1});
    BOOST_TEST(!fires("AD-011"));
    audit(26);
    BOOST_TEST(fires("AD-011"));
}

BOOST_AUTO_TEST_CASE(each_agent_is_counted_by_itself)
{
    auto const other = agent();
    audit(50);
    audit(50, "success", other);
    BOOST_TEST(!fires("AD-011"));
    audit(1, "success", other);
    BOOST_TEST(found("AD-011")->at("agentId").as_string() == other);
}

BOOST_AUTO_TEST_CASE(the_eleventh_entry_of_a_night_is_off_hours_activity)
{
    go_to(hours{21} + minutes{59});
    audit(20);
    advance(minutes{1});
    audit(10);
    BOOST_TEST(!fires("AD-004"));
    go_to(hours{5} + minutes{59});
    audit(1);
    auto const night = found("AD-004");
    BOOST_REQUIRE(night);
    BOOST_TEST(night->at("type").as_string() == "off_hours_activity");
    BOOST_TEST(night->at("severity").as_string() == "low");
    BOOST_TEST(night->at("metadata").at("count").as_int64() == 11);
    go_to(hours{22}); // the first ten are a day old and gone
    audit(9);
    BOOST_TEST(!fires("AD-004"));
    audit(1);
    expect_a_quiet_day("AD-004", [&] {
        go_to(hours{22});
        audit(11);
    });
}

BOOST_AUTO_TEST_CASE(six_in_the_morning_is_day)
{
    go_to(hours{6});
    audit(40);
    BOOST_TEST(!fires("AD-004"));
}

BOOST_AUTO_TEST_CASE(two_bad_of_five_are_a_high_failure_rate_and_one_is_not)
{
    audit(4, "success");
    audit(1, "blocked");
    BOOST_TEST(!fires("AD-012"));
    audit(1, "failure");
    auto const rate = found("AD-012"); // 2 of 6
    BOOST_REQUIRE(rate);
    BOOST_TEST(rate->at("type").as_string() == "high_failure_rate");
    BOOST_TEST(rate->at("severity").as_string() == "medium");
    BOOST_TEST(rate->at("metadata").at("badCount").as_int64() == 2);
    BOOST_TEST(rate->at("metadata").at("percentFailure").as_int64() == 33);
    expect_a_quiet_day("AD-012", [&] {
        audit(3, "success");
        audit(2, "failure");
    });
}

BOOST_AUTO_TEST_CASE(four_bad_entries_are_too_few_to_judge)
{
    audit(4, "blocked");
    BOOST_TEST(!fires("AD-012"));
    audit(1, "blocked");
    BOOST_TEST(fires("AD-012"));
}

BOOST_AUTO_TEST_CASE(a_bad_day_is_over_after_a_day)
{
    audit(5, "failure");
    BOOST_TEST(fires("AD-012"));
    advance(hours{24});
    BOOST_TEST(!fires("AD-012"));
    BOOST_TEST(rows_of(*this, "anomaly_counts") == 0); // and nothing of it is kept
}

BOOST_AUTO_TEST_CASE(what_happened_before_detection_first_ran_counts_too)
{
    audit(30);
    advance(minutes{50});
    audit(30);
    advance(minutes{5});
    BOOST_TEST(found("AD-011")->at("metadata").at("count").as_int64() == 60);
}

BOOST_AUTO_TEST_CASE(a_backlog_larger_than_a_slice_is_counted_exactly)
{
    {
        SQLite::Statement fill{app.writer.connection(), R"sql(
            WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
            INSERT INTO audit_entries (developer_id, seq, id, agent_id, agent_did, grant_id,
                principal_id, action, metadata, timestamp, prev_hash, hash, status)
            SELECT ?1, i, 'alog_' || i, 'ag_' || (i % 2), '', '', '', 'a', '{}', ?2, NULL, '',
                   'success' FROM n)sql"};
        fill.bind(1, developer_id(*this, sandbox_key));
        fill.bind(2, storage::to_milliseconds(start_time));
        fill.exec();
    }
    auto const result = detect().json();
    BOOST_REQUIRE_EQUAL(result.at("total").as_int64(), 2);
    for (auto const& each : result.at("anomalies").as_array())
        BOOST_TEST(each.at("metadata").at("count").as_int64() == 2500);
}

BOOST_AUTO_TEST_SUITE_END()
