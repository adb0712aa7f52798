// Grants in the database: lists against a count by hand, and revoking a whole tree.
#include "storage/developers.hpp"
#include "tests/storage/open_store.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <map>
#include <set>

using namespace support;

namespace {

std::string numbered(char const* prefix, int number)
{
    auto digits = std::to_string(number);
    return prefix + std::string(6 - digits.size(), '0') + digits;
}

std::string effective(storage::Grant const& grant, storage::Timestamp now)
{
    return grant.status == "active" && grant.expires_at <= now ? "expired" : grant.status;
}

bool fits(storage::Grant const& grant, storage::GrantFilter const& filter)
{
    return (!filter.agent_id || *filter.agent_id == grant.agent_id) &&
           (!filter.principal_id || *filter.principal_id == grant.principal_id) &&
           (!filter.status || *filter.status == effective(grant, filter.now));
}

// 200 grants of two developers over three agents, four people and every status.
struct ManyGrants : Store
{
    ManyGrants()
    {
        add_developer("dev_2");
        add_agent("dev_2", "ag_of_2");
        for (auto const* const id : {"ag_2", "ag_3"})
            add_agent("dev_1", id);
        writer.execute("BEGIN");
        for (int i = 0; i < 200; ++i) {
            storage::Grant grant;
            auto const foreign = i % 7 == 0;
            grant.id = numbered("g", i);
            grant.developer_id = foreign ? "dev_2" : "dev_1";
            grant.agent_id = foreign ? "ag_of_2" : "ag_" + std::to_string(1 + i % 3);
            grant.principal_id = "user_" + std::to_string(i % 4);
            grant.scopes = {"a"};
            grant.status = i % 5 == 0 ? "revoked" : "active";
            grant.issued_at = start_time;
            grant.expires_at = start_time + std::chrono::minutes{i};
            grant.origin = "grantex";
            storage::insert_grant(writer, grant);
            all.push_back(grant);
        }
        writer.execute("COMMIT");
    }

    std::vector<storage::Grant> all;
};

} // namespace

BOOST_AUTO_TEST_SUITE(grants)

BOOST_FIXTURE_TEST_CASE(lists_and_totals_agree_with_a_count_by_hand, ManyGrants)
{
    using Optional = std::optional<std::string>;
    Optional const agents[] = {{}, "ag_1", "ag_3", "ag_of_2", "ag_none", ""};
    Optional const people[] = {{}, "user_0", "user_3", "nobody"};
    Optional const states[] = {{}, "active", "revoked", "expired", "Active", ""};
    storage::Page const pages[] = {{1, 1000}, {1, 7}, {2, 7}, {3, 7}, {1000, 7}, {1, 1}};
    for (auto const& agent_id : agents)
        for (auto const& principal_id : people)
            for (auto const& status : states) {
                storage::GrantFilter const filter{
                    .agent_id = agent_id,
                    .principal_id = principal_id,
                    .status = status,
                    .now = start_time + std::chrono::minutes{100}};
                std::vector<std::string> expected; // newest first
                for (auto grant = all.rbegin(); grant != all.rend(); ++grant)
                    if (grant->developer_id == "dev_1" && fits(*grant, filter))
                        expected.push_back(grant->id);
                BOOST_TEST(storage::count_grants(reader, "dev_1", filter) == std::ssize(expected));
                for (auto const& page : pages) {
                    std::vector<std::string> found;
                    for (auto const& grant : storage::list_grants(reader, "dev_1", filter, page))
                        found.push_back(grant.id);
                    auto const from = std::min(page.offset(), std::ssize(expected));
                    auto const to = std::min(from + page.size, std::ssize(expected));
                    BOOST_TEST(
                        found == std::vector<std::string>(
                                     expected.begin() + from, expected.begin() + to
                                 ),
                        boost::test_tools::per_element()
                    );
                }
            }
}

BOOST_FIXTURE_TEST_CASE(live_grants_are_counted_up_to_a_limit, ManyGrants)
{
    auto const now = start_time + std::chrono::minutes{100};
    auto const live = std::ranges::count_if(all, [&](auto const& grant) {
        return grant.developer_id == "dev_1" && effective(grant, now) == "active";
    });
    BOOST_TEST(live > 20);
    BOOST_TEST(storage::count_live_grants(reader, "dev_1", now, 1000) == live);
    BOOST_TEST(storage::count_live_grants(reader, "dev_1", now, 5) == 5);
    // The end itself no longer counts.
    BOOST_TEST(
        storage::count_live_grants(reader, "dev_1", start_time + std::chrono::minutes{199}, 9) == 0
    );
    BOOST_TEST(storage::count_live_grants(reader, "nobody", now, 9) == 0);
}

