// Rules over what agents did, at the numbers where they begin to fire.
#include "server/rules/anomaly_activity.hpp"
#include "server/rules/time_text.hpp"

#include <boost/test/unit_test.hpp>

using namespace rules;

BOOST_AUTO_TEST_SUITE(anomaly_activity)

BOOST_AUTO_TEST_CASE(fifty_entries_in_an_hour_are_quiet_and_fifty_one_are_a_rate_spike)
{
    BOOST_TEST(!rate_spike("ag_1", 50));
    auto const found = rate_spike("ag_1", 51);
    BOOST_REQUIRE(found);
    BOOST_TEST(found->rule_id == "AD-011");
    BOOST_TEST(found->agent_id.value() == "ag_1");
    BOOST_TEST(!found->principal_id);
    BOOST_TEST(found->description == "51 actions by ag_1 within one hour; the limit is 50.");
    BOOST_TEST(found->metadata == R"({"count":51,"windowHours":1,"threshold":50})");
    BOOST_TEST(rate_entries_min == 51); // what the counts are asked for
}

BOOST_AUTO_TEST_CASE(the_night_begins_at_22_and_ends_before_6)
{
    auto const night = [](char const* time) {
        return is_off_hours(parse_time(std::string{"2026-03-02T"} + time).value());
    };
    BOOST_TEST(!night("21:59:59.999Z"));
    BOOST_TEST(night("22:00:00.000Z"));
    BOOST_TEST(night("23:59:59.999Z"));
    BOOST_TEST(night("00:00:00.000Z"));
    BOOST_TEST(night("05:59:59.999Z"));
    BOOST_TEST(!night("06:00:00.000Z"));
    BOOST_TEST(!night("12:00:00.000Z"));
    BOOST_TEST(is_off_hours(Timestamp{std::chrono::milliseconds{-1}})); // 1969-12-31T23:59:59.999Z
}

BOOST_AUTO_TEST_CASE(ten_entries_at_night_are_quiet_and_eleven_are_not)
{
    BOOST_TEST(!off_hours_activity("ag_1", 10));
    auto const found = off_hours_activity("ag_1", 11);
    BOOST_REQUIRE(found);
    BOOST_TEST(found->rule_id == "AD-004");
    BOOST_TEST(found->metadata == R"({"count":11,"windowHours":24,"threshold":10})");
}

BOOST_AUTO_TEST_CASE(one_bad_of_five_is_quiet_two_are_not_and_four_are_too_few_to_judge)
{
    BOOST_TEST(!high_failure_rate("ag_1", 5, 1)); // 0.20 exactly
    BOOST_TEST(!high_failure_rate("ag_1", 4, 4));
    BOOST_TEST(!high_failure_rate("ag_1", 1'000'000'000, 200'000'000));
    BOOST_TEST(high_failure_rate("ag_1", 1'000'000'000, 200'000'001).has_value());
    auto const found = high_failure_rate("ag_1", 5, 2);
    BOOST_REQUIRE(found);
    BOOST_TEST(found->rule_id == "AD-012");
    BOOST_TEST(
        found->metadata ==
        R"({"badCount":2,"totalCount":5,"percentFailure":40,"windowHours":24,"threshold":0.2})"
    );
    BOOST_TEST(
        high_failure_rate("ag_1", 29, 9)->description ==
        "31 percent of the actions of ag_1 failed or were blocked in 24 hours (9 of 29)."
    );
}

BOOST_AUTO_TEST_CASE(a_custom_window_is_a_minute_to_a_day)
{
    using std::chrono::seconds;
    BOOST_TEST((parse_custom_window("1m") == seconds{60}));
    BOOST_TEST((parse_custom_window("15m") == seconds{900}));
    BOOST_TEST((parse_custom_window("24h") == seconds{86400}));
    BOOST_TEST((parse_custom_window("1440m") == seconds{86400}));
    BOOST_TEST((parse_custom_window("1d") == seconds{86400}));
    for (auto const* const text :
         {"", "m", "0m", "01m", "60s", "1441m", "25h", "2d", "1w", "-1m", "1.5h", " 1m", "1m ",
          "99999999999999999999m"})
        BOOST_TEST(!parse_custom_window(text), text);
}

BOOST_AUTO_TEST_CASE(a_custom_condition_concerns_listed_agents_and_any_common_scope)
{
    CustomCondition const anything;
    BOOST_TEST(concerns_agent(anything, "ag_1"));
    BOOST_TEST(concerns_scopes(anything, {}));

    CustomCondition const narrow{
        .agent_ids = {"ag_1", "ag_2"}, .scopes = {"payments:refund", "payments:initiate"}};
    BOOST_TEST(concerns_agent(narrow, "ag_2"));
    BOOST_TEST(!concerns_agent(narrow, "ag_3"));
    std::vector<std::string> const both{"calendar:read", "payments:initiate"};
    std::vector<std::string> const neither{"calendar:read", "payments:initiate:max_5"};
    BOOST_TEST(concerns_scopes(narrow, both));
    BOOST_TEST(!concerns_scopes(narrow, neither));
    BOOST_TEST(!concerns_scopes(narrow, {}));
}

BOOST_AUTO_TEST_CASE(a_custom_rule_fires_at_its_threshold)
{
    CustomRule const rule{
        "refund_burst", "Refund burst", {.window = std::chrono::minutes{15}, .threshold = 20}};
    BOOST_TEST(!custom_rule(rule, "ag_1", 19));
    auto const found = custom_rule(rule, "ag_1", 20);
    BOOST_REQUIRE(found);
    BOOST_TEST(found->rule_id == "refund_burst");
    BOOST_TEST(
        found->description ==
        "Refund burst: 20 records of ag_1 within 15 minutes; the threshold is 20."
    );
    BOOST_TEST(
        found->metadata == R"({"observed":20,"threshold":20,"windowSeconds":900,"baseline":null})"
    );
}

BOOST_AUTO_TEST_SUITE_END()
