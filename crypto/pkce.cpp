#include "crypto/pkce.hpp"

#include "crypto/base64url.hpp"
#include "crypto/hash.hpp"

#include <algorithm>

namespace crypto {

namespace {

// Not std::isalnum, whose answer depends on the locale.
bool is_alphanumeric(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

} // namespace

bool is_pkce_challenge(std::string_view text)
{
    return text.size() == 43 && std::ranges::all_of(text, [](char c) {
               return is_alphanumeric(c) || c == '-' || c == '_';
           });
}

bool is_pkce_verifier(std::string_view text)
{
    return text.size() >= 43 && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
               return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == '~';
           });
}

bool pkce_matches(std::string_view verifier, std::string_view challenge)
{
    return equal_constant_time(encode_base64url(sha256(verifier)), challenge);
}

} // namespace crypto
