// The readable words inside a scope: names, resources with their domain, constraints. Only letters
// and digits of what the developer wrote get through (and the dots and hyphens of a domain).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

// The parts between separators; always at least one, empty ones included.
std::vector<std::string_view> split(std::string_view text, char separator);

// The letters and digits of a text, everything else as a gap.
std::string words(std::string_view text);

// Words of a name written the usual way, `crm_contacts`; nothing for anything that is not a name.
std::optional<std::string> name_words(std::string_view name);

// What people call a resource: `com.stripe.charges` -> "charges at stripe.com".
std::optional<std::string> resource_words(std::string_view resource);

// `max_250` -> "up to 250" and the other suffixes of core notes section 5.
std::optional<std::string> constraint_words(std::string_view constraint);

// Digits with at most one fraction: `250`, `0.5`.
bool is_number(std::string_view text);

} // namespace rules
