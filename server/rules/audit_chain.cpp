#include "server/rules/audit_chain.hpp"

#include "crypto/hash.hpp"
#include "server/rules/unicode.hpp"

#include <boost/json/array.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <utility>
#include <vector>

namespace rules {

namespace {

// An object key in UTF-16, the form ECMAScript compares: a character above U+FFFF is a pair of
// surrogates and therefore sorts before U+E000.
std::u16string utf16(std::string_view text)
{
    std::u16string units;
    while (!text.empty()) {
        auto const c = first_code_point(text);
        text.remove_prefix(c.size);
        if (c.value < 0x10000) {
            units += static_cast<char16_t>(c.value);
        } else {
            units += static_cast<char16_t>(0xD800 + ((c.value - 0x10000) >> 10));
            units += static_cast<char16_t>(0xDC00 + ((c.value - 0x10000) & 0x3FF));
        }
    }
    return units;
}

void append_unit_escape(std::string& text, char32_t unit)
{
    constexpr std::string_view digits = "0123456789abcdef";
    text += "\\u";
    for (auto shift : {12, 8, 4, 0})
        text += digits[unit >> shift & 0xF];
}

// Writes an ASCII character; ECMA-262 QuoteJSONString.
void append_ascii(std::string& text, char c)
{
    constexpr std::string_view special = "\"\\\b\f\n\r\t";
    constexpr std::string_view letters = "\"\\bfnrt";
    if (auto const at = special.find(c); at != std::string_view::npos) {
        text += '\\';
        text += letters[at];
    } else if (c >= 0 && c < 0x20) {
        append_unit_escape(text, static_cast<char32_t>(c));
    } else {
        text += c;
    }
}

bool append_value(std::string& text, boost::json::value const& value);

bool append_object(std::string& text, boost::json::object const& object)
{
    std::vector<std::pair<std::u16string, boost::json::object::const_iterator>> members;
    members.reserve(object.size());
    for (auto member = object.begin(); member != object.end(); ++member)
        members.emplace_back(utf16(member->key()), member);
    std::ranges::sort(
        members, {}, [](auto const& member) -> auto const& { return member.first; }
    );

    text += '{';
    for (auto const& [key, member] : members) {
        if (text.back() != '{')
            text += ',';
        text += ecmascript_string(member->key());
        text += ':';
        if (!append_value(text, member->value()))
            return false;
    }
    text += '}';
    return true;
}

bool append_array(std::string& text, boost::json::array const& array)
{
    text += '[';
    for (auto const& element : array) {
        if (&element != array.data())
            text += ',';
        if (!append_value(text, element))
            return false;
    }
    text += ']';
    return true;
}

bool append_value(std::string& text, boost::json::value const& value)
{
    switch (value.kind()) {
    case boost::json::kind::null:
        text += "null";
        return true;
    case boost::json::kind::bool_:
        text += value.get_bool() ? "true" : "false";
        return true;
    case boost::json::kind::string:
        text += ecmascript_string(value.get_string());
        return true;
    case boost::json::kind::array:
        return append_array(text, value.get_array());
    case boost::json::kind::object:
        return append_object(text, value.get_object());
    case boost::json::kind::int64:
    case boost::json::kind::uint64:
    case boost::json::kind::double_:
        break;
    }
    // ECMAScript has one kind of number: integers beyond 2^53 lose digits here as they do there.
    auto const number = value.to_number<double>();
    if (!std::isfinite(number))
        return false;
    text += ecmascript_number(number);
    return true;
}

} // namespace

std::optional<std::string> canonical_metadata(boost::json::object const& metadata)
{
    std::string text;
    if (!append_object(text, metadata))
        return std::nullopt;
    return text;
}

std::string ecmascript_string(std::string_view text)
{
    // Nearly all of nearly every text stands for itself.
    auto const is_plain = [](char c) { return c >= 0x20 && c < 0x7f && c != '"' && c != '\\'; };
    std::string quoted = "\"";
    quoted.reserve(text.size() + 2);
    while (!text.empty()) {
        auto const* const end = std::ranges::find_if_not(text, is_plain);
        auto const plain = static_cast<std::size_t>(end - text.begin());
        quoted.append(text.substr(0, plain));
        text.remove_prefix(plain);
        if (text.empty())
            break;
        auto const c = first_code_point(text);
        text.remove_prefix(c.size);
        if (c.value < 0x80) {
            append_ascii(quoted, static_cast<char>(c.value));
        } else if (!is_surrogate(c.value)) {
            append_utf8(quoted, c.value);
        } else {
            // Two surrogates in the right order are one character in UTF-16; others stand alone.
            auto const low = text.empty() ? CodePoint{} : first_code_point(text);
            if (is_high_surrogate(c.value) && is_low_surrogate(low.value)) {
                text.remove_prefix(low.size);
                append_utf8(quoted, 0x10000 + ((c.value & 0x3FF) << 10) + (low.value & 0x3FF));
            } else {
                append_unit_escape(quoted, c.value);
            }
        }
    }
    quoted += '"';
    return quoted;
}

// ECMA-262 Number::toString, radix 10. The shortest digits that read back as the same double are
// those of to_chars; only the layout differs.
std::string ecmascript_number(double value)
{
    if (!std::isfinite(value))
        return "null"; // as JSON.stringify writes them

    std::array<char, 32> buffer;
    auto const end = std::to_chars(
        buffer.data(), buffer.data() + buffer.size(), std::abs(value), std::chars_format::scientific
    );
    std::string_view const printed{buffer.data(), end.ptr}; // d[.ddd]e(+|-)dd
    auto const e = printed.find('e');
    std::string digits{printed.substr(0, 1)};
    if (e > 2)
        digits += printed.substr(2, e - 2);
    int exponent = 0;
    std::from_chars(printed.data() + e + 2, end.ptr, exponent);
    if (printed[e + 1] == '-')
        exponent = -exponent;

    auto const count = static_cast<int>(digits.size()); // k in ECMA-262
    auto const point = exponent + 1;                    // n: the value is 0.digits * 10^n
    auto const size = [](int n) { return static_cast<std::size_t>(n); };
    std::string text = value < 0 ? "-" : ""; // -0 is not below 0 and prints as 0
    if (count <= point && point <= 21)
        return text + digits + std::string(size(point - count), '0');
    if (0 < point && point <= 21)
        return text + digits.insert(size(point), ".");
    if (-6 < point && point <= 0)
        return text + "0." + std::string(size(-point), '0') + digits;
    if (count > 1)
        digits.insert(1, ".");
    return text + digits + (exponent < 0 ? "e-" : "e+") + std::to_string(std::abs(exponent));
}

std::string audit_text(AuditFacts const& facts)
{
    std::string text;
    auto const member = [&](std::string_view name, std::string_view written) {
        text += text.empty() ? '{' : ',';
        text += '"';
        text += name;
        text += "\":";
        text += written;
    };
    // Core notes, section 2: this order, whatever the order of the answer.
    member("id", ecmascript_string(facts.id));
    member("agentId", ecmascript_string(facts.agent_id));
    member("agentDid", ecmascript_string(facts.agent_did));
    member("grantId", ecmascript_string(facts.grant_id));
    member("principalId", ecmascript_string(facts.principal_id));
    member("developerId", ecmascript_string(facts.developer_id));
    member("action", ecmascript_string(facts.action));
    member("metadata", facts.metadata_text.empty() ? "{}" : facts.metadata_text);
    member("timestamp", ecmascript_string(facts.timestamp));
    member("prevHash", facts.prev_hash ? ecmascript_string(*facts.prev_hash) : "null");
    member("status", ecmascript_string(facts.status));
    return text + '}';
}

std::string audit_hash(AuditFacts const& facts)
{
    return crypto::hex(crypto::sha256(audit_text(facts)));
}

} // namespace rules
