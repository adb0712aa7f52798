// The truth table of policies.
#include "server/rules/policy.hpp"

#include <boost/test/unit_test.hpp>

using namespace rules;

namespace {

using Scopes = std::vector<std::string>;

WallClockOf at(int weekday, std::string_view time)
{
    return [weekday, minute = *parse_minute(time, false)](std::string_view) {
        return WallClock{weekday, minute};
    };
}

bool applies(
    Policy const& policy, Scopes const& requested, WallClockOf const& clock = at(1, "12:00")
)
{
    return matches(
        policy, {.agent_id = "ag_1", .principal_id = "user_1", .scopes = requested}, clock
    );
}

Policy rule(bool denies, std::optional<Scopes> scopes = {})
{
    Policy policy;
    policy.id = denies ? "deny" : "allow";
    policy.denies = denies;
    policy.scopes = std::move(scopes);
    return policy;
}

Policy window(bool denies, std::string_view start, std::string_view end)
{
    auto policy = rule(denies);
    policy.window_start = parse_minute(start, false);
    policy.window_end = parse_minute(end, true);
    return policy;
}

} // namespace

BOOST_AUTO_TEST_SUITE(policy)

BOOST_AUTO_TEST_CASE(scopes_are_hit_as_the_table_says)
{
    struct Row
    {
        bool denies;
        Scopes rule;
        Scopes requested;
        bool hit;
    };
    std::vector<Row> const rows{
        {true, {"payments:initiate"}, {"payments:initiate"}, true},
        {true, {"payments:initiate"}, {"calendar:read", "payments:initiate"}, true},
        {true, {"payments:initiate"}, {"payments:initiate:max_500"}, true},
        {true, {"payments:initiate"}, {"payments:*"}, true},
        {true, {"payments:initiate"}, {"*"}, true},
        {true, {"payments:initiate"}, {"payments:read"}, false},
        {true, {"payments:initiate"}, {"payments:initiated"}, false},
        {true, {"payments:initiate"}, {"Payments:initiate"}, false},
        {true, {"payments:*"}, {"payments:initiate:max_500"}, true},
        {true, {"payments:*"}, {"paymentsx:read"}, false},
        {true, {"*"}, {"anything"}, true},
        {false, {"calendar:read", "contacts:read"}, {"calendar:read"}, true},
        {false, {"calendar:read", "contacts:read"}, {"calendar:read", "email:read"}, false},
        {false, {"calendar:read"}, {"calendar:read:work"}, false},
        {false, {"calendar:read"}, {"calendar:*"}, false},
        {false, {"calendar:*"}, {"calendar:read", "calendar:write"}, true},
        {false, {"calendar:*"}, {"calendar"}, false},
        {false, {"*"}, {"calendar:read"}, true},
        {false, {"*"}, {}, false},
        {true, {"*"}, {}, false},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT((row.denies ? "deny " : "allow ") << row.rule.front())
    BOOST_TEST(applies(rule(row.denies, row.rule), row.requested) == row.hit);
}

BOOST_AUTO_TEST_CASE(a_rule_without_conditions_matches_everything)
{
    BOOST_TEST(applies(rule(true), {"anything"}));
    BOOST_TEST(applies(rule(false), {}));
}

BOOST_AUTO_TEST_CASE(agent_and_principal_must_be_the_ones_named)
{
    auto policy = rule(true);
    for (auto const* const agent : {"ag_1", "did:grantex:ag_1"}) {
        policy.agent_id = agent;
        BOOST_TEST(applies(policy, {"a"}));
    }
    for (auto const* const agent : {"ag_2", "did:grantex:ag_2", "AG_1", "did:web:ag_1", ""}) {
        policy.agent_id = agent;
        BOOST_TEST(!applies(policy, {"a"}), agent);
    }
    policy.agent_id.reset();
    policy.principal_id = "user_1";
    BOOST_TEST(applies(policy, {"a"}));
    policy.principal_id = "User_1";
    BOOST_TEST(!applies(policy, {"a"}));
}

BOOST_AUTO_TEST_CASE(deny_wins_over_allow_whatever_the_order)
{
    std::vector<Policy> policies{rule(false), rule(true)};
    PolicyQuestion const question{.agent_id = "ag_1", .principal_id = "u", .scopes = {}};
    BOOST_TEST(decide(policies, question, at(1, "12:00"))->id == "deny");
    policies.pop_back();
    BOOST_TEST(decide(policies, question, at(1, "12:00"))->id == "allow");
    BOOST_TEST((find_deny(policies, question, at(1, "12:00")) == nullptr));
    policies.clear();
    BOOST_TEST((decide(policies, question, at(1, "12:00")) == nullptr));
}

BOOST_AUTO_TEST_CASE(a_window_starts_inclusive_and_ends_exclusive_also_over_midnight)
{
    struct Row
    {
        char const *start, *end, *now;
        bool inside;
    };
    for (auto const& row : std::vector<Row>{
             {"22:00", "06:00", "21:59", false},
             {"22:00", "06:00", "22:00", true},
             {"22:00", "06:00", "00:00", true},
             {"22:00", "06:00", "05:59", true},
             {"22:00", "06:00", "06:00", false},
             {"09:00", "17:00", "08:59", false},
             {"09:00", "17:00", "09:00", true},
             {"09:00", "17:00", "16:59", true},
             {"09:00", "17:00", "17:00", false},
             {"00:00", "24:00", "00:00", true},
             {"00:00", "24:00", "23:59", true},
             {"18:00", "08:30", "08:29", true},
             {"18:00", "08:30", "08:30", false}})
        for (auto const denies : {true, false})
            BOOST_TEST_CONTEXT(row.start << "-" << row.end << " at " << row.now)
    BOOST_TEST(applies(window(denies, row.start, row.end), {"a"}, at(3, row.now)) == row.inside);
}

BOOST_AUTO_TEST_CASE(weekdays_fall_on_the_safe_side_after_midnight)
{
    struct Row
    {
        int weekday;
        char const* now;
        bool deny, allow;
    };
    for (auto const& row : std::vector<Row>{
             {1, "03:00", true, false},
             {2, "03:00", true, true},
             {5, "20:00", true, true},
             {6, "03:00", true, false},
             {6, "20:00", false, false},
             {7, "03:00", false, false}})
        for (auto const denies : {true, false}) {
            auto policy = window(denies, "18:00", "09:00");
            policy.weekdays = std::vector{1, 2, 3, 4, 5};
            BOOST_TEST_CONTEXT("weekday " << row.weekday << " at " << row.now)
            BOOST_TEST(
                applies(policy, {"a"}, at(row.weekday, row.now)) == (denies ? row.deny : row.allow)
            );
        }
}

BOOST_AUTO_TEST_CASE(weekdays_without_a_window_mean_the_whole_day)
{
    auto policy = rule(true);
    policy.weekdays = std::vector{7};
    BOOST_TEST(applies(policy, {"a"}, at(7, "00:00")));
    BOOST_TEST(!applies(policy, {"a"}, at(1, "00:00")));
}

BOOST_AUTO_TEST_CASE(times_of_day_have_one_spelling)
{
    BOOST_TEST(parse_minute("08:30", false).value() == 510);
    BOOST_TEST(parse_minute("24:00", true).value() == 1440);
    BOOST_TEST(minute_text(510) == "08:30");
    BOOST_TEST(minute_text(1440) == "24:00");
    for (auto const* const text : {"8:30", "08:60", "24:00", "25:00", "0830", "08:3", "08:30 ", ""})
        BOOST_TEST(!parse_minute(text, false).has_value(), text);
    BOOST_TEST(!parse_minute("24:01", true).has_value());
}

BOOST_AUTO_TEST_SUITE_END()
