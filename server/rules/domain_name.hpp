// Names of domains as people write them.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace rules {

// Trimmed, lower case, without a trailing dot, in the ASCII form of IDNA (RFC 5891, UTS 46): at
// least two labels of letters, digits and inner hyphens. Nothing when it is no such name; an
// address or a URL is none.
std::optional<std::string> normal_domain(std::string_view text);

} // namespace rules