BOOST_FIXTURE_TEST_CASE(live_grants_of_a_person_are_listed_newest_first, ManyGrants)
{
    auto const now = start_time + std::chrono::minutes{100};
    std::vector<std::string> expected;
    for (auto grant = all.rbegin(); grant != all.rend(); ++grant)
        if (grant->developer_id == "dev_1" && grant->principal_id == "user_1" &&
            effective(*grant, now) == "active")
            expected.push_back(grant->id);
    BOOST_TEST(expected.size() > 5U);
    std::vector<std::string> found;
    for (auto const& grant : storage::list_live_grants(reader, "dev_1", "user_1", now, 1000))
        found.push_back(grant.id);
    BOOST_TEST(found == expected, boost::test_tools::per_element());
    BOOST_TEST(storage::list_live_grants(reader, "dev_1", "user_1", now, 3).size() == 3U);

    std::ranges::reverse(expected);
    auto const roots = storage::list_live_root_ids(reader, "dev_1", "user_1", now, 1000);
    BOOST_TEST(roots == expected, boost::test_tools::per_element());
    BOOST_TEST(storage::list_live_root_ids(reader, "dev_1", "user_1", now, 2).size() == 2U);
}

BOOST_FIXTURE_TEST_CASE(what_was_delegated_is_no_root_and_is_counted_at_any_depth, Store)
{
    auto const root = grant("g1", "ag_1");
    auto const child = grant("g2", "ag_1", root);
    grant("g3", "ag_1", child);
    grant("g4", "ag_1", root);
    auto const roots = storage::list_live_root_ids(reader, "dev_1", "user_1", start_time, 9);
    BOOST_TEST(roots == std::vector<std::string>{"g1"}, boost::test_tools::per_element());
    BOOST_TEST(storage::count_live_descendants(reader, "g1", start_time) == 3);
    BOOST_TEST(storage::count_live_descendants(reader, "g2", start_time) == 1);
    storage::revoke_grant_tree(writer, "dev_1", "g2", start_time);
    BOOST_TEST(storage::count_live_descendants(reader, "g1", start_time) == 1);
    BOOST_TEST(storage::count_live_descendants(reader, "g1", root.expires_at) == 0);
}

BOOST_FIXTURE_TEST_CASE(a_grant_comes_back_whole_and_only_to_its_developer, Store)
{
    add_developer("dev_2");
    auto const root = grant("g1", "ag_1");
    auto const child = grant("g2", "ag_1", root);
    auto const found = storage::find_grant(reader, "dev_1", "g2").value();
    BOOST_TEST(found.agent_id == "ag_1");
    BOOST_TEST(found.principal_id == "user_1");
    BOOST_TEST(found.scopes == child.scopes, boost::test_tools::per_element());
    BOOST_TEST(!found.audience.has_value());
    BOOST_TEST((found.issued_at == child.issued_at && found.expires_at == child.expires_at));
    BOOST_TEST(!found.revoked_at.has_value());
    BOOST_TEST(found.parent_id.value() == "g1");
    BOOST_TEST(found.depth == 1);
    BOOST_TEST(!storage::find_grant(reader, "dev_2", "g2").has_value());
    BOOST_TEST(storage::find_totals(reader, "dev_1").grants == 2);
    BOOST_TEST(storage::find_totals(reader, "dev_2").grants == 0);
}

BOOST_FIXTURE_TEST_CASE(a_depth_beyond_ten_is_refused_by_the_table_itself, Store)
{
    auto last = grant("g0", "ag_1");
    for (int depth = 1; depth <= 10; ++depth)
        last = grant(numbered("h", depth), "ag_1", last);
    BOOST_CHECK_THROW(grant("h11", "ag_1", last), SQLite::Exception);
    BOOST_CHECK_THROW(
        writer.execute("UPDATE grants SET status = 'expired'"), SQLite::Exception
    ); // expired is computed, never stored
}

