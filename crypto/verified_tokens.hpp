// Tokens whose signature was found good, so that one that is presented a thousand times costs one
// RSA operation. Remembered is only what never changes, the text and the key that signed it: times,
// revocation and everything else the caller judges each time.
#pragma once

#include "crypto/jwt.hpp"

#include <memory>
#include <unordered_map>

namespace crypto {

class VerifiedTokens
{
public:
    // As verify_jwt(). A key that is not among `keys` any more counts for nothing.
    std::shared_ptr<VerifiedJwt const> verify(
        std::string_view token, std::span<SigningKey const* const> keys,
        std::span<std::string_view const> typs
    );

    static constexpr std::size_t tokens_max = 4096; // some 6 MB

private:
    void remember(std::string digest, std::shared_ptr<VerifiedJwt const> jwt);

    // By SHA-256 of the token. Two halves: when the newer is full it takes the place of the older,
    // so that tokens which are not presented any more go without being looked for.
    using Tokens = std::unordered_map<std::string, std::shared_ptr<VerifiedJwt const>>;
    Tokens newer_;
    Tokens older_;
};

} // namespace crypto
