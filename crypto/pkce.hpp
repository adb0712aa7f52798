// Proof Key for Code Exchange, method S256 (RFC 7636).
#pragma once

#include <string_view>

namespace crypto {

// 43 base64url characters (RFC 7636 4.2 with S256).
bool is_pkce_challenge(std::string_view text);

// 43 to 128 unreserved characters (RFC 7636 4.1).
bool is_pkce_verifier(std::string_view text);

// base64url(SHA-256(verifier)) equals the challenge; compared in constant time (RFC 7636 4.6).
bool pkce_matches(std::string_view verifier, std::string_view challenge);

} // namespace crypto
