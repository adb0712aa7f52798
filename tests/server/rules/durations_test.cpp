#include "server/rules/durations.hpp"

#include <boost/test/unit_test.hpp>

#include <string_view>

using rules::duration_words;
using rules::parse_duration;

BOOST_AUTO_TEST_SUITE(durations)

BOOST_AUTO_TEST_CASE(durations_are_read_in_all_four_units)
{
    struct
    {
        std::string_view text;
        long long seconds;
    } const rows[] = {
        {"1s",           1                  },
        {"59s",          59                 },
        {"15m",          900                },
        {"24h",          86400              },
        {"30d",          2592000            },
        {"365d",         31536000           },
        {"0030m",        1800               },
        {"86400s",       86400              },
        {"53375995583d", 53375995583 * 86400},
        {"999999d",      86399913600        },
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.text)
        {
            auto const read = parse_duration(row.text);
            BOOST_REQUIRE(read);
            BOOST_TEST(read->count() == row.seconds);
        }
}

BOOST_AUTO_TEST_CASE(anything_else_is_no_duration)
{
    using namespace std::string_view_literals;
    for (auto text : {
             ""sv,
             "s"sv,
             "0s"sv,
             "0d"sv,
             "000m"sv,
             "-1h"sv,
             "+1h"sv,
             "1.5h"sv,
             "1H"sv,
             " 1h"sv,
             "1h "sv,
             "1 h"sv,
             "１h"sv,
             "86400"sv,
             "1w"sv,
             "1hh"sv,
             "h1"sv,
             "1h1m"sv,
             "0x1h"sv,
             "1e3s"sv,
             "1h\0"sv,
             "1\0h"sv,
             "1h\n"sv,
             "PT1H"sv,
             "53375995584d"sv,
             "9223372036854775807s"sv,
             "9223372036854775808s"sv,
             "99999999999999999999999999999d"sv,
         })
        BOOST_TEST_CONTEXT(text)
    BOOST_TEST(!parse_duration(text));
}

BOOST_AUTO_TEST_CASE(the_longest_duration_still_fits_a_point_in_time)
{
    using namespace std::chrono;
    auto const longest = parse_duration("53375995583d");
    BOOST_REQUIRE(longest);
    auto const now = sys_time<milliseconds>{sys_days{year{2026} / 3 / 2}};
    BOOST_TEST(((now + *longest) > now));
}

BOOST_AUTO_TEST_CASE(durations_are_told_in_the_largest_unit_that_divides_them)
{
    struct
    {
        long long seconds;
        std::string_view words;
    } const rows[] = {
        {1,       "1 second"       },
        {59,      "59 seconds"     },
        {60,      "1 minute"       },
        {90,      "90 seconds"     },
        {1800,    "30 minutes"     },
        {3600,    "1 hour"         },
        {5400,    "90 minutes"     },
        {86400,   "24 hours"       },
        {90000,   "25 hours"       },
        {172800,  "2 days"         },
        {604800,  "7 days"         },
        {2592000, "30 days"        },
        {2592001, "2592001 seconds"},
    };
    for (auto const& row : rows)
        BOOST_TEST(duration_words(std::chrono::seconds{row.seconds}) == row.words);
}

BOOST_AUTO_TEST_SUITE_END()
