#include "server/rules/amount.hpp"

#include <boost/test/unit_test.hpp>

#include <string>

using rules::Amount;
using rules::amount_max;
using rules::amount_number;
using rules::amount_of_number;
using rules::amount_of_string;
using rules::amount_text;

namespace {

// "none", or the amount as answers have it.
std::string number(std::string_view text)
{
    auto const amount = amount_of_number(text);
    return amount ? amount_text(*amount) : "none";
}

std::string string(std::string_view text)
{
    auto const amount = amount_of_string(text);
    return amount ? amount_text(*amount) : "none";
}

struct Row
{
    std::string_view text;
    std::string_view amount;
};

} // namespace

BOOST_AUTO_TEST_SUITE(amount)

BOOST_AUTO_TEST_CASE(numbers_are_read_to_the_digit_with_and_without_exponent)
{
    Row const rows[] = {
        {"1", "1.0000"},
        {"250", "250.0000"},
        {"12.5", "12.5000"},
        {"0.1", "0.1000"},
        {"0.0001", "0.0001"},
        {"0.0010", "0.0010"},
        {"1E2", "100.0000"},
        {"1e+2", "100.0000"},
        {"1.25e1", "12.5000"},
        {"125e-1", "12.5000"},
        {"1e-4", "0.0001"},
        {"0.000001e4", "0.0100"},
        {"0.1e13", "1000000000000.0000"},
        {"1e13", "10000000000000.0000"},
        {"1.23456789e5", "123456.7890"},
        {"100000e-5", "1.0000"},
        {"1e00000000000000000000002", "100.0000"},
        {"90071992547409.9301", "90071992547409.9301"}, // not what its double says
        {"12345678901234.5678", "12345678901234.5678"},
        {"99999999999999.9999", "99999999999999.9999"},
        {"999999999999999999e-4", "99999999999999.9999"},
    };
    for (auto const& row : rows)
        BOOST_TEST(number(row.text) == row.amount, row.text << " is " << number(row.text));
}

BOOST_AUTO_TEST_CASE(what_is_finer_than_four_decimals_is_rounded_half_to_even)
{
    Row const rows[] = {
        {"0.30000000000000004", "0.3000"},
        {"0.1000000000000000055511151231257827", "0.1000"},
        {"0.00014", "0.0001"},
        {"0.00015", "0.0002"},
        {"0.00025", "0.0002"},
        {"0.00035", "0.0004"},
        {"0.00025000000000000000000001", "0.0003"},
        {"0.000250e0", "0.0002"},
        {"0.00024999999999999999999999", "0.0002"},
        {"0.00026", "0.0003"},
        {"1.99995", "2.0000"},
        {"9.99994999", "9.9999"},
        {"0.00005", "none"}, // half of the smallest: even is zero
        {"0.000050001", "0.0001"},
        {"0.00006", "0.0001"},
        {"5e-5", "none"},
        {"5.1e-5", "0.0001"},
        {"15e-5", "0.0002"},
        {"99999999999999.99994", "99999999999999.9999"},
    };
    for (auto const& row : rows)
        BOOST_TEST(number(row.text) == row.amount, row.text << " is " << number(row.text));
}

BOOST_AUTO_TEST_CASE(zero_less_and_more_than_the_largest_are_no_amounts)
{
    for (auto const* const text :
         {"0",
          "0.0",
          "0e0",
          "0e5",
          "0e-5",
          "0.00000",
          "0e99999999999999999999",
          "1e-30",
          "4e-5",
          "1e-99999999999999999999",
          "0.00001",
          "-1",
          "-0",
          "-0.1",
          "-1e-30",
          "99999999999999.99995",
          "100000000000000",
          "1e14",
          "1E300",
          "1e99999999999999999999",
          "9223372036854775808",
          "18446744073709551616",
          "123456789012345"})
        BOOST_TEST(number(text) == "none", text);
    BOOST_TEST(number("1" + std::string(100'000, '0')) == "none");
    BOOST_TEST(number("0." + std::string(100'000, '0') + "1") == "none");
    BOOST_TEST(number("0." + std::string(100'000, '0') + "1e100001") == "1.0000");
    BOOST_TEST(number("1" + std::string(100'000, '0') + "e-100000") == "1.0000");
}

BOOST_AUTO_TEST_CASE(what_is_no_number_is_no_amount)
{
    for (auto const* const text :
         {"",   ".",  "e",  "1.",  ".5",  "1e",       "1e+",  "1e-",  "1ee2",  "1e1.5", "1.2.3",
          "+1", " 1", "1 ", "1,5", "NaN", "Infinity", "null", "0x10", "1_000", "1\n",   "١"})
        BOOST_TEST(number(text) == "none", text);
}

BOOST_AUTO_TEST_CASE(strings_are_plain_decimals_of_14_digits_and_four_more)
{
    Row const rows[] = {
        {"1", "1.0000"},
        {"0.1", "0.1000"},
        {"007.50", "7.5000"},
        {"250.0000", "250.0000"},
        {"99999999999999.9999", "99999999999999.9999"},
        {"00000000000001", "1.0000"},
    };
    for (auto const& row : rows)
        BOOST_TEST(string(row.text) == row.amount, row.text << " is " << string(row.text));
    for (auto const* const text :
         {"",
          "0",
          "0.0000",
          "1.",
          ".5",
          "1e2",
          "1E0",
          "0.00001",
          "0.10000",
          "-1",
          "+1",
          " 1",
          "1 ",
          "100000000000000",
          "000000000000001",
          "1.2.3",
          "NaN",
          "ten",
          "1,5",
          "0x1",
          "1\n"})
        BOOST_TEST(string(text) == "none", text);
}

BOOST_AUTO_TEST_CASE(amounts_are_written_with_four_decimals_and_as_the_shortest_number)
{
    struct
    {
        std::int64_t amount;
        std::string_view text;
        std::string_view number;
    } const rows[] = {
        {0, "0.0000", "0"},
        {1, "0.0001", "0.0001"},
        {10, "0.0010", "0.001"},
        {9'999, "0.9999", "0.9999"},
        {10'000, "1.0000", "1"},
        {1'000'000, "100.0000", "100"},
        {2'375'000, "237.5000", "237.5"},
        {amount_max.ten_thousandths, "99999999999999.9999", "99999999999999.9999"},
    };
    for (auto const& row : rows) {
        BOOST_TEST(amount_text({row.amount}) == row.text);
        BOOST_TEST(amount_number({row.amount}) == row.number);
        if (row.amount > 0) {
            BOOST_TEST((amount_of_number(row.number) == Amount{row.amount}), row.number);
            BOOST_TEST((amount_of_string(row.text) == Amount{row.amount}), row.text);
        }
    }
}

BOOST_AUTO_TEST_SUITE_END()
