// Private keys in PEM, as an operator brings them.
#pragma once

#include <memory>
#include <string_view>

typedef struct evp_pkey_st EVP_PKEY; // as openssl/types.h declares it

namespace crypto {

// The private key of a PEM text, of whatever kind; nothing when there is none or it is encrypted.
// What OpenSSL has against it stays in its error queue.
std::shared_ptr<EVP_PKEY> read_private_pem(std::string_view pem);

} // namespace crypto
