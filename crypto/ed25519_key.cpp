#include "crypto/ed25519_key.hpp"

#include "crypto/base64url.hpp"
#include "crypto/hash.hpp"
#include "crypto/openssl_handles.hpp"
#include "crypto/private_pem.hpp"

namespace crypto {

namespace {

// RFC 8037 2: the required members in lexicographic order, without whitespace.
std::string thumbprint(std::string_view x)
{
    return encode_base64url(
        sha256(R"({"crv":"Ed25519","kty":"OKP","x":")" + std::string{x} + R"("})")
    );
}

} // namespace

std::optional<Ed25519Jwk> read_ed25519_pem(std::string_view pem)
{
    ErrorQueueGuard const errors;
    auto const key = read_private_pem(pem);
    if (!key || EVP_PKEY_is_a(key.get(), "ED25519") != 1)
        return std::nullopt;
    std::string bytes(32, '\0'); // RFC 8032 5.1.5
    auto size = bytes.size();
    if (EVP_PKEY_get_raw_public_key(
            key.get(), reinterpret_cast<unsigned char*>(bytes.data()), &size
        ) != 1 ||
        size != bytes.size())
        return std::nullopt;
    auto x = encode_base64url(bytes);
    return Ed25519Jwk{"grantex-ed25519-" + thumbprint(x).substr(0, 8), std::move(x)};
}

} // namespace crypto