// S-044: ten levels, a thousand grants, in one statement.
BOOST_FIXTURE_TEST_CASE(a_tree_of_a_thousand_grants_is_revoked_at_once, Store)
{
    add_agent("dev_1", "ag_2");
    writer.execute("BEGIN");
    auto const bystander = grant("x_bystander", "ag_1");
    auto const root = grant("a_root", "ag_1");
    std::vector<std::vector<storage::Grant>> levels{{root}};
    int made = 1;
    while (made < 1000) {
        auto const& parents = levels.back();
        std::vector<storage::Grant> level;
        // Nine levels of 111 below the root.
        for (std::size_t i = 0; i < 111 && made < 1000; ++i, ++made)
            level.push_back(grant(
                numbered("t", made), i % 2 == 0 ? "ag_1" : "ag_2", parents[i % parents.size()]
            ));
        levels.push_back(level);
    }
    auto const deepest = grant("z_deepest", "ag_2", levels.back().front());
    BOOST_TEST(deepest.depth == 10);
    auto const above = grant("y_above", "ag_1", bystander);
    writer.execute("COMMIT");

    auto const now = start_time + std::chrono::minutes{1};
    auto const began = std::chrono::steady_clock::now();
    auto const revoked = storage::revoke_grant_tree(writer, "dev_1", "a_root", now);
    auto const took = std::chrono::steady_clock::now() - began;
    BOOST_TEST(std::chrono::duration_cast<std::chrono::milliseconds>(took).count() < 100);
    BOOST_TEST(revoked.size() == 1001U);
    std::set<std::string> ids;
    for (auto const& grant : revoked)
        ids.insert(grant.id);
    BOOST_TEST(ids.size() == 1001U);
    BOOST_TEST((ids.contains("a_root") && ids.contains("z_deepest")));
    BOOST_TEST(
        reader.find<int>("SELECT count(*) FROM grants WHERE status = 'active'").value() == 2
    );
    BOOST_TEST(
        reader.find<int>("SELECT count(*) FROM grants WHERE revoked_at = ?1", now).value() == 1001
    );
    BOOST_TEST(storage::find_grant(reader, "dev_1", above.id)->status == "active");
    BOOST_TEST(storage::revoke_grant_tree(writer, "dev_1", "a_root", now).empty());
    BOOST_TEST(storage::revoke_grant_tree(writer, "dev_1", "z_deepest", now).empty());
}

BOOST_FIXTURE_TEST_CASE(a_revocation_goes_down_and_tells_only_what_it_changed, Store)
{
    add_developer("dev_2");
    add_agent("dev_1", "ag_2");
    auto const root = grant("g1", "ag_1");
    auto const child = grant("g2", "ag_2", root);
    auto const grandchild = grant("g3", "ag_1", child);
    auto const sibling = grant("g4", "ag_1", root);
    BOOST_TEST(storage::revoke_grant_tree(writer, "dev_2", "g1", start_time).empty());
    BOOST_TEST(storage::revoke_grant_tree(writer, "dev_1", "unknown", start_time).empty());

    auto const first = storage::revoke_grant_tree(writer, "dev_1", "g2", start_time);
    std::map<std::string, std::string> agents;
    for (auto const& revoked : first) {
        agents[revoked.id] = revoked.agent_id;
        BOOST_TEST(revoked.principal_id == "user_1");
    }
    BOOST_TEST((agents == std::map<std::string, std::string>{{"g2", "ag_2"}, {"g3", "ag_1"}}));
    BOOST_TEST(storage::find_grant(reader, "dev_1", "g1")->status == "active");
    auto const later = start_time + std::chrono::hours{1};
    BOOST_TEST(storage::revoke_grant_tree(writer, "dev_1", "g1", later).size() == 2U);
    // What was revoked before keeps its time.
    BOOST_TEST((storage::find_grant(reader, "dev_1", "g3")->revoked_at == start_time));
    BOOST_TEST((storage::find_grant(reader, "dev_1", sibling.id)->revoked_at == later));
}

BOOST_FIXTURE_TEST_CASE(the_roots_of_an_agents_trees_are_found_once, Store)
{
    add_agent("dev_1", "ag_2");
    auto const root = grant("g1", "ag_1");
    grant("g2", "ag_1", root);
    auto const other = grant("g3", "ag_2", root);
    grant("g4", "ag_1", other);
    grant("g5", "ag_1");
    storage::revoke_grant_tree(writer, "dev_1", "g5", start_time);
    auto const ids = storage::list_active_grant_ids(reader, "ag_1");
    BOOST_TEST(ids == (std::vector<std::string>{"g1", "g4"}), boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
