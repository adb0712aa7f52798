// Tokens put together by hand, so that every part of them can be wrong.
#pragma once

#include "crypto/base64url.hpp"
#include "crypto/jwt.hpp"
#include "tests/crypto/openssl_keys.hpp"

#include <string>
#include <string_view>

namespace test {

constexpr std::string_view claims = R"({"iss":"https://auth.example.com","sub":"user_1"})";

inline std::string unsigned_token(std::string_view header, std::string_view payload = claims)
{
    return crypto::encode_base64url(header) + '.' + crypto::encode_base64url(payload);
}

// Signed with RS256 by test::signing_key(), whatever the header says.
inline std::string token(std::string_view header, std::string_view payload = claims)
{
    auto const input = unsigned_token(header, payload);
    return input + '.' + signing_key().sign(input).value();
}

// {"alg":"RS256","typ":"JWT","kid":<ours>} and more members.
inline std::string header(std::string_view more = "")
{
    return R"({"alg":"RS256","typ":"JWT","kid":")" + signing_key().kid() + '"' + std::string(more) +
           '}';
}

inline std::string header_with_alg(std::string_view alg)
{
    return R"({"alg":")" + std::string(alg) + R"(","typ":"JWT","kid":")" + signing_key().kid() +
           "\"}";
}

inline std::optional<crypto::VerifiedJwt> verify(std::string_view token)
{
    crypto::SigningKey const* const keys[] = {&signing_key()};
    constexpr std::string_view typs[] = {"JWT", "at+jwt"};
    return crypto::verify_jwt(token, keys, typs);
}

inline bool is_accepted(std::string_view token)
{
    return verify(token).has_value();
}

} // namespace test
