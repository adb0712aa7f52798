// What a signing key is follows from when the keys sign and the clock alone.
#include "server/rules/key_lives.hpp"

#include <boost/test/unit_test.hpp>

#include <vector>

using namespace std::chrono_literals;
using rules::KeyState;
using rules::Timestamp;

namespace {

constexpr Timestamp start{std::chrono::sys_days{std::chrono::year{2026} / 3 / 2}};

std::string states(std::vector<rules::KeyTimes> const& keys, Timestamp now)
{
    std::string text;
    for (auto const& life : rules::judge_keys(keys, now))
        text += (text.empty() ? "" : " ") + std::string{rules::name_of(life.state)};
    return text;
}

} // namespace

BOOST_AUTO_TEST_SUITE(key_lives)

BOOST_AUTO_TEST_CASE(a_key_is_next_then_active_then_retired_then_gone)
{
    std::vector<rules::KeyTimes> const keys{{start, 24h}, {start + 90 * 24h, 1h}};
    auto const takeover = keys[1].signs_from;
    BOOST_TEST(states(keys, start) == "active next");
    BOOST_TEST(states(keys, takeover - 1ms) == "active next");
    BOOST_TEST(states(keys, takeover) == "retired active");
    BOOST_TEST(states(keys, takeover + 24h - 1ms) == "retired active");
    BOOST_TEST(states(keys, takeover + 24h) == "gone active");
    auto const lives = rules::judge_keys(keys, start);
    BOOST_TEST((lives[0].verifies_until == takeover + 24h));
    BOOST_TEST(!lives[1].verifies_until);
}

BOOST_AUTO_TEST_CASE(one_key_signs_whatever_the_clock_says)
{
    std::vector<rules::KeyTimes> const keys{{start, 24h}, {start + 1h, 24h}};
    BOOST_TEST(states(keys, start - 365 * 24h) == "active next");
    BOOST_TEST(states(keys, start + 3650 * 24h) == "gone active");
    BOOST_TEST(states({{start, 24h}}, start + 3650 * 24h) == "active");
    BOOST_TEST(states({}, start).empty());
}

// A clock that is set back lets the key before sign again; it is published still.
BOOST_AUTO_TEST_CASE(a_clock_that_goes_back_goes_back_to_the_key_before)
{
    std::vector<rules::KeyTimes> const keys{{start, 24h}, {start + 1h, 24h}};
    BOOST_TEST(states(keys, start + 1h) == "retired active");
    BOOST_TEST(states(keys, start + 1h - 1s) == "active next");
}

BOOST_AUTO_TEST_CASE(the_end_of_a_key_is_counted_from_the_one_after_it_also_when_that_is_gone)
{
    std::vector<rules::KeyTimes> const keys{
        {start, 24h}, {start + 1h, 1min, start + 3h}, {start + 2h, 24h}};
    BOOST_TEST(states(keys, start + 25h - 1ms) == "retired gone active");
    BOOST_TEST(states(keys, start + 25h) == "gone gone active");
}

BOOST_AUTO_TEST_CASE(a_key_that_went_before_it_signed_ends_no_other)
{
    std::vector<rules::KeyTimes> const keys{{start, 24h}, {start + 1h, 24h, start + 30min}};
    BOOST_TEST(states(keys, start + 100h) == "active gone");
    BOOST_TEST(!rules::judge_keys(keys, start + 100h)[0].verifies_until);
}

BOOST_AUTO_TEST_CASE(a_successor_is_made_the_lead_before_the_period_ends)
{
    auto const due = start + 90 * 24h - 1h;
    BOOST_TEST(!rules::needs_successor(start, 90 * 24h, 1h, due - 1ms));
    BOOST_TEST(rules::needs_successor(start, 90 * 24h, 1h, due));
    BOOST_TEST(!rules::needs_successor(start, 0s, 1h, due + 3650 * 24h));
    // A key from the future, after the clock was set back, is not old.
    BOOST_TEST(!rules::needs_successor(start, 24h, 1h, start - 24h));
}

BOOST_AUTO_TEST_SUITE_END()
