// SHA-256 of data that comes in pieces, such as a file.
#pragma once

#include "crypto/hash.hpp"

#include <memory>

typedef struct evp_md_ctx_st EVP_MD_CTX; // as openssl/types.h declares it

namespace crypto {

class Sha256
{
public:
    Sha256();
    void add(std::string_view piece);
    Digest finish(); // once, at the end

private:
    std::shared_ptr<EVP_MD_CTX> context_;
};

} // namespace crypto
