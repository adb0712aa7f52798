// The public half of an Ed25519 key (RFC 8032) as a JWK (RFC 8037). It is published in the server's
// DID document; nothing is signed with it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace crypto {

struct Ed25519Jwk
{
    std::string kid; // `grantex-ed25519-` and the first 8 characters of the RFC 7638 thumbprint
    std::string x;   // base64url public key
};

// From a PEM private key (PKCS#8) that an operator configures. Nothing when it is another kind of
// key, encrypted, or none. The kid follows from the key alone: it is the same on every start.
std::optional<Ed25519Jwk> read_ed25519_pem(std::string_view pem);

} // namespace crypto
