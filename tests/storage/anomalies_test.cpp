// Anomalies in the database: their totals follow every change, lists take the filter they are
// given, and what detection reads comes in order and from the right place.
#include "storage/anomalies.hpp"
#include "storage/anomaly_baselines.hpp"
#include "storage/anomaly_sources.hpp"
#include "storage/anomaly_windows.hpp"
#include "storage/audit.hpp"
#include "tests/storage/open_store.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

using std::chrono::hours;
using std::chrono::seconds;

struct AnomalyStore : Store
{
    AnomalyStore() { add_developer("dev_2"); }

    storage::Anomaly anomaly(std::string const& id, std::string const& severity = "high")
    {
        storage::Anomaly made;
        made.id = id;
        made.developer_id = "dev_1";
        made.rule_id = "AD-011";
        made.rule_name = "Rate spike";
        made.type = "rate_spike";
        made.severity = severity;
        made.status = "open";
        made.agent_id = "ag_" + id;
        made.fingerprint = "print_" + id;
        made.metadata = "{}";
        made.detected_at = made.last_seen_at = start_time;
        storage::insert_anomaly(writer, made);
        return made;
    }
    void close(storage::Anomaly anomaly, std::string const& status, storage::Timestamp at)
    {
        auto const before = anomaly.status;
        anomaly.status = status;
        anomaly.acknowledged_at = at;
        if (status == "resolved")
            anomaly.resolved_at = at;
        storage::update_anomaly_status(writer, anomaly, before);
    }
    std::string ids(storage::AnomalyFilter const& filter, std::int64_t limit = 100)
    {
        std::string text;
        for (auto const& each : storage::list_anomalies(reader, "dev_1", filter, limit))
            text += each.id;
        return text;
    }
    std::string totals()
    {
        auto const now = storage::find_anomaly_totals(reader, "dev_1");
        return std::to_string(now.open) + " " + std::to_string(now.acknowledged) + " " +
               std::to_string(now.resolved);
    }
    void audit(std::int64_t seq, storage::Timestamp at, std::string const& status = "success")
    {
        storage::AuditEntry entry;
        entry.developer_id = "dev_1";
        entry.seq = seq;
        entry.id = "alog_" + std::to_string(seq);
        entry.agent_id = "ag_1";
        entry.timestamp = at;
        entry.status = status;
        storage::insert_audit_entry(writer, entry, true);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(anomalies, AnomalyStore)

BOOST_AUTO_TEST_CASE(lists_take_every_filter_and_the_newest_first)
{
    auto const a = anomaly("a");
    anomaly("b", "low");
    auto const c = anomaly("c");
    close(a, "acknowledged", start_time);
    BOOST_TEST(ids({}) == "cba");
    BOOST_TEST(ids({}, 2) == "cb");
    BOOST_TEST(ids({.status = "open"}) == "cb");
    BOOST_TEST(ids({.severity = "high"}) == "ca");
    BOOST_TEST(ids({.status = "open", .severity = "high"}) == "c");
    BOOST_TEST(ids({.agent_id = "ag_a"}) == "a");
    BOOST_TEST(ids({.status = "open", .agent_id = "ag_a"}).empty());
    BOOST_TEST(storage::list_anomalies(reader, "dev_2", {}, 100).empty());
    BOOST_TEST(!storage::find_anomaly(reader, "dev_2", "a"));
    BOOST_TEST(storage::find_open_anomaly(reader, "dev_1", "print_c")->id == "c");
    BOOST_TEST(!storage::find_open_anomaly(reader, "dev_1", "print_a"));
}

BOOST_AUTO_TEST_CASE(two_open_alerts_of_one_finding_cannot_be)
{
    auto made = anomaly("a");
    made.id = "b";
    BOOST_CHECK_THROW(storage::insert_anomaly(writer, made), SQLite::Exception);
}

BOOST_AUTO_TEST_CASE(totals_follow_every_change)
{
    BOOST_TEST(totals() == "0 0 0");
    auto const a = anomaly("a");
    auto b = anomaly("b");
    BOOST_TEST(totals() == "2 0 0");
    close(a, "acknowledged", start_time);
    close(b, "resolved", start_time);
    BOOST_TEST(totals() == "0 1 1");
    auto const after = start_time + seconds{1};
    BOOST_TEST(storage::expire_anomalies(writer, "dev_1", start_time, 10) == 0);
    BOOST_TEST(storage::expire_anomalies(writer, "dev_1", after, 1) == 1);
    BOOST_TEST(storage::expire_anomalies(writer, "dev_1", after, 10) == 1);
    BOOST_TEST(totals() == "0 0 0");
    BOOST_TEST(ids({}).empty());
}

BOOST_AUTO_TEST_CASE(an_open_alert_never_expires)
{
    anomaly("a");
    BOOST_TEST(storage::expire_anomalies(writer, "dev_1", start_time + hours{90'000}, 10) == 0);
    BOOST_TEST(ids({}) == "a");
}

BOOST_AUTO_TEST_CASE(the_last_closing_of_a_finding_is_the_latest_of_its_alerts)
{
    auto a = anomaly("a");
    BOOST_TEST(!storage::find_last_closing(reader, "dev_1", "print_a"));
    close(a, "acknowledged", start_time + seconds{5});
    BOOST_TEST((storage::find_last_closing(reader, "dev_1", "print_a") == start_time + seconds{5}));
    a.id = "b";
    storage::insert_anomaly(writer, a);
    close(a, "resolved", start_time + seconds{3});
    BOOST_TEST((storage::find_last_closing(reader, "dev_1", "print_a") == start_time + seconds{5}));
}

BOOST_AUTO_TEST_CASE(the_place_of_a_time_in_the_chain_is_found_by_halving)
{
    BOOST_TEST(storage::find_audit_seq_at(reader, "dev_1", start_time) == 0);
    for (std::int64_t seq = 1; seq <= 100; ++seq)
        audit(seq, start_time + seconds{seq / 2}); // two a second
    auto const at = [&](int after) {
        return storage::find_audit_seq_at(reader, "dev_1", start_time + seconds{after});
    };
    BOOST_TEST(storage::find_audit_seq_at(reader, "dev_1", start_time - seconds{1}) == 0);
    BOOST_TEST(at(0) == 1);
    BOOST_TEST(at(1) == 3);
    BOOST_TEST(at(49) == 99);
    BOOST_TEST(at(50) == 100);
    BOOST_TEST(at(500) == 100);
    BOOST_TEST(storage::find_audit_seq_at(reader, "dev_2", start_time) == 0);
}

BOOST_AUTO_TEST_CASE(records_come_in_order_from_where_one_left_off)
{
    audit(1, start_time);
    audit(2, start_time, "blocked");
    audit(3, start_time, "failure");
    auto const records = storage::list_audit_records(reader, "dev_1", 1, 10);
    BOOST_REQUIRE_EQUAL(records.size(), 2U);
    BOOST_TEST(records[0].seq == 2);
    BOOST_TEST(records[0].bad);
    BOOST_TEST(records[1].bad);
    BOOST_TEST(!storage::list_audit_records(reader, "dev_1", 0, 1)[0].bad);

    auto const root = grant("g1", "ag_1");
    add_agent("dev_1", "ag_2");
    auto const child = grant("g2", "ag_2", root);
    grant("g3", "ag_2", child);
    BOOST_TEST(storage::list_grant_records(reader, "dev_1", "g1", 10).size() == 2U);
    BOOST_TEST(storage::find_root_agent(reader, "dev_1", "g3").value() == "ag_1");
    BOOST_TEST(!storage::find_root_agent(reader, "dev_2", "g3"));
}

BOOST_AUTO_TEST_CASE(a_count_of_nothing_is_no_row_and_a_forgotten_window_leaves_its_neighbours)
{
    storage::update_anomaly_count(writer, "dev_1", {"day", "ag_1", 3, 2, 1});
    storage::update_anomaly_count(writer, "dev_1", {"day", "ag_2", 9, 0, 0});
    storage::update_anomaly_count(writer, "dev_1", {"days", "ag_1", 9, 0, 0});
    BOOST_TEST(storage::list_anomaly_counts(reader, "dev_1", "day", 4, "", 10).size() == 1U);
    BOOST_TEST(storage::list_anomaly_counts(reader, "dev_1", "day", 1, "ag_1", 10).size() == 1U);
    storage::update_anomaly_count(writer, "dev_1", {"day", "ag_1", 0, 0, 0});
    BOOST_TEST(!storage::find_anomaly_count(reader, "dev_1", "day", "ag_1"));

    for (auto const* const name : {"day:audit", "day:audit:end", "days:audit", "da:audit"})
        storage::update_anomaly_cursor(writer, "dev_1", {name, "1"});
    storage::delete_anomaly_window(writer, "dev_1", "day");
    BOOST_TEST(storage::list_anomaly_cursors(reader, "dev_1").size() == 2U);
    BOOST_TEST(!storage::find_anomaly_count(reader, "dev_1", "day", "ag_2"));
    BOOST_TEST(storage::find_anomaly_count(reader, "dev_1", "days", "ag_1").has_value());
}

BOOST_AUTO_TEST_CASE(a_pair_is_new_once_and_depths_are_remembered_by_their_last_time)
{
    BOOST_TEST(storage::insert_anomaly_pair(writer, "dev_1", {"ag_1", "user_1", start_time}));
    BOOST_TEST(
        !storage::insert_anomaly_pair(writer, "dev_1", {"ag_1", "user_1", start_time + hours{1}})
    );
    BOOST_TEST(storage::insert_anomaly_pair(writer, "dev_2", {"ag_1", "user_1", start_time}));
    BOOST_TEST(storage::list_anomaly_pairs(reader, "dev_1", start_time, 10).empty());
    BOOST_TEST(
        storage::list_anomaly_pairs(reader, "dev_1", start_time - seconds{1}, 10).size() == 1U
    );

    storage::update_depth(writer, "dev_1", "ag_1", 3, start_time);
    storage::update_depth(writer, "dev_1", "ag_1", 2, start_time + hours{1});
    BOOST_TEST(
        storage::find_greatest_depth(reader, "dev_1", "ag_1", start_time - hours{1}).value() == 3
    );
    BOOST_TEST(storage::find_greatest_depth(reader, "dev_1", "ag_1", start_time).value() == 2);
    BOOST_TEST(!storage::find_greatest_depth(reader, "dev_1", "ag_2", start_time));
}

BOOST_AUTO_TEST_SUITE_END()
