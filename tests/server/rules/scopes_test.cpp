#include "server/rules/scopes.hpp"

#include <boost/test/unit_test.hpp>

using namespace std::string_view_literals;
using Scopes = std::vector<std::string>;

BOOST_AUTO_TEST_SUITE(scopes)

BOOST_AUTO_TEST_CASE(scopes_are_opaque_strings_of_1_to_256_characters)
{
    auto const longest = std::string(256, 'a');
    for (auto scope :
         {"read"sv, "a"sv, "calendar:read"sv, "::"sv, "*"sv, "<b>"sv, "日程:読む"sv,
          "com.stripe.charges:create:max_5000"sv, std::string_view{longest}})
        BOOST_TEST_CONTEXT(scope)
    BOOST_TEST(rules::is_scope(scope));
    BOOST_TEST(!rules::is_scope(""));
    BOOST_TEST(!rules::is_scope(longest + "a"));
    BOOST_TEST(rules::is_scope(std::string(255, 'a') + "é"));
    BOOST_TEST(!rules::is_scope(std::string(256, 'a') + "é"));
}

BOOST_AUTO_TEST_CASE(whitespace_control_characters_and_broken_utf8_make_no_scope)
{
    for (auto scope :
         {" "sv,        "a b"sv,      "a\tb"sv,     "a\n"sv,      "\ra"sv,          "a\vb"sv,
          "a\fb"sv,     "a\0b"sv,     "a\x7f"sv,    "a\u0085"sv,  "a\u009fb"sv,     "a\u00a0b"sv,
          "a\u1680b"sv, "a\u2003b"sv, "a\u2028b"sv, "a\u2029b"sv, "a\u202fb"sv,     "a\u205fb"sv,
          "a\u3000b"sv, "\ufeffa"sv,  "a\xff"sv,    "a\xc3"sv,    "\xed\xa0\x80"sv, "\xc0\xaf"sv})
        BOOST_TEST_CONTEXT(scope)
    BOOST_TEST(!rules::is_scope(scope));
}

BOOST_AUTO_TEST_CASE(a_scope_is_allowed_only_byte_for_byte)
{
    Scopes const allowed{"calendar:read", "payments:initiate:max_500", "files:*"};
    struct
    {
        Scopes requested, outside;
    } const rows[] = {
        {{},                                                   {}                           },
        {{"calendar:read"},                                    {}                           },
        {{"files:*", "calendar:read", "files:*"},              {}                           },
        {{"Calendar:read", "calendar:rea", "calendar:read:x"},
         {"Calendar:read", "calendar:rea", "calendar:read:x"}                               },
        {{"z", "calendar:read", "a"},                          {"z", "a"}                   },
        {{"files:read"},                                       {"files:read"}               },
        {{"payments:initiate:max_100"},                        {"payments:initiate:max_100"}},
        {{"payments:initiate"},                                {"payments:initiate"}        },
    };
    for (auto const& row : rows) {
        auto const outside = rules::scopes_outside(row.requested, allowed);
        BOOST_TEST(outside == row.outside, boost::test_tools::per_element());
    }
    Scopes const one{"a"};
    BOOST_TEST(rules::scopes_outside(one, {}) == one, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
