// The audit chain in the database: append-only, listed from either end, filtered.
#include "storage/audit.hpp"
#include "storage/developers.hpp"
#include "tests/storage/open_store.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct Chain : Store
{
    storage::AuditEntry add(int seq, std::string const& agent_id = "a", bool counted = true)
    {
        storage::AuditEntry entry;
        entry.developer_id = "dev_1";
        entry.seq = seq;
        entry.id = "alog_" + std::to_string(seq);
        entry.agent_id = agent_id;
        entry.agent_did = "did:grantex:" + agent_id;
        entry.grant_id = seq % 2 == 0 ? "g_even" : "g_odd";
        entry.principal_id = "p" + std::to_string(seq % 3);
        entry.action = seq % 4 == 0 ? "four" : "other";
        entry.metadata = "{}";
        entry.timestamp = start_time + std::chrono::seconds{seq};
        if (seq > 1)
            entry.prev_hash = "h" + std::to_string(seq - 1);
        entry.hash = "h" + std::to_string(seq);
        entry.status = seq % 5 == 0 ? "blocked" : "success";
        storage::insert_audit_entry(writer, entry, counted);
        return entry;
    }
    std::vector<std::int64_t>
    list(storage::AuditFilter const& filter, storage::Page page, bool newest)
    {
        std::vector<std::int64_t> found;
        for (auto const& entry : storage::list_audit_entries(reader, "dev_1", filter, page, newest))
            found.push_back(entry.seq);
        return found;
    }
};

using Numbers = std::vector<std::int64_t>;

} // namespace

BOOST_FIXTURE_TEST_SUITE(audit, Chain)

BOOST_AUTO_TEST_CASE(S_076_entries_can_be_neither_changed_nor_removed)
{
    add(1);
    for (auto const* const sql :
         {"UPDATE audit_entries SET action = 'x'", "UPDATE audit_entries SET hash = hash",
          "UPDATE OR IGNORE audit_entries SET seq = 2", "DELETE FROM audit_entries",
          "DELETE FROM audit_entries WHERE seq = 1",
          "REPLACE INTO audit_entries SELECT developer_id, seq, id, agent_id, agent_did, grant_id, "
          "principal_id, 'forged', metadata, timestamp, prev_hash, hash, status "
          "FROM audit_entries"})
        BOOST_TEST_CONTEXT(sql)
    BOOST_CHECK_THROW(writer.execute(sql), SQLite::Exception);
    BOOST_TEST(storage::find_audit_entry(reader, "dev_1", "alog_1")->action == "other");
    BOOST_CHECK_THROW(add(1), SQLite::Exception); // a sequence number is used once
}

BOOST_AUTO_TEST_CASE(the_head_is_the_highest_number)
{
    BOOST_TEST(!storage::find_audit_head(reader, "dev_1").has_value());
    add(1);
    add(2);
    auto const head = storage::find_audit_head(reader, "dev_1").value();
    BOOST_TEST(head.seq == 2);
    BOOST_TEST(head.hash == "h2");
    BOOST_TEST((head.timestamp == start_time + std::chrono::seconds{2}));
    BOOST_TEST(!storage::find_audit_head(reader, "dev_2").has_value());
}

BOOST_AUTO_TEST_CASE(pages_count_from_the_oldest_or_end_with_the_newest)
{
    for (int seq = 1; seq <= 10; ++seq)
        add(seq);
    BOOST_TEST(list({}, {1, 4}, false) == (Numbers{1, 2, 3, 4}), boost::test_tools::per_element());
    BOOST_TEST(list({}, {3, 4}, false) == (Numbers{9, 10}), boost::test_tools::per_element());
    BOOST_TEST(list({}, {4, 4}, false).empty());
    BOOST_TEST(list({}, {1, 4}, true) == (Numbers{7, 8, 9, 10}), boost::test_tools::per_element());
    BOOST_TEST(list({}, {1, 99}, true).size() == 10U);
}

