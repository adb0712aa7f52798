// JSON Web Tokens in compact serialization (RFC 7515, 7519), RS256 only (RFC 8725 3.1).
#pragma once

#include "crypto/signing_key.hpp"

#include <boost/json/object.hpp>

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace crypto {

// `base64url(header).base64url(payload)`: what is signed. The token is this, a dot, the signature.
// header: {"alg":"RS256","typ":<typ>,"kid":<kid>}
std::string
signing_input(std::string_view typ, std::string_view kid, std::string_view payload_json);

struct VerifiedJwt
{
    std::string typ; // as `typs` spells it; empty when the header has none
    std::string kid;
    boost::json::object claims;
    std::string claims_text; // the same, as they were signed
};

constexpr std::size_t jwt_bytes_max = 16 * 1024;

// The claims of a token whose form, header and signature are good; nothing otherwise. Refused: more
// than jwt_bytes_max, anything but three strict base64url parts, any alg other than exactly RS256,
// a kid that is not one of `keys` (or none), `crit`, `b64`, `zip`, duplicate members in header or
// payload, and a payload that is no JSON object. Keys come from `keys` only: a header that brings
// jwk, jku, x5u or x5c is refused, and none is ever followed. typ must be absent or one of `typs`
// (compared case-insensitively). Times, issuer and claim types are the caller's to judge.
std::optional<VerifiedJwt> verify_jwt(
    std::string_view token, std::span<SigningKey const* const> keys,
    std::span<std::string_view const> typs
);

} // namespace crypto
