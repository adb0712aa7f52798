// An RSA key that signs tokens with RS256 (RFC 7518 3.3), and its public half as a JWK (RFC 7517).
#pragma once

#include "crypto/ids.hpp"
#include "crypto/secret.hpp"

#include <memory>
#include <optional>
#include <string>
#include <string_view>

typedef struct evp_pkey_st EVP_PKEY; // as openssl/types.h declares it

namespace crypto {

struct PublicJwk
{
    std::string kid;
    std::string n; // base64url modulus
    std::string e; // base64url exponent
};

class SigningKey
{
public:
    // RSA-2048, e = 65537. kid = `grantex-YYYY-MM-` (of `now`) and the first 8 characters of the
    // RFC 7638 thumbprint; fixed for the life of the key.
    static SigningKey generate(Timestamp now);

    // From PKCS#8 DER as to_pkcs8 gave it, under the kid it was made with. Nothing when it is not
    // RSA, has less than 2048 bits, or e = 1 or even. Its primes are not proved again: what is
    // stored is authenticated, and self_test() shows that it signs.
    static std::optional<SigningKey> from_pkcs8(std::string_view der, std::string kid);

    // From a PEM private key (PKCS#1 or PKCS#8) that an operator imports. Nothing as above, or when
    // OpenSSL's key check fails.
    static std::optional<SigningKey> from_pem(std::string_view pem, Timestamp now);

    [[nodiscard]] Secret to_pkcs8() const;
    [[nodiscard]] PublicJwk const& jwk() const { return jwk_; }
    [[nodiscard]] std::string const& kid() const { return jwk_.kid; }

    // The raw signature over the input, base64url. It is verified with the public key before it is
    // returned, so that a fault during signing never releases a value that betrays the key
    // (CVE-2022-2274 class). Nothing when signing or that check failed. Thread-safe.
    [[nodiscard]] std::optional<std::string> sign(std::string_view input) const;

    // Whether `signature` (raw bytes) is this key's over the input. Thread-safe.
    [[nodiscard]] bool verify(std::string_view input, std::string_view signature) const;

    // Signs a fixed text, verifies it, and sees that an altered signature is refused.
    [[nodiscard]] bool self_test() const;

private:
    SigningKey(std::shared_ptr<EVP_PKEY> key, PublicJwk jwk);

    std::shared_ptr<EVP_PKEY> key_;
    PublicJwk jwk_;
};

} // namespace crypto
