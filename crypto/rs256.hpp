// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 3.3) on an OpenSSL key: the two operations behind
// SigningKey, with what OpenSSL can prepare kept per thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

typedef struct evp_pkey_st EVP_PKEY; // as openssl/types.h declares it

namespace crypto {

// The raw signature, as long as the modulus. It is verified before it is returned, so that a fault
// while signing never releases a value from which the key follows (CVE-2022-2274 class). Nothing
// when signing or that check failed.
std::optional<std::string> sign_rs256(EVP_PKEY* key, std::string_view input);

bool verify_rs256(EVP_PKEY* key, std::string_view input, std::string_view signature);

} // namespace crypto
