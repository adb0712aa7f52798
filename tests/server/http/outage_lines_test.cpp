#include "server/http/outage_lines.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::chrono_literals;

BOOST_AUTO_TEST_SUITE(outage_lines)

BOOST_AUTO_TEST_CASE(a_cause_has_a_line_a_second_which_counts_what_was_left_out)
{
    http::OutageLines lines;
    http::OutageLines::Time const start{};
    BOOST_TEST((lines.due("disk I/O error", start) == 0U));
    for (int i = 0; i < 999; ++i)
        BOOST_TEST(!lines.due("disk I/O error", start + i * 1ms));
    BOOST_TEST((lines.due("database or disk is full", start + 999ms) == 0U));
    BOOST_TEST((lines.due("disk I/O error", start + 1s) == 999U));
    BOOST_TEST(!lines.due("disk I/O error", start + 1999ms));
    BOOST_TEST((lines.due("disk I/O error", start + 1h) == 1U));
}

BOOST_AUTO_TEST_CASE(causes_without_number_take_no_memory_without_bound)
{
    http::OutageLines lines;
    http::OutageLines::Time const start{};
    for (int i = 0; i < 1000; ++i)
        BOOST_TEST((lines.due(std::to_string(i), start) == 0U));
    BOOST_TEST(!lines.due("999", start));
}

BOOST_AUTO_TEST_SUITE_END()
