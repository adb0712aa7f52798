// The table of rate buckets under more sources than it has room for.
#include "server/http/limits.hpp"

#include <boost/test/unit_test.hpp>

#include <malloc.h>

BOOST_AUTO_TEST_SUITE(rate_table)

BOOST_AUTO_TEST_CASE(S_101_any_number_of_addresses_fits_into_64_megabytes)
{
    server::Config config;
    config.rate_profile = "reference";
    config.rate_ip = 5000;
    http::Limits limits{config};
    storage::Timestamp const now{std::chrono::hours{24 * 365 * 50}};
    auto const before = ::mallinfo2();
    auto const count = 3 * http::Limits::buckets_max;
    std::size_t refused = 0;
    for (std::size_t i = 0; i < count; ++i) {
        auto const group = [i](unsigned shift) { return std::to_string((i >> shift) & 0xFFU); };
        auto const address = "198." + group(16) + "." + group(8) + "." + group(0);
        refused += limits.count_address(address, now).allowed ? 0 : 1;
    }
    auto const after = ::mallinfo2();
    BOOST_TEST(limits.buckets() <= http::Limits::buckets_max + 1);
    BOOST_TEST(after.uordblks + after.hblkhd - before.uordblks - before.hblkhd < 64U * 1024 * 1024);
    // Those that found no room share a bucket; those that came before keep theirs.
    BOOST_TEST(refused == count - http::Limits::buckets_max - 5000);
    BOOST_TEST(limits.count_address("198.0.0.0", now).remaining == 4998);
    // The next minute has room for all again.
    BOOST_TEST(limits.count_address("198.9.9.9", now + std::chrono::minutes{1}).remaining == 4999);
    BOOST_TEST(limits.buckets() == 1U);
}

BOOST_AUTO_TEST_CASE(R_11_a_clock_that_is_set_back_keeps_nobody_out_for_longer_than_a_window)
{
    using std::chrono::seconds;
    server::Config config;
    config.rate_profile = "reference";
    config.rate_ip = 3;
    std::chrono::steady_clock::time_point steady{seconds{1000}};
    http::Limits limits{config, [&steady] { return steady; }};
    storage::Timestamp const start{std::chrono::hours{24 * 365 * 50}};
    auto const is_allowed = [&](seconds set_by) {
        return limits.count_address("198.0.0.1", start + set_by).allowed;
    };
    seconds const ten_years{10 * 365 * 24 * 3600};
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(is_allowed(ten_years));
    BOOST_TEST(!is_allowed(ten_years));
    steady += seconds{59};
    BOOST_TEST(!is_allowed(seconds{0})); // set back: the window is not opened once more
    steady += seconds{1};
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(is_allowed(seconds{0}));
    BOOST_TEST(!is_allowed(seconds{0}));
    // Set back every second, it stands still; the limit does not.
    for (int second = 0; second < 60; ++second) {
        BOOST_TEST(!is_allowed(seconds{-(second % 2)}));
        steady += seconds{1};
    }
    BOOST_TEST(is_allowed(seconds{0}));
    BOOST_TEST(is_allowed(seconds{60})); // and the next minute is a new window
}

BOOST_AUTO_TEST_SUITE_END()