BOOST_AUTO_TEST_CASE(filters_and_totals_agree_with_a_count_by_hand)
{
    std::vector<storage::AuditEntry> all;
    for (int seq = 1; seq <= 60; ++seq)
        all.push_back(add(seq, seq % 7 == 0 ? "b" : "a"));
    using Text = std::optional<std::string>;
    using Time = std::optional<storage::Timestamp>;
    Time const early = start_time + std::chrono::seconds{20};
    Time const late = start_time + std::chrono::seconds{40};
    for (auto const& agent_id : {Text{}, Text{"a"}, Text{"b"}, Text{"c"}})
        for (auto const& grant_id : {Text{}, Text{"g_even"}})
            for (auto const& principal_id : {Text{}, Text{"p1"}})
                for (auto const& action : {Text{}, Text{"four"}})
                    for (auto const& status : {Text{}, Text{"blocked"}})
                        for (auto const& since : {Time{}, early})
                            for (auto const& until : {Time{}, late}) {
                                Numbers expected;
                                for (auto const& entry : all)
                                    if (entry.agent_id == agent_id.value_or(entry.agent_id) &&
                                        entry.grant_id == grant_id.value_or(entry.grant_id) &&
                                        entry.principal_id ==
                                            principal_id.value_or(entry.principal_id) &&
                                        entry.action == action.value_or(entry.action) &&
                                        entry.status == status.value_or(entry.status) &&
                                        entry.timestamp >= since.value_or(entry.timestamp) &&
                                        entry.timestamp <= until.value_or(entry.timestamp))
                                        expected.push_back(entry.seq);
                                storage::AuditFilter const filter{
                                    agent_id, grant_id, principal_id, action, status, since, until};
                                auto const total =
                                    storage::count_audit_entries(reader, "dev_1", filter);
                                BOOST_TEST(total == std::ssize(expected));
                                for (auto const newest : {true, false})
                                    BOOST_TEST(list(filter, {1, 100}, newest) == expected);
                            }
}

BOOST_AUTO_TEST_CASE(entries_about_a_person_come_newest_first)
{
    for (int seq = 1; seq <= 9; ++seq)
        add(seq);
    Numbers found;
    for (auto const& entry : storage::list_audit_about(reader, "dev_1", "p1", 2))
        found.push_back(entry.seq);
    BOOST_TEST(found == (Numbers{7, 4}));
    BOOST_TEST(storage::list_audit_about(reader, "dev_2", "p1", 9).empty());
}

BOOST_AUTO_TEST_CASE(the_use_of_a_grant_is_its_newest_entry_and_how_many_are_recent)
{
    for (int seq = 1; seq <= 9; ++seq)
        add(seq);
    auto const at = [](int seq) { return start_time + std::chrono::seconds{seq}; };
    auto const use = storage::find_grant_use(reader, "dev_1", "g_even", at(4), 100);
    BOOST_TEST((use.last == at(8)));
    BOOST_TEST(use.recent == 3); // 4, 6, 8
    BOOST_TEST(storage::find_grant_use(reader, "dev_1", "g_even", at(4), 2).recent == 2);
    auto const none = storage::find_grant_use(reader, "dev_1", "g_none", at(1), 100);
    BOOST_TEST(!none.last.has_value());
    BOOST_TEST(none.recent == 0);
}

BOOST_AUTO_TEST_CASE(only_what_a_client_logged_counts_against_the_quota)
{
    add(1);
    add(2, "a", false);
    add(3);
    auto const totals = storage::find_totals(reader, "dev_1");
    BOOST_TEST(totals.audit_entries == 3);
    BOOST_TEST(totals.audit_logged == 2);
}

BOOST_AUTO_TEST_CASE(an_entry_is_found_by_its_developer_only)
{
    auto const entry = add(1);
    auto const found = storage::find_audit_entry(reader, "dev_1", entry.id).value();
    BOOST_TEST(found.agent_did == entry.agent_did);
    BOOST_TEST(!found.prev_hash.has_value());
    BOOST_TEST(!storage::find_audit_entry(reader, "dev_2", entry.id).has_value());
    BOOST_TEST(!storage::find_audit_entry(reader, "dev_1", "alog_9").has_value());
}

BOOST_AUTO_TEST_SUITE_END()
