// Amounts of money: what is read is what was written, to the ten-thousandth.
// Few paths: a third of the time is enough.
#include "server/rules/amount.hpp"
#include "tests/fuzz/fuzzer.hpp"

#include <cmath>
#include <cstdlib>
#include <string>

namespace {

using rules::Amount;

bool is_json_number(std::string_view text)
{
    auto const take_digits = [&text] {
        auto const count = std::min(text.find_first_not_of("0123456789"), text.size());
        text.remove_prefix(count);
        return count > 0;
    };
    if (text.starts_with('-'))
        text.remove_prefix(1);
    if (text.starts_with('0') ? (text.remove_prefix(1), false) : !take_digits())
        return false;
    if (text.starts_with('.') && (text.remove_prefix(1), !take_digits()))
        return false;
    if (text.starts_with('e') || text.starts_with('E')) {
        text.remove_prefix(1);
        if (text.starts_with('+') || text.starts_with('-'))
            text.remove_prefix(1);
        if (!take_digits())
            return false;
    }
    return text.empty();
}

void check_number(std::string const& text, std::optional<Amount> amount)
{
    // 64 bits of mantissa: exact to less than one ten-thousandth within the bounds.
    auto const expected = std::strtold(text.c_str(), nullptr) * 10'000;
    if (amount)
        test::must(
            std::abs(static_cast<long double>(amount->ten_thousandths) - expected) <= 1,
            "an amount is the number it was read from"
        );
    else
        test::must(
            expected <= 0.5L ||
                expected >= static_cast<long double>(rules::amount_max.ten_thousandths),
            "a number within the bounds is an amount"
        );
}

void check_texts(Amount amount)
{
    test::must(amount > Amount{} && amount <= rules::amount_max, "amounts keep their bounds");
    test::must(rules::amount_of_string(rules::amount_text(amount)) == amount, "its text is read");
    test::must(rules::amount_of_number(rules::amount_number(amount)) == amount, "so is its number");
    test::must(is_json_number(rules::amount_number(amount)), "which is one of JSON");
}

} // namespace

void test::fuzz(std::string_view input)
{
    auto const of_number = rules::amount_of_number(input);
    if (is_json_number(input))
        check_number(std::string{input}, of_number);
    if (of_number)
        check_texts(*of_number);

    if (auto const of_string = rules::amount_of_string(input)) {
        must(of_string == of_number, "a string and a number of the same digits are the same");
        must(
            input.find_first_not_of("0123456789.") == input.npos,
            "a string holds digits and a point and nothing else"
        );
    }
}
