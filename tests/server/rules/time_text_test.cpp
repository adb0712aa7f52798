#include "server/rules/time_text.hpp"

#include <boost/test/unit_test.hpp>

using rules::parse_time;
using rules::time_text;

BOOST_AUTO_TEST_SUITE(time_texts)

BOOST_AUTO_TEST_CASE(a_time_is_read_with_its_offset)
{
    for (auto const* const text :
         {"2026-03-02T09:12:04Z", "2026-03-02t09:12:04.000z", "2026-03-02T14:42:04+05:30",
          "2026-03-02T08:12:04.0009-01:00", "2026-03-02T10:12:04 01:00"})
        BOOST_TEST(time_text(parse_time(text).value()) == "2026-03-02T09:12:04.000Z", text);
}

BOOST_AUTO_TEST_CASE(a_time_that_is_read_is_written_and_read_as_the_same)
{
    for (auto const* const text :
         {"0000-01-01", "9999-12-31T23:59:59.999Z", "2016-12-31T23:59:60Z", "1969-12-31T23:59:59Z"})
    {
        auto const time = parse_time(text).value();
        BOOST_TEST((parse_time(time_text(time)) == time), text);
    }
}

BOOST_AUTO_TEST_CASE(a_time_whose_year_has_no_four_digits_in_utc_is_none)
{
    for (auto const* const text :
         {"0000-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01", "9999-12-31T23:59:60Z"})
        BOOST_TEST(!parse_time(text).has_value(), text);
}

BOOST_AUTO_TEST_SUITE_END()
