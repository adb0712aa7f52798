#include "crypto/base64url.hpp"

#include "crypto/ascii.hpp"

#include <sodium.h>

namespace crypto {

namespace {

constexpr int variant = sodium_base64_VARIANT_URLSAFE_NO_PADDING;

} // namespace

// libsodium's conversions run without tables and branches on the data: what passes here is often
// a secret. They need no start_sodium().
std::string encode_base64url(std::span<unsigned char const> bytes)
{
    // The encoded length counts the terminating NUL, which std::string has room for anyway.
    std::string text(sodium_base64_encoded_len(bytes.size(), variant) - 1, '\0');
    sodium_bin2base64(text.data(), text.size() + 1, bytes.data(), bytes.size(), variant);
    return text;
}

std::string encode_base64url(std::string_view bytes)
{
    return encode_base64url(std::span{
        reinterpret_cast<unsigned char const*>(bytes.data()), bytes.size()});
}

std::optional<std::string> decode_base64url(std::string_view text)
{
    // libsodium 1.0.18 takes bytes above ASCII for '_' (for '/' in the other alphabet).
    if (!is_ascii(text))
        return std::nullopt;
    std::string bytes(text.size() / 4 * 3 + 2, '\0');
    std::size_t size = 0;
    // No characters to ignore, and no end pointer: anything left over is then an error, as are a
    // lone last character and unused bits that are not zero (RFC 4648 3.3, 3.5).
    auto const fault = sodium_base642bin(
        reinterpret_cast<unsigned char*>(bytes.data()), bytes.size(), text.data(), text.size(),
        nullptr, &size, nullptr, variant
    );
    if (fault != 0)
        return std::nullopt;
    bytes.resize(size);
    return bytes;
}

} // namespace crypto
