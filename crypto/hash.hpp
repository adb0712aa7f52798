// SHA-256 and HMAC-SHA-256 (FIPS 180-4, RFC 2104), and the comparison that leaks no timing.
#pragma once

#include <array>
#include <span>
#include <string>
#include <string_view>

namespace crypto {

using Digest = std::array<unsigned char, 32>;

Digest sha256(std::string_view data);
Digest hmac_sha256(std::span<unsigned char const> key, std::string_view data);

// 64 lower-case hexadecimal characters.
std::string hex(Digest const& digest);

// Time depends on the lengths only. Different lengths are unequal.
bool equal_constant_time(std::string_view a, std::string_view b);

} // namespace crypto
