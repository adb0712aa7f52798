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

BOOST_AUTO_TEST_SUITE_END()
