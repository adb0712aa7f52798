// E-mail addresses: whether one is plausible, and the form in which they are compared and kept.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rules {

// Trimmed, with ASCII letters in lower case; nothing unless it looks like local@domain.tld (core
// contract, SignupRequest). What would need quoting (RFC 5321 4.1.2) is refused, so an address that
// was read can stand in an SMTP command or a header as it is. Whether it exists only a mail can
// tell.
std::optional<std::string> read_email_address(std::string_view text);

bool is_ascii(std::string_view text);

} // namespace rules
