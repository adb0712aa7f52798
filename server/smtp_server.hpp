// The mail server that takes the mails of this one, as SMTP_URL names it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace server {

struct SmtpServer
{
    bool tls = false; // from the first byte (smtps://), not by STARTTLS
    std::string host; // a name or an address, without brackets
    std::string port;
};

// "smtp://mail.example.com" (port 587), "smtps://mail.example.com" (465), "smtp://[::1]:25".
// Nothing when it is no such URL. Throws ConfigError when it holds a user or password, which must
// not be repeated in a message.
std::optional<SmtpServer> parse_smtp_url(std::string_view text);

} // namespace server
