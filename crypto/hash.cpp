#include "crypto/hash.hpp"

#include "crypto/openssl_handles.hpp"

#include <sodium.h>

#include <new>
#include <stdexcept>

namespace crypto {

namespace {

// Looking the algorithm up by name costs more than hashing a short text, so it is done once. It is
// never freed: OpenSSL cleans up at exit, possibly before our own static objects would.
EVP_MD const* sha256_algorithm()
{
    static EVP_MD const* const algorithm = EVP_MD_fetch(nullptr, "SHA256", nullptr);
    return algorithm;
}

EVP_MD_CTX* thread_context()
{
    thread_local DigestContextHandle const context{EVP_MD_CTX_new()};
    if (!context)
        throw std::bad_alloc();
    return context.get();
}

} // namespace

Digest sha256(std::string_view data)
{
    auto* context = thread_context();
    Digest digest{};
    unsigned size = 0;
    if (EVP_DigestInit_ex2(context, sha256_algorithm(), nullptr) != 1 ||
        EVP_DigestUpdate(context, data.data(), data.size()) != 1 ||
        EVP_DigestFinal_ex(context, digest.data(), &size) != 1 || size != digest.size())
        throw std::runtime_error("OpenSSL has no working SHA-256");
    return digest;
}

// libsodium rather than OpenSSL: its state lives on the stack and can be wiped, where OpenSSL's
// context would keep a copy of the key on the heap.
Digest hmac_sha256(std::span<unsigned char const> key, std::string_view data)
{
    // Empty spans and views may point nowhere, which libsodium does not take.
    constexpr unsigned char nothing[1] = {};
    if (data.data() == nullptr)
        data = "";
    Digest digest{};
    crypto_auth_hmacsha256_state state;
    crypto_auth_hmacsha256_init(&state, key.empty() ? nothing : key.data(), key.size());
    crypto_auth_hmacsha256_update(
        &state, reinterpret_cast<unsigned char const*>(data.data()), data.size()
    );
    crypto_auth_hmacsha256_final(&state, digest.data());
    sodium_memzero(&state, sizeof state);
    return digest;
}

std::string hex(Digest const& digest)
{
    std::string text(2 * digest.size(), '\0');
    sodium_bin2hex(text.data(), text.size() + 1, digest.data(), digest.size());
    return text;
}

bool equal_constant_time(std::string_view a, std::string_view b)
{
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

} // namespace crypto
