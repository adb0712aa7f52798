// base64url without padding (RFC 4648 section 5), the only binary-to-text form of the protocol.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace crypto {

std::string encode_base64url(std::span<unsigned char const> bytes);
std::string encode_base64url(std::string_view bytes);

// Strict: nothing for padding, whitespace, other alphabets, impossible lengths, or non-zero unused
// bits in the last character (RFC 4648 3.5), so that every value has exactly one spelling.
std::optional<std::string> decode_base64url(std::string_view text);

} // namespace crypto
