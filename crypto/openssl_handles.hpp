// Owners of OpenSSL's objects, and the guard that leaves its error queue empty.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include <memory>

namespace crypto {

template<auto free_function> struct FreeWith
{
    template<typename T> void operator()(T* object) const { free_function(object); }
};

using BioHandle = std::unique_ptr<BIO, FreeWith<BIO_free>>;
using BigNumberHandle = std::unique_ptr<BIGNUM, FreeWith<BN_free>>;
using DigestContextHandle = std::unique_ptr<EVP_MD_CTX, FreeWith<EVP_MD_CTX_free>>;
using KeyContextHandle = std::unique_ptr<EVP_PKEY_CTX, FreeWith<EVP_PKEY_CTX_free>>;
using Pkcs8Handle = std::unique_ptr<PKCS8_PRIV_KEY_INFO, FreeWith<PKCS8_PRIV_KEY_INFO_free>>;

// OpenSSL's errors stay queued on the thread, where the next TLS operation would take an old one
// for its own. Whoever may cause one clears them on the way out.
struct ErrorQueueGuard
{
    ErrorQueueGuard() = default;
    ErrorQueueGuard(ErrorQueueGuard const&) = delete;
    ErrorQueueGuard& operator=(ErrorQueueGuard const&) = delete;
    ~ErrorQueueGuard() { ERR_clear_error(); }
};

} // namespace crypto
