// Amounts of money, exactly: decimals of four digits, counted in ten-thousandths (signals contract,
// AmountInput). None of them ever becomes a binary fraction, which has no 0.1.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rules {

struct Amount
{
    std::int64_t ten_thousandths = 0;

    auto operator<=>(Amount const&) const = default;
};

constexpr Amount amount_max{999'999'999'999'999'999}; // 99999999999999.9999

// Of the text of a JSON number (RFC 8259 6), with an exponent or without. What is finer than four
// decimals is rounded half to even. Nothing unless the result is above zero and within amount_max.
std::optional<Amount> amount_of_number(std::string_view text);

// Of a string: 1 to 14 digits, and up to four more after a point. Within the same bounds.
std::optional<Amount> amount_of_string(std::string_view text);

// As answers have it, with four decimals: "237.5000".
std::string amount_text(Amount amount);

// As a JSON number, without zeros at its end: 237.5
std::string amount_number(Amount amount);

} // namespace rules
