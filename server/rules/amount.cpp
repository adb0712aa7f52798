#include "server/rules/amount.hpp"

#include <algorithm>
#include <charconv>

namespace rules {

namespace {

constexpr std::size_t decimals = 4;
constexpr std::size_t whole_digits_max = 14;
constexpr std::int64_t unit = 10'000;

bool are_digits(std::string_view text)
{
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// A decimal as its digits, and how many of them stand before the point; that may be more than there
// are, or less than none.
struct Digits
{
    std::string text;
    std::int64_t whole = 0;
};

// "e+17" -> 17, "" -> 0. One that no 64 bits hold is far beyond every digit of the number.
std::optional<std::int64_t> read_exponent(std::string_view text)
{
    if (text.empty())
        return 0;
    text.remove_prefix(1);
    auto const negative = text.starts_with('-');
    if (negative || text.starts_with('+'))
        text.remove_prefix(1);
    if (!are_digits(text))
        return std::nullopt;
    // Bounded so that it can be added to the length of any body.
    constexpr std::int64_t bound = 1'000'000'000'000;
    std::int64_t value = 0;
    if (std::from_chars(text.data(), text.data() + text.size(), value).ec != std::errc{})
        value = bound;
    value = std::min(value, bound);
    return negative ? -value : value;
}

// Nothing when it is no number, or a negative one.
std::optional<Digits> read_digits(std::string_view number)
{
    auto const mantissa = number.substr(0, number.find_first_of("eE"));
    auto const exponent = read_exponent(number.substr(mantissa.size()));
    auto const whole = mantissa.substr(0, mantissa.find('.'));
    auto const fraction = mantissa.substr(std::min(mantissa.size(), whole.size() + 1));
    auto const has_point = whole.size() < mantissa.size();
    if (!exponent || !are_digits(whole) || (has_point && !are_digits(fraction)))
        return std::nullopt;
    return Digits{
        std::string{whole}.append(fraction), static_cast<std::int64_t>(whole.size()) + *exponent};
}

// IEEE 754's rule, which favours neither side: "5" goes to the even neighbour.
bool rounds_up(std::string_view rest, bool is_odd)
{
    if (rest.empty() || rest.front() != '5')
        return !rest.empty() && rest.front() > '5';
    return is_odd || rest.find_first_not_of('0', 1) != std::string_view::npos;
}

std::optional<Amount> within_bounds(Amount amount)
{
    return amount > Amount{} && amount <= amount_max ? std::optional{amount} : std::nullopt;
}

} // namespace

std::optional<Amount> amount_of_number(std::string_view text)
{
    auto const number = read_digits(text);
    if (!number)
        return std::nullopt;
    auto const leading = std::min(number->text.find_first_not_of('0'), number->text.size());
    auto const digits = std::string_view{number->text}.substr(leading);
    // Of these digits so many make the ten-thousandths; they are rounded to that place.
    auto const kept =
        number->whole + static_cast<std::int64_t>(decimals) - static_cast<std::int64_t>(leading);
    // Below it a number is less than half a ten-thousandth, above it more than amount_max.
    if (digits.empty() || kept < 0 || kept > static_cast<std::int64_t>(whole_digits_max + decimals))
        return std::nullopt;
    auto const size = static_cast<std::size_t>(kept);
    std::int64_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value = value * 10 + (i < digits.size() ? digits[i] - '0' : 0);
    if (rounds_up(digits.substr(std::min(size, digits.size())), value % 2 != 0))
        ++value;
    return within_bounds({value});
}

std::optional<Amount> amount_of_string(std::string_view text)
{
    auto const whole = text.substr(0, text.find('.'));
    auto const fraction = text.substr(std::min(text.size(), whole.size() + 1));
    auto const has_point = whole.size() < text.size();
    if (!are_digits(whole) || whole.size() > whole_digits_max)
        return std::nullopt;
    if (has_point && (!are_digits(fraction) || fraction.size() > decimals))
        return std::nullopt;
    return amount_of_number(text);
}

std::string amount_text(Amount amount)
{
    auto const fraction = std::to_string(amount.ten_thousandths % unit);
    return std::to_string(amount.ten_thousandths / unit) + "." +
           std::string(decimals - fraction.size(), '0') + fraction;
}

std::string amount_number(Amount amount)
{
    auto text = amount_text(amount);
    text.erase(text.find_last_not_of('0') + 1);
    if (text.ends_with('.'))
        text.pop_back();
    return text;
}

} // namespace rules
