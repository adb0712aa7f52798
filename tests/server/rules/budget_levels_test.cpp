#include "server/rules/budget_levels.hpp"

#include <boost/test/unit_test.hpp>

#include <map>
#include <string>

using rules::Amount;

namespace {

// "50 80 exhausted"
std::string crossed(std::int64_t initial, std::int64_t before, std::int64_t after)
{
    auto const crossings = rules::crossings_of({initial}, {before}, {after});
    std::string words;
    for (auto const level : crossings.levels)
        words += (words.empty() ? "" : " ") + std::to_string(level);
    if (crossings.exhausted)
        words += words.empty() ? "exhausted" : " exhausted";
    return words;
}

} // namespace

BOOST_AUTO_TEST_SUITE(budget_levels)

BOOST_AUTO_TEST_CASE(a_level_is_crossed_where_the_used_share_reaches_it)
{
    BOOST_TEST(crossed(100, 100, 51).empty());
    BOOST_TEST(crossed(100, 100, 50) == "50");
    BOOST_TEST(crossed(100, 51, 50) == "50");
    BOOST_TEST(crossed(100, 50, 49).empty());
    BOOST_TEST(crossed(100, 50, 21).empty());
    BOOST_TEST(crossed(100, 21, 20) == "80");
    BOOST_TEST(crossed(100, 20, 1).empty());
    BOOST_TEST(crossed(100, 1, 0) == "exhausted");
}

BOOST_AUTO_TEST_CASE(one_debit_may_cross_all_of_them_in_their_order)
{
    BOOST_TEST(crossed(100, 100, 0) == "50 80 exhausted");
    BOOST_TEST(crossed(100, 100, 20) == "50 80");
    BOOST_TEST(crossed(100, 100, 10) == "50 80");
    BOOST_TEST(crossed(100, 50, 0) == "80 exhausted");
    BOOST_TEST(crossed(1, 1, 0) == "50 80 exhausted");
}

BOOST_AUTO_TEST_CASE(a_share_that_is_no_whole_amount_is_reached_by_the_next_one)
{
    // 50 % of 3 is 1.5, 80 % is 2.4.
    BOOST_TEST(crossed(3, 3, 2).empty());
    BOOST_TEST(crossed(3, 2, 1) == "50");
    BOOST_TEST(crossed(3, 1, 0) == "80 exhausted");
    // 50 % of 7 is 3.5, 80 % is 5.6.
    BOOST_TEST(crossed(7, 7, 4).empty());
    BOOST_TEST(crossed(7, 4, 3) == "50");
    BOOST_TEST(crossed(7, 3, 2).empty());
    BOOST_TEST(crossed(7, 2, 1) == "80");
}

BOOST_AUTO_TEST_CASE(the_largest_budget_does_not_overflow)
{
    auto const all = rules::amount_max.ten_thousandths;
    auto const half = all - (all / 2 + 1); // left when a little more than half is used
    BOOST_TEST(crossed(all, all, half + 1).empty());
    BOOST_TEST(crossed(all, all, half) == "50");
    BOOST_TEST(crossed(all, half, all / 5 + 1).empty());
    BOOST_TEST(crossed(all, half, all / 5) == "80");
    BOOST_TEST(crossed(all, all, 0) == "50 80 exhausted");
}

BOOST_AUTO_TEST_CASE(however_a_budget_is_spent_each_level_is_crossed_once)
{
    for (std::int64_t initial = 1; initial <= 60; ++initial)
        for (std::int64_t step = 1; step <= initial; ++step) {
            std::map<std::string, int> seen;
            for (auto left = initial; left > 0;) {
                auto const after = left > step ? left - step : 0;
                auto const crossings = rules::crossings_of({initial}, {left}, {after});
                for (auto const level : crossings.levels)
                    ++seen[std::to_string(level)];
                seen["exhausted"] += crossings.exhausted ? 1 : 0;
                left = after;
            }
            BOOST_TEST(
                (seen == std::map<std::string, int>{{"50", 1}, {"80", 1}, {"exhausted", 1}}),
                initial << " in steps of " << step
            );
        }
}

BOOST_AUTO_TEST_SUITE_END()
