#include "server/rules/token_lifetimes.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;
using rules::Timestamp;

namespace {

Timestamp at(long long milliseconds)
{
    return Timestamp{std::chrono::milliseconds{milliseconds}};
}

long long count(Timestamp time)
{
    return time.time_since_epoch().count();
}

} // namespace

BOOST_AUTO_TEST_SUITE(token_lifetimes)

BOOST_AUTO_TEST_CASE(times_are_rounded_down_to_floor_to_second)
{
    BOOST_TEST(count(rules::floor_to_second(at(0))) == 0);
    BOOST_TEST(count(rules::floor_to_second(at(999))) == 0);
    BOOST_TEST(count(rules::floor_to_second(at(1000))) == 1000);
    BOOST_TEST(count(rules::floor_to_second(at(-1))) == -1000);
}

BOOST_AUTO_TEST_CASE(a_grant_ends_its_lifetime_after_the_exchange)
{
    BOOST_TEST(count(rules::grant_expiry(at(1'772'442'724'999), 24h)) == 1'772'529'124'000);
    BOOST_TEST(count(rules::grant_expiry(at(1'772'442'724'000), 1s)) == 1'772'442'725'000);
}

BOOST_AUTO_TEST_CASE(a_token_ends_with_its_grant_or_at_the_token_maximum)
{
    auto const now = at(1'772'442'724'600);
    // exp - iat is the maximum exactly: a rounded up `iat + 24h` would be 86401 seconds.
    struct
    {
        char const* what;
        Timestamp grant;
        long long expected;
    } const rows[] = {
        {"grant ends later",            at(1'772'529'125'000), 1'772'529'124'000},
        {"grant ends with it",          at(1'772'529'124'000), 1'772'529'124'000},
        {"grant ends a second earlier", at(1'772'529'123'000), 1'772'529'123'000},
        {"grant ends within a second",  at(1'772'529'123'999), 1'772'529'123'000},
        {"grant has ended",             at(1'772'442'000'000), 1'772'442'000'000},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.what)
    BOOST_TEST(count(rules::token_expiry(row.grant, now, 24h)) == row.expected);
}

BOOST_AUTO_TEST_CASE(a_grant_of_a_day_and_its_first_token_end_together)
{
    auto const now = at(1'772'442'724'999);
    auto const grant = rules::grant_expiry(now, 24h);
    BOOST_TEST(count(rules::token_expiry(grant, now, 24h)) == count(grant));
}

BOOST_AUTO_TEST_CASE(a_refresh_token_never_outlives_its_grant)
{
    auto const now = at(1'772'442'724'600);
    auto const ceiling = at(1'772'442'724'000) + 720h;
    BOOST_TEST(count(rules::refresh_expiry(ceiling + 1s, now, 720h)) == count(ceiling));
    BOOST_TEST(count(rules::refresh_expiry(ceiling, now, 720h)) == count(ceiling));
    BOOST_TEST(count(rules::refresh_expiry(ceiling - 1s, now, 720h)) == count(ceiling - 1s));
    BOOST_TEST(count(rules::refresh_expiry(ceiling - 1ms, now, 720h)) == count(ceiling - 1s));
}

BOOST_AUTO_TEST_SUITE_END()
