#include "crypto/hash_stream.hpp"

#include <openssl/evp.h>

#include <new>
#include <stdexcept>

namespace crypto {

namespace {

void expect(bool worked)
{
    if (!worked)
        throw std::runtime_error("OpenSSL has no working SHA-256");
}

} // namespace

Sha256::Sha256() : context_(EVP_MD_CTX_new(), EVP_MD_CTX_free)
{
    if (!context_)
        throw std::bad_alloc();
    expect(EVP_DigestInit_ex2(context_.get(), EVP_sha256(), nullptr) == 1);
}

void Sha256::add(std::string_view piece)
{
    expect(EVP_DigestUpdate(context_.get(), piece.data(), piece.size()) == 1);
}

Digest Sha256::finish()
{
    Digest digest{};
    unsigned size = 0;
    expect(EVP_DigestFinal_ex(context_.get(), digest.data(), &size) == 1);
    expect(size == digest.size());
    return digest;
}

} // namespace crypto
