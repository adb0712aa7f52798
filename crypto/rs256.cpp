#include "crypto/rs256.hpp"

#include "crypto/hash.hpp"
#include "crypto/openssl_handles.hpp"

#include <openssl/rsa.h>

#include <array>
#include <utility>

namespace crypto {

namespace {

bool prepare(EVP_PKEY_CTX* context)
{
    static EVP_MD const* const sha256_of_signatures = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return EVP_PKEY_CTX_set_rsa_padding(context, RSA_PKCS1_PADDING) > 0 &&
           EVP_PKEY_CTX_set_signature_md(context, sha256_of_signatures) > 0;
}

struct PreparedContext
{
    EVP_PKEY const* key = nullptr;
    KeyContextHandle context;
};

// A context made ready for one key costs a fifth of a verification: each thread keeps those of the
// last keys, as many as are published while one takes over from another. A context holds a
// reference to its key, so that no other key can appear at the same address while it is remembered.
EVP_PKEY_CTX* verify_context(EVP_PKEY* key)
{
    thread_local std::array<PreparedContext, 4> prepared;
    thread_local std::size_t oldest = 0;
    for (auto const& each : prepared)
        if (each.context && each.key == key)
            return each.context.get();

    KeyContextHandle context{EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
    if (!context || EVP_PKEY_verify_init(context.get()) <= 0 || !prepare(context.get()))
        return nullptr;
    auto& place = prepared[oldest];
    oldest = (oldest + 1) % prepared.size();
    place = {key, std::move(context)};
    return place.context.get();
}

} // namespace

// Here a kept context would save one part in a hundred, and keep a retired private key alive.
std::optional<std::string> sign_rs256(EVP_PKEY* key, std::string_view input)
{
    ErrorQueueGuard const errors;
    KeyContextHandle const context{EVP_PKEY_CTX_new_from_pkey(nullptr, key, nullptr)};
    if (!context || EVP_PKEY_sign_init(context.get()) <= 0 || !prepare(context.get()))
        return std::nullopt;

    auto const digest = sha256(input);
    std::string signature(static_cast<std::size_t>(EVP_PKEY_get_size(key)), '\0');
    auto size = signature.size();
    if (EVP_PKEY_sign(
            context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, digest.data(),
            digest.size()
        ) <= 0)
        return std::nullopt;
    signature.resize(size);
    if (!verify_rs256(key, input, signature))
        return std::nullopt;
    return signature;
}

bool verify_rs256(EVP_PKEY* key, std::string_view input, std::string_view signature)
{
    ErrorQueueGuard const errors;
    auto* const context = verify_context(key);
    if (context == nullptr)
        return false;
    auto const digest = sha256(input);
    // Only 1 is good: bad signatures answer 0 or a negative number. A signature of another length
    // than the modulus is refused inside (RFC 8017 8.2.2 step 1).
    return EVP_PKEY_verify(
               context, reinterpret_cast<unsigned char const*>(signature.data()), signature.size(),
               digest.data(), digest.size()
           ) == 1;
}

} // namespace crypto
