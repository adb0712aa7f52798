// Replies of a mail server (RFC 5321 4.2), line by line, and what it offers in them.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

struct SmtpReply
{
    int code = 0;                   // 250
    std::vector<std::string> lines; // their texts, without code and line end
};

enum class SmtpLine
{
    more, // others follow: "250-first"
    last, // "250 last"
    malformed
};

// Adds a line, given without its end. The last line's code is that of the reply.
SmtpLine add_line(SmtpReply& reply, std::string_view line);

// The line of an EHLO reply that offers this, in upper case; nothing when none does.
std::optional<std::string> find_offer(SmtpReply const& reply, std::string_view keyword);

} // namespace rules
