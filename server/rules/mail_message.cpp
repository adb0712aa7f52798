#include "server/rules/mail_message.hpp"

#include "server/rules/email_address.hpp"

#include <algorithm>
#include <array>
#include <cstdio>

namespace rules {

namespace {

constexpr std::size_t line_bytes_max = 998; // RFC 5322 2.1.1

// "Mon, 02 Mar 2026 09:00:00 +0000" (RFC 5322 3.3)
std::string date_text(Timestamp time)
{
    static constexpr std::array days{"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
    static constexpr std::array months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                       "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
    auto const day = std::chrono::floor<std::chrono::days>(time);
    std::chrono::year_month_day const date{day};
    std::chrono::hh_mm_ss const clock{std::chrono::floor<std::chrono::seconds>(time - day)};
    std::array<char, 40> text{};
    std::snprintf(
        text.data(), text.size(), "%s, %02u %s %04d %02d:%02d:%02d +0000",
        days[std::chrono::weekday{day}.c_encoding()], static_cast<unsigned>(date.day()),
        months[static_cast<unsigned>(date.month()) - 1], static_cast<int>(date.year()),
        static_cast<int>(clock.hours().count()), static_cast<int>(clock.minutes().count()),
        static_cast<int>(clock.seconds().count())
    );
    return text.data();
}

void add_header(std::string& out, std::string_view name, std::string_view value)
{
    out.append(name).append(": ");
    for (auto const c : value)
        out += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? ' ' : c;
    out += "\r\n";
}

// RFC 2045 6.8
std::string base64_lines(std::string_view bytes)
{
    constexpr std::size_t columns = 76;
    auto const text = base64(bytes);
    std::string lines;
    for (std::size_t i = 0; i < text.size(); i += columns)
        lines += text.substr(i, columns) + "\r\n";
    return lines;
}

std::string with_crlf(std::string_view text)
{
    std::string lines;
    for (auto const c : text) {
        if (c == '\r')
            continue; // a lone one could end a line for one server and not for the next
        if (c == '\n')
            lines += '\r';
        lines += c;
    }
    if (!lines.ends_with('\n'))
        lines += "\r\n";
    return lines;
}

bool is_plain(std::string_view lines)
{
    if (!is_ascii(lines) || lines.find('\0') != std::string_view::npos)
        return false;
    while (!lines.empty()) {
        auto const end = lines.find('\n');
        if (end > line_bytes_max)
            return false;
        lines.remove_prefix(end + 1);
    }
    return true;
}

} // namespace

std::string base64(std::string_view bytes)
{
    static constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string text;
    for (std::size_t i = 0; i < bytes.size(); i += 3) {
        auto const group = bytes.substr(i, 3);
        unsigned bits = 0;
        for (std::size_t j = 0; j < 3; ++j)
            bits = bits << 8U | (j < group.size() ? static_cast<unsigned char>(group[j]) : 0U);
        for (std::size_t j = 0; j < 4; ++j)
            text += j <= group.size() ? alphabet[bits >> (18 - 6 * j) & 63U] : '=';
    }
    return text;
}

std::string mail_text(MailMessage const& message)
{
    auto body = with_crlf(message.text);
    auto const plain = is_plain(body);
    std::string text;
    add_header(text, "Date", date_text(message.date));
    add_header(text, "From", "<" + message.from + ">");
    add_header(text, "To", "<" + message.to + ">");
    add_header(text, "Subject", message.subject);
    auto const domain = message.from.substr(message.from.rfind('@') + 1);
    add_header(text, "Message-ID", "<" + message.id + "@" + domain + ">");
    add_header(text, "Auto-Submitted", "auto-generated"); // RFC 3834 5: no out-of-office answers
    add_header(text, "MIME-Version", "1.0");
    add_header(text, "Content-Type", "text/plain; charset=utf-8");
    add_header(text, "Content-Transfer-Encoding", plain ? "7bit" : "base64");
    text += "\r\n";
    return text + (plain ? body : base64_lines(body));
}

std::string smtp_data(std::string_view message)
{
    std::string data;
    auto at_line_start = true;
    for (auto const c : message) {
        if (at_line_start && c == '.')
            data += '.';
        data += c;
        at_line_start = c == '\n';
    }
    if (!at_line_start)
        data += "\r\n";
    return data + ".\r\n";
}

MailMessage confirmation_mail(
    std::string_view base_url, std::string_view developer_id, std::string_view link,
    Timestamp expires_at
)
{
    std::string text{"Hello,\n\nthe developer account "};
    text.append(developer_id).append(" at\n").append(base_url);
    text += "\nwants to use this e-mail address. If that is you, open this link:\n\n";
    text.append(link).append("\n\nIt works until ").append(time_words(expires_at));
    text += ". If you know nothing of this, do nothing:\nwithout the link the address is not "
            "confirmed.\n";
    return {
        .from = {},
        .to = {},
        .subject = "Confirm your e-mail address",
        .id = {},
        .date = {},
        .text = std::move(text)};
}

} // namespace rules
