// How surely the person must be known before a decision counts (core contract, getConsentPage).
// Each level includes the checks of those below it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rules {

enum class ConsentLevel : std::uint8_t
{
    none,    // whoever knows the request id
    link,    // whoever opened the secret link
    session, // a session of exactly this principal
    passkey  // a WebAuthn assertion for this request
};

// The effective level: the highest of the server's, the developer's own, and passkey when FIDO is
// required. For sandbox developers the server's counts as none.
ConsentLevel consent_level(
    std::string_view mode, std::string_view server_level,
    std::optional<std::string> const& developer_level, bool fido_required
);

// Nothing for any other word.
std::optional<ConsentLevel> parse_consent_level(std::string_view text);

std::string_view consent_level_text(ConsentLevel level);

} // namespace rules
