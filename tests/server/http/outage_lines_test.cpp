#include "server/http/outage_lines.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(outage_lines)

BOOST_AUTO_TEST_CASE(a_cause_has_a_line_a_second_which_counts_what_was_left_out)
{
    http::OutageLines lines;
    http::OutageLines::Time const start{};
    BOOST_TEST(lines.text("disk I/O error", start).value() == "disk I/O error");
    for (int i = 0; i < 999; ++i)
        BOOST_TEST(!lines.text("disk I/O error", start + i * 1ms));
    BOOST_TEST(lines.text("disk is full", start + 999ms).value() == "disk is full");
    auto const next = lines.text("disk I/O error", start + 1s).value();
    BOOST_TEST(next == "disk I/O error, and 999 more like it");
    BOOST_TEST(!lines.text("disk I/O error", start + 1999ms));
    BOOST_TEST(lines.text("disk is full", start + 1h).value() == "disk is full");
}

BOOST_AUTO_TEST_CASE(causes_without_number_take_no_memory_without_bound)
{
    http::OutageLines lines;
    http::OutageLines::Time const start{};
    for (int i = 0; i < 1000; ++i)
        BOOST_TEST(lines.text(std::to_string(i), start).has_value());
    BOOST_TEST(!lines.text("999", start));
}

BOOST_AUTO_TEST_SUITE_END()
