// Keys and signatures that our own code does not make, straight from OpenSSL: what an operator or
// an attacker would come with.
#pragma once

#include "crypto/signing_key.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace test {

using Key = std::shared_ptr<EVP_PKEY>;

Key make_rsa(unsigned bits);
Key make_rsa_pss(unsigned bits);
Key make_ec();
Key make_ed25519();

// An RSA key of these numbers (base64url), whether or not they make sense. Empty p and q are left
// out.
struct RsaNumbers
{
    std::string_view n, e, d, p, q, dp, dq, qi;
};
Key rsa_of(RsaNumbers const& numbers);

// The OpenSSL key inside one of ours.
Key openssl_key(crypto::SigningKey const& key);

std::string pkcs1_pem(Key const& key);
std::string pkcs8_pem(Key const& key);
std::string encrypted_pem(Key const& key, std::string_view passphrase);
std::string pkcs8_der(Key const& key);
std::string public_pem(Key const& key);
std::string public_der(Key const& key);

// Raw signatures.
std::string sign_rs(Key const& key, char const* digest, std::string_view input);
std::string sign_pss(Key const& key, std::string_view input);
std::string sign_ec(Key const& key, std::string_view input); // r and s, 32 bytes each
std::string sign_ed25519(Key const& key, std::string_view input);
std::string hmac(char const* digest, std::string_view key, std::string_view input);

// One of our keys, made once for all tests.
crypto::SigningKey const& signing_key();

} // namespace test
