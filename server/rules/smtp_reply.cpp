#include "server/rules/smtp_reply.hpp"

#include <algorithm>

namespace rules {

SmtpLine add_line(SmtpReply& reply, std::string_view line)
{
    constexpr std::size_t code_digits = 3;
    auto const digits = line.substr(0, code_digits);
    auto const is_digit = [](char c) { return c >= '0' && c <= '9'; };
    if (digits.size() < code_digits || !std::ranges::all_of(digits, is_digit))
        return SmtpLine::malformed;
    reply.code = 0;
    for (auto const digit : digits)
        reply.code = reply.code * 10 + (digit - '0');
    reply.lines.emplace_back(line.substr(std::min(line.size(), code_digits + 1)));
    return line.size() > code_digits && line[code_digits] == '-' ? SmtpLine::more : SmtpLine::last;
}

std::optional<std::string> find_offer(SmtpReply const& reply, std::string_view keyword)
{
    for (auto line : reply.lines) {
        for (auto& c : line)
            c = static_cast<char>(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
        if (line == keyword || line.starts_with(std::string{keyword} + " "))
            return line;
    }
    return {};
}

} // namespace rules
