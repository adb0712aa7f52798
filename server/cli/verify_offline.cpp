#include "server/cli/verify_offline.hpp"

#include "crypto/base64url.hpp"
#include "crypto/openssl_handles.hpp"
#include "crypto/rs256.hpp"

#include <openssl/core_names.h>
#include <openssl/param_build.h>

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/value.hpp>

namespace cli {

namespace {

using KeyHandle = std::unique_ptr<EVP_PKEY, crypto::FreeWith<EVP_PKEY_free>>;
using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, crypto::FreeWith<OSSL_PARAM_BLD_free>>;
using Parameters = std::unique_ptr<OSSL_PARAM, crypto::FreeWith<OSSL_PARAM_free>>;

std::string text_of(boost::json::object const& object, std::string_view name)
{
    auto const* const value = object.if_contains({name.data(), name.size()});
    return value != nullptr && value->is_string() ? std::string{value->get_string()} : "";
}

std::optional<boost::json::object> decode_object(std::string_view part)
{
    auto const text = crypto::decode_base64url(part);
    if (!text)
        return {};
    boost::json::error_code error;
    auto value = boost::json::parse({text->data(), text->size()}, error);
    if (error || !value.is_object())
        return {};
    return std::move(value.get_object());
}

crypto::BigNumberHandle number(std::string const& base64url)
{
    auto const bytes = crypto::decode_base64url(base64url);
    constexpr std::size_t bytes_max = 1024; // RSA-8192
    if (!bytes || bytes->empty() || bytes->size() > bytes_max)
        return {};
    return crypto::BigNumberHandle{BN_bin2bn(
        reinterpret_cast<unsigned char const*>(bytes->data()), static_cast<int>(bytes->size()),
        nullptr
    )};
}

// RFC 7518 6.3.1: the modulus n and the exponent e make an RSA public key.
KeyHandle public_key(boost::json::object const& jwk)
{
    auto const n = number(text_of(jwk, "n"));
    auto const e = number(text_of(jwk, "e"));
    ParameterBuilder const builder{OSSL_PARAM_BLD_new()};
    if (!n || !e || !builder ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, n.get()) != 1 ||
        OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, e.get()) != 1)
        return {};
    Parameters const parameters{OSSL_PARAM_BLD_to_param(builder.get())};
    crypto::KeyContextHandle const context{EVP_PKEY_CTX_new_from_name(nullptr, "RSA", nullptr)};
    EVP_PKEY* key = nullptr;
    if (!parameters || !context || EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1)
        return {};
    return KeyHandle{key};
}

// RFC 7517 4.5: the kid of the header names the key of the set.
KeyHandle key_named(boost::json::object const& jwks, std::string const& kid)
{
    auto const* const keys = jwks.if_contains("keys");
    if (keys == nullptr || !keys->is_array())
        return {};
    for (auto const& entry : keys->get_array())
        if (entry.is_object() && text_of(entry.get_object(), "kty") == "RSA" &&
            text_of(entry.get_object(), "kid") == kid)
            return public_key(entry.get_object());
    return {};
}

bool has_expired(boost::json::object const& claims, std::chrono::system_clock::time_point now)
{
    // RFC 7519 4.1.4; a token without a readable expiry is as good as expired.
    auto const* const expires = claims.if_contains("exp");
    return expires == nullptr || !expires->is_int64() ||
           expires->get_int64() <= std::chrono::system_clock::to_time_t(now);
}

} // namespace

OfflineVerdict verify_offline(
    std::string_view token, boost::json::object const& jwks,
    std::chrono::system_clock::time_point now
)
{
    crypto::ErrorQueueGuard const errors;
    auto const first = token.find('.');
    auto const last = token.rfind('.');
    if (first == last)
        return {{}, "it is not made of three parts"};
    auto const header = decode_object(token.substr(0, first));
    // RFC 8725 3.1: the service says which algorithm it takes, never the token.
    if (!header || text_of(*header, "alg") != "RS256")
        return {{}, "its header does not say RS256"};
    auto const key = key_named(jwks, text_of(*header, "kid"));
    if (!key)
        return {{}, "it is signed with a key that is not published"};
    auto const signature = crypto::decode_base64url(token.substr(last + 1));
    if (!signature || !crypto::verify_rs256(key.get(), token.substr(0, last), *signature))
        return {{}, "its signature does not fit"};
    auto claims = decode_object(token.substr(first + 1, last - first - 1));
    if (!claims)
        return {{}, "it holds no claims"};
    if (has_expired(*claims, now))
        return {{}, "it has expired"};
    return {std::move(claims)};
}

} // namespace cli
