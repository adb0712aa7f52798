#include "crypto/random.hpp"

#include "crypto/base64url.hpp"
#include "crypto/sodium.hpp"

#include <sodium.h>

#include <array>
#include <string_view>

namespace crypto {

void fill_random(std::span<unsigned char> bytes)
{
    start_sodium();
    if (!bytes.empty()) // libsodium does not take a null pointer, not even for no bytes
        randombytes_buf(bytes.data(), bytes.size());
}

std::string random_token()
{
    std::array<unsigned char, 32> bytes{};
    fill_random(bytes);
    auto text = encode_base64url(bytes);
    sodium_memzero(bytes.data(), bytes.size());
    return text;
}

std::string random_uuid()
{
    std::array<unsigned char, 16> bytes{};
    fill_random(bytes);
    // RFC 9562 5.4: four bits of version, two bits of variant, the rest is random.
    bytes[6] = static_cast<unsigned char>((bytes[6] & 0x0F) | 0x40);
    bytes[8] = static_cast<unsigned char>((bytes[8] & 0x3F) | 0x80);

    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            text += '-';
        text += digits[bytes[i] >> 4];
        text += digits[bytes[i] & 0x0F];
    }
    return text;
}

} // namespace crypto
