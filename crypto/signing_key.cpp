#include "crypto/signing_key.hpp"

#include "crypto/base64url.hpp"
#include "crypto/hash.hpp"
#include "crypto/openssl_handles.hpp"
#include "crypto/private_pem.hpp"
#include "crypto/rs256.hpp"

#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <cstdio>
#include <limits>
#include <stdexcept>
#include <utility>

namespace crypto {

namespace {

constexpr int modulus_bits_min = 2048; // RFC 7518 3.3

std::shared_ptr<EVP_PKEY> owned(EVP_PKEY* key)
{
    return {key, EVP_PKEY_free};
}

BigNumberHandle number(EVP_PKEY const* key, char const* name)
{
    BIGNUM* value = nullptr;
    EVP_PKEY_get_bn_param(key, name, &value);
    return BigNumberHandle{value};
}

// RFC 7518 6.3.1: big-endian without leading zero bytes, which is how BN_bn2bin writes.
std::string base64url_uint(EVP_PKEY const* key, char const* name)
{
    auto const value = number(key, name);
    if (!value)
        throw std::runtime_error("OpenSSL does not give the numbers of an RSA key");
    std::string bytes(static_cast<std::size_t>(BN_num_bytes(value.get())), '\0');
    BN_bn2bin(value.get(), reinterpret_cast<unsigned char*>(bytes.data()));
    return encode_base64url(bytes);
}

PublicJwk public_jwk(EVP_PKEY const* key, std::string kid)
{
    return {
        std::move(kid), base64url_uint(key, OSSL_PKEY_PARAM_RSA_N),
        base64url_uint(key, OSSL_PKEY_PARAM_RSA_E)};
}

// RFC 7638 3.2: the required members in lexicographic order, without whitespace.
std::string thumbprint(PublicJwk const& jwk)
{
    return encode_base64url(sha256(R"({"e":")" + jwk.e + R"(","kty":"RSA","n":")" + jwk.n + R"("})")
    );
}

std::string make_kid(PublicJwk const& jwk, Timestamp now)
{
    std::chrono::year_month_day const day{std::chrono::floor<std::chrono::days>(now)};
    char month[24];
    std::snprintf(
        month, sizeof month, "%04d-%02u", static_cast<int>(day.year()),
        static_cast<unsigned>(day.month())
    );
    return std::string("grantex-") + month + '-' + thumbprint(jwk).substr(0, 8);
}

// RSA proper (a key restricted to RSA-PSS is a type of its own), long enough, and an exponent that
// RFC 8017 3.1 allows.
bool may_sign(EVP_PKEY* key)
{
    if (EVP_PKEY_is_a(key, "RSA") != 1 || EVP_PKEY_get_bits(key) < modulus_bits_min)
        return false;
    auto const exponent = number(key, OSSL_PKEY_PARAM_RSA_E);
    // e = 1 makes every padded text its own signature.
    return exponent && !BN_is_one(exponent.get()) && BN_is_odd(exponent.get());
}

// Whether the numbers of a key that was made elsewhere belong together. This proves primes again
// and takes 45 ms.
bool is_consistent(EVP_PKEY* key)
{
    KeyContextHandle const context{EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
    return context && EVP_PKEY_check(context.get()) == 1;
}

} // namespace

SigningKey::SigningKey(std::shared_ptr<EVP_PKEY> key, PublicJwk jwk)
    : key_(std::move(key)), jwk_(std::move(jwk))
{}

SigningKey SigningKey::generate(Timestamp now)
{
    ErrorQueueGuard const errors;
    auto key = owned(EVP_RSA_gen(modulus_bits_min)); // e = 65537
    if (!key)
        throw std::runtime_error("OpenSSL could not make an RSA key");
    auto jwk = public_jwk(key.get(), {});
    jwk.kid = make_kid(jwk, now);
    return {std::move(key), std::move(jwk)};
}

std::optional<SigningKey> SigningKey::from_pkcs8(std::string_view der, std::string kid)
{
    ErrorQueueGuard const errors;
    if (der.size() > static_cast<std::size_t>(std::numeric_limits<long>::max()))
        return std::nullopt;
    auto const* position = reinterpret_cast<unsigned char const*>(der.data());
    auto const* const end = position + der.size();
    Pkcs8Handle const info{
        d2i_PKCS8_PRIV_KEY_INFO(nullptr, &position, static_cast<long>(der.size()))};
    if (!info || position != end)
        return std::nullopt;
    auto key = owned(EVP_PKCS82PKEY(info.get()));
    if (!key || !may_sign(key.get()))
        return std::nullopt;
    auto jwk = public_jwk(key.get(), std::move(kid));
    return SigningKey{std::move(key), std::move(jwk)};
}

std::optional<SigningKey> SigningKey::from_pem(std::string_view pem, Timestamp now)
{
    ErrorQueueGuard const errors;
    auto key = read_private_pem(pem);
    if (!key || !may_sign(key.get()) || !is_consistent(key.get()))
        return std::nullopt;
    auto jwk = public_jwk(key.get(), {});
    jwk.kid = make_kid(jwk, now);
    return SigningKey{std::move(key), std::move(jwk)};
}

Secret SigningKey::to_pkcs8() const
{
    ErrorQueueGuard const errors;
    Pkcs8Handle const info{EVP_PKEY2PKCS8(key_.get())};
    auto const size = info ? i2d_PKCS8_PRIV_KEY_INFO(info.get(), nullptr) : 0;
    if (size <= 0)
        throw std::runtime_error("OpenSSL could not write an RSA key");
    Secret der(static_cast<std::size_t>(size));
    auto* position = der.bytes().data();
    if (i2d_PKCS8_PRIV_KEY_INFO(info.get(), &position) != size)
        throw std::runtime_error("OpenSSL could not write an RSA key");
    return der;
}

std::optional<std::string> SigningKey::sign(std::string_view input) const
{
    auto const signature = sign_rs256(key_.get(), input);
    if (!signature)
        return std::nullopt;
    return encode_base64url(*signature);
}

bool SigningKey::verify(std::string_view input, std::string_view signature) const
{
    return verify_rs256(key_.get(), input, signature);
}

bool SigningKey::self_test() const
{
    constexpr std::string_view text = "grantexd signs and verifies before it serves";
    auto signature = sign_rs256(key_.get(), text);
    if (!signature || !verify(text, *signature) || verify(text.substr(1), *signature))
        return false;
    signature->back() = static_cast<char>(signature->back() ^ 1);
    return !verify(text, *signature);
}

} // namespace crypto
