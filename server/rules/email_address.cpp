#include "server/rules/email_address.hpp"

#include "server/rules/trimmed.hpp"
#include "server/rules/unicode.hpp"

#include <algorithm>

namespace rules {

namespace {

constexpr std::size_t address_bytes_max = 254; // RFC 3696, erratum 1690
// "atext" of RFC 5322 3.2.3 without letters and digits.
constexpr std::string_view local_symbols = "!#$%&'*+-/=?^_`{|}~.";

bool is_letter_or_digit(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// Letters beyond ASCII may stand anywhere (RFC 6531), what hides or looks like a gap nowhere.
bool consists_of(std::string_view text, std::string_view symbols)
{
    while (!text.empty()) {
        auto const point = first_code_point(text);
        if (point.size > 1) {
            if (!point.valid || is_surrogate(point.value) || is_control(point.value) ||
                is_space(point.value) || is_invisible(point.value))
                return false;
        } else if (!is_letter_or_digit(text.front()) && symbols.find(text.front()) == symbols.npos)
        {
            return false;
        }
        text.remove_prefix(point.size);
    }
    return true;
}

} // namespace

std::optional<std::string> read_email_address(std::string_view text)
{
    text = trimmed(text);
    auto const at = text.find('@');
    if (at == 0 || at == std::string_view::npos || text.size() > address_bytes_max)
        return {};
    auto const domain = text.substr(at + 1);
    auto const dot = domain.rfind('.');
    if (dot == std::string_view::npos || domain.starts_with('.') || dot + 1 == domain.size() ||
        domain.find("..") != std::string_view::npos)
        return {};
    if (!consists_of(text.substr(0, at), local_symbols) || !consists_of(domain, "-."))
        return {};
    std::string address{text};
    for (auto& c : address)
        c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    return address;
}

bool is_ascii(std::string_view text)
{
    return std::ranges::all_of(text, [](char c) { return static_cast<unsigned char>(c) < 0x80; });
}

} // namespace rules
