#include "server/time_zone.hpp"

#include <boost/test/unit_test.hpp>

#include <malloc.h>

using server::is_time_zone;

BOOST_AUTO_TEST_SUITE(time_zones)

BOOST_AUTO_TEST_CASE(the_names_of_the_time_zone_database_are_zones)
{
    for (auto const* const name : {"UTC", "Europe/Berlin", "America/Argentina/Buenos_Aires"})
        BOOST_TEST(is_time_zone(name), name);
}

BOOST_AUTO_TEST_CASE(a_file_that_is_none_of_them_is_no_zone)
{
    for (auto const* const name :
         {"", "Europe", "Europe/", "Europe//Berlin", "europe/berlin", "/etc/localtime",
          "../zoneinfo/UTC", "file:/etc/localtime", "Europe/Berlin/", "Nowhere/Else"})
        BOOST_TEST(!is_time_zone(name), name);
}

BOOST_AUTO_TEST_CASE(a_name_that_is_no_zone_leaves_nothing_behind)
{
    auto const before = ::mallinfo2().uordblks;
    for (int i = 0; i < 20'000; ++i)
        BOOST_REQUIRE(!is_time_zone("Nowhere/Else_" + std::to_string(i)));
    BOOST_TEST(::mallinfo2().uordblks < before + 200'000);
}

BOOST_AUTO_TEST_SUITE_END()
