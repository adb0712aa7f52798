#include "crypto/private_pem.hpp"

#include "crypto/openssl_handles.hpp"

#include <openssl/pem.h>

#include <limits>

namespace crypto {

namespace {

// Instead of OpenSSL's own, which asks on the terminal: an encrypted key is simply not readable.
int no_passphrase(char*, int, int, void*)
{
    return -1;
}

} // namespace

std::shared_ptr<EVP_PKEY> read_private_pem(std::string_view pem)
{
    if (pem.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
        return {};
    BioHandle const source{BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size()))};
    if (!source)
        return {};
    return {PEM_read_bio_PrivateKey(source.get(), nullptr, no_passphrase, nullptr), EVP_PKEY_free};
}

} // namespace crypto
