// Randomness of the operating system (getrandom through libsodium); never fails once it returned.
#pragma once

#include <span>
#include <string>

namespace crypto {

void fill_random(std::span<unsigned char> bytes);

// 43 base64url characters that carry 32 random bytes: keys, codes, link secrets.
std::string random_token();

// RFC 9562 UUID version 4, lower case, for request ids.
std::string random_uuid();

} // namespace crypto
