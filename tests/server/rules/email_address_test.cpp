// Which addresses are plausible, and the form in which they are compared.
#include "server/rules/email_address.hpp"

#include <boost/test/unit_test.hpp>

using namespace rules;

BOOST_AUTO_TEST_SUITE(email_address)

BOOST_AUTO_TEST_CASE(plausible_addresses_are_trimmed_and_in_lower_case)
{
    std::pair<std::string, std::string> const rows[] = {
        {"ops@nimbus.example", "ops@nimbus.example"},
        {" \tOps@Nimbus.Example\r\n", "ops@nimbus.example"},
        {"a@b.c", "a@b.c"},
        {"first.last+tag@sub.domain.example", "first.last+tag@sub.domain.example"},
        {"!#$%&'*+-/=?^_`{|}~@b.c", "!#$%&'*+-/=?^_`{|}~@b.c"},
        {"J\xC3\xB6rg@m\xC3\xBCnchen.example", "j\xC3\xB6rg@m\xC3\xBCnchen.example"},
        {"live@grantexd.localhost", "live@grantexd.localhost"},
        {std::string(250, 'a') + "@b.c", std::string(250, 'a') + "@b.c"},
    };
    for (auto const& [text, address] : rows)
        BOOST_TEST(read_email_address(text).value_or("nothing") == address);
}

BOOST_AUTO_TEST_CASE(what_is_no_address_or_would_need_quoting_is_refused)
{
    std::string const rows[] = {
        "",
        " ",
        "a",
        "@",
        "a@",
        "@b.c",
        "a@b",
        "a@b.",
        "a@.c",
        "a@b..c",
        "a@b@c.d",
        "a b@c.d",
        "a@b c.d",
        "\"a\"@b.c",
        "a@[127.0.0.1]",
        "<a@b.c>",
        "a>@b.c",
        "a@b.c>",
        "a,b@c.d",
        "a@b.c,d@e.f",
        "a:b@c.d",
        "a@b_c.d",
        "a(b)@c.d",
        "a\r\nRCPT TO:<x@y.z>@b.c",
        "a@b.c\nBcc: x",
        std::string{"a\0@b.c", 6},
        "a\x7f@b.c",
        "a\xC2\xA0@b.c",     // no-break space
        "a\xE2\x80\xA8@b.c", // line separator
        "a\xE2\x80\xAE@b.c", // right-to-left override
        "a\xE2\x80\x8B@b.c", // zero-width space
        "a\xC2\x85@b.c",     // next line
        "a\xFF@b.c",         // no UTF-8
        "a\xED\xA0\x80@b.c", // a surrogate
        std::string(251, 'a') + "@b.c",
    };
    for (auto const& row : rows)
        BOOST_TEST(!read_email_address(row).has_value(), row);
}

BOOST_AUTO_TEST_SUITE_END()
