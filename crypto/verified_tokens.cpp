#include "crypto/verified_tokens.hpp"

#include "crypto/hash.hpp"

#include <algorithm>
#include <utility>

namespace crypto {

namespace {

bool still_counts(
    VerifiedJwt const& jwt, std::span<SigningKey const* const> keys,
    std::span<std::string_view const> typs
)
{
    auto const is_accepted = jwt.typ.empty() || std::ranges::find(typs, jwt.typ) != typs.end();
    return is_accepted &&
           std::ranges::any_of(keys, [&](auto const* key) { return key->kid() == jwt.kid; });
}

} // namespace

std::shared_ptr<VerifiedJwt const> VerifiedTokens::verify(
    std::string_view token, std::span<SigningKey const* const> keys,
    std::span<std::string_view const> typs
)
{
    if (token.size() > jwt_bytes_max)
        return nullptr;
    auto const hash = sha256(token);
    std::string digest{hash.begin(), hash.end()};
    for (auto* const tokens : {&newer_, &older_}) {
        auto const found = tokens->find(digest);
        if (found == tokens->end())
            continue;
        auto const jwt = found->second;
        if (!still_counts(*jwt, keys, typs))
            return nullptr;
        if (tokens == &older_)
            remember(std::move(digest), jwt);
        return jwt;
    }
    auto verified = verify_jwt(token, keys, typs);
    if (!verified)
        return nullptr;
    auto const jwt = std::make_shared<VerifiedJwt const>(std::move(*verified));
    remember(std::move(digest), jwt);
    return jwt;
}

void VerifiedTokens::remember(std::string digest, std::shared_ptr<VerifiedJwt const> jwt)
{
    if (newer_.size() >= tokens_max / 2)
        older_ = std::exchange(newer_, {});
    newer_.emplace(std::move(digest), std::move(jwt));
}

} // namespace crypto
