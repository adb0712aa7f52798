// A mail as the bytes that SMTP carries (RFC 5322, RFC 2045).
#pragma once

#include "server/rules/time_text.hpp"

#include <string>
#include <string_view>

namespace rules {

struct MailMessage
{
    std::string from; // addresses as read_email_address gives them
    std::string to;
    std::string subject; // ASCII
    std::string id;      // what comes before the @ of Message-ID; the same mail keeps it
    Timestamp date;
    std::string text; // UTF-8, lines ended by "\n"
};

std::string base64(std::string_view bytes); // RFC 4648 section 4, padded

// Headers, an empty line and the body; every line ends in CRLF. Control characters of header values
// become spaces, so that no value begins a header of its own. A body that is not ASCII, or has a
// line longer than SMTP allows, is sent as base64.
std::string mail_text(MailMessage const& message);

// The message as the DATA command sends it: a dot more where a line starts with one, and the line
// that holds only a dot at the end (RFC 5321 4.5.2).
std::string smtp_data(std::string_view message);

// The mail that asks to confirm an address. Nothing in it is the developer's own text: it goes to
// whatever address a developer names.
MailMessage confirmation_mail(
    std::string_view base_url, std::string_view developer_id, std::string_view link,
    Timestamp expires_at
);

} // namespace rules
