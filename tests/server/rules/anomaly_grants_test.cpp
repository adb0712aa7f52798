// Rules over grants, revocations and budgets, at the numbers where they begin to fire.
#include "server/rules/anomaly_grants.hpp"
#include "server/rules/anomaly_spans.hpp"

#include <boost/test/unit_test.hpp>

#include <limits>

using namespace rules;

namespace {

constexpr Timestamp noon{std::chrono::milliseconds{1'772'452'800'000}};
constexpr std::chrono::milliseconds tick{1};

DelegationDepth at_depth(int depth, std::optional<int> before, int limit = 10)
{
    return {
        .root_agent_id = "ag_root",
        .grant_id = "grnt_1",
        .depth = depth,
        .greatest_before = before,
        .limit = limit};
}

} // namespace

BOOST_AUTO_TEST_SUITE(anomaly_grants)

BOOST_AUTO_TEST_CASE(ten_grants_in_five_minutes_are_quiet_and_eleven_are_a_spike)
{
    BOOST_TEST(!velocity_spike("ag_1", 10, 0));
    auto const found = velocity_spike("ag_1", 11, 0);
    BOOST_REQUIRE(found);
    BOOST_TEST(found->rule_id == "AD-001");
    BOOST_TEST(
        found->metadata == R"({"observed":11,"threshold":10,"windowSeconds":300,"baseline":1})"
    );
    BOOST_TEST(velocity_grants_min == 11); // what the counts are asked for
}

BOOST_AUTO_TEST_CASE(a_busy_week_raises_the_baseline_and_a_quiet_one_does_not_lower_it)
{
    constexpr std::int64_t stretches = 2016;
    // 1.1 grants a stretch make 11 quiet; that is between 201 and 202 more than one each.
    BOOST_TEST(velocity_spike("ag_1", 11, stretches + 201).has_value());
    BOOST_TEST(!velocity_spike("ag_1", 11, stretches + 202));
    BOOST_TEST(!velocity_spike("ag_1", 20, 2 * stretches));
    auto const found = velocity_spike("ag_1", 21, 2 * stretches);
    BOOST_REQUIRE(found);
    BOOST_TEST(
        found->metadata == R"({"observed":21,"threshold":20,"windowSeconds":300,"baseline":2})"
    );
}

BOOST_AUTO_TEST_CASE(depth_two_without_a_past_is_a_spike_and_depth_one_is_not)
{
    BOOST_TEST(!delegation_depth_spike(at_depth(0, {})));
    BOOST_TEST(!delegation_depth_spike(at_depth(1, {})));
    auto const found = delegation_depth_spike(at_depth(2, {}));
    BOOST_REQUIRE(found);
    BOOST_TEST(found->rule_id == "AD-005");
    BOOST_TEST(found->agent_id.value() == "ag_root");
    BOOST_TEST(
        found->metadata ==
        R"({"observed":2,"threshold":2,"windowSeconds":0,"baseline":null,"grantId":"grnt_1"})"
    );
}

BOOST_AUTO_TEST_CASE(only_what_is_deeper_than_the_last_thirty_days_is_a_spike)
{
    BOOST_TEST(!delegation_depth_spike(at_depth(2, 2)));
    BOOST_TEST(!delegation_depth_spike(at_depth(2, 3)));
    BOOST_TEST(delegation_depth_spike(at_depth(3, 2)).has_value());
    BOOST_TEST(!delegation_depth_spike(at_depth(1, 0)));
}

BOOST_AUTO_TEST_CASE(the_depth_limit_is_a_spike_whatever_was_before)
{
    BOOST_TEST(!delegation_depth_spike(at_depth(2, 3, 3)));
    BOOST_TEST(delegation_depth_spike(at_depth(3, 3, 3)).has_value());
    BOOST_TEST(delegation_depth_spike(at_depth(1, 1, 1)).has_value());
    BOOST_TEST(!delegation_depth_spike(at_depth(0, 0, 1)));
    BOOST_TEST(
        delegation_depth_spike(at_depth(3, 3, 3))->description ==
        "A grant of ag_root was delegated to depth 3, which is the limit."
    );
}

BOOST_AUTO_TEST_CASE(the_first_grant_of_a_pair_is_told_within_a_day)
{
    auto const found = new_principal("ag_1", "user_1", true, noon, noon);
    BOOST_REQUIRE(found);
    BOOST_TEST(found->rule_id == "AD-013");
    BOOST_TEST(found->principal_id.value() == "user_1");
    BOOST_TEST(found->description == "First grant of user_1 to ag_1.");
    BOOST_TEST(found->metadata == R"({"windowHours":24})");
    BOOST_TEST(!new_principal("ag_1", "user_1", false, noon, noon));
    auto const day = new_principal_window;
    BOOST_TEST(new_principal("ag_1", "user_1", true, noon - day + tick, noon).has_value());
    BOOST_TEST(!new_principal("ag_1", "user_1", true, noon - day, noon));
}

BOOST_AUTO_TEST_CASE(five_revocations_in_a_minute_are_quiet_and_six_are_not)
{
    BOOST_TEST(!rapid_revocation(5));
    auto const found = rapid_revocation(6);
    BOOST_REQUIRE(found);
    BOOST_TEST(found->rule_id == "AD-006");
    BOOST_TEST(!found->agent_id);
    BOOST_TEST(
        found->metadata == R"({"observed":6,"threshold":5,"windowSeconds":60,"baseline":null})"
    );
}

BOOST_AUTO_TEST_CASE(nine_tenths_of_a_budget_within_an_hour_are_a_cliff)
{
    auto const spend = [](std::int64_t spent, std::int64_t budget) {
        return budget_cliff({"grnt_1", "ag_1", spent, budget});
    };
    BOOST_TEST(!spend(899'999, 1'000'000));
    BOOST_TEST(spend(900'000, 1'000'000).has_value());
    BOOST_TEST(!spend(6, 7)); // 0.857
    BOOST_TEST(spend(7, 7).has_value());
    BOOST_TEST(!spend(0, 0));
    constexpr auto most = std::numeric_limits<std::int64_t>::max();
    BOOST_TEST(spend(most, most).has_value());
    BOOST_TEST(!spend(most / 2, most));
    auto const found = spend(945'000, 1'000'000);
    BOOST_REQUIRE(found);
    BOOST_TEST(found->rule_id == "AD-007");
    BOOST_TEST(found->subject == "grnt_1");
    BOOST_TEST(
        found->description == "94 percent of the budget of grnt_1 was spent within an hour."
    );
    BOOST_TEST(
        found->metadata == R"({"observed":0.94,"threshold":0.9,"windowSeconds":3600,)"
                           R"("baseline":null,"grantId":"grnt_1"})"
    );
}

BOOST_AUTO_TEST_SUITE_END()
