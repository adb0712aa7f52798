#include "crypto/jwt.hpp"

#include "crypto/base64url.hpp"
#include "crypto/json_duplicates.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <algorithm>
#include <utility>

namespace crypto {

namespace {

struct Parts
{
    std::string_view signed_text; // header, dot, payload: as they came
    std::string_view header;
    std::string_view payload;
    std::string_view signature;
};

// RFC 7515 7.1. Five parts would be an encrypted token (RFC 7516), which we do not take.
std::optional<Parts> split(std::string_view token)
{
    auto const first = token.find('.');
    if (first == std::string_view::npos)
        return std::nullopt;
    auto const second = token.find('.', first + 1);
    if (second == std::string_view::npos || token.find('.', second + 1) != std::string_view::npos)
        return std::nullopt;
    return Parts{
        token.substr(0, second), token.substr(0, first),
        token.substr(first + 1, second - first - 1), token.substr(second + 1)};
}

struct DecodedObject
{
    std::string text;
    boost::json::object object;
};

std::optional<DecodedObject> decode_object(std::string_view part)
{
    auto text = decode_base64url(part);
    if (!text || !has_unique_members(*text))
        return std::nullopt;
    boost::json::error_code error;
    auto value = boost::json::parse(*text, error);
    if (error || !value.is_object())
        return std::nullopt;
    return DecodedObject{std::move(*text), std::move(value.get_object())};
}

std::optional<std::string_view>
string_member(boost::json::object const& object, std::string_view name)
{
    auto const* const value = object.if_contains(name);
    if (value == nullptr || !value->is_string())
        return std::nullopt;
    return std::string_view{value->get_string().data(), value->get_string().size()};
}

// RFC 7515 4.1.11 (crit), RFC 7797 3 (b64), RFC 7516 4.1.3 (zip): nothing we sign has them, and to
// overlook one is to misread the token. RFC 8725 3.10: a key or an address of keys that the token
// itself brings (jwk, jku, x5u, x5c) is never to be followed; none of ours has them either.
bool has_refused_member(boost::json::object const& header)
{
    constexpr std::string_view refused[] = {"crit", "b64", "zip", "jwk", "jku", "x5u", "x5c"};
    return std::ranges::any_of(refused, [&](auto name) { return header.contains(name); });
}

char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool equal_ignoring_case(std::string_view a, std::string_view b)
{
    return std::ranges::equal(a, b, {}, lower, lower);
}

// The entry of `typs` the header names, empty when it names none; nothing when it names another.
std::optional<std::string_view>
accepted_typ(boost::json::object const& header, std::span<std::string_view const> typs)
{
    if (!header.contains("typ"))
        return std::string_view{};
    auto const named = string_member(header, "typ");
    if (!named)
        return std::nullopt;
    auto const typ = std::ranges::find_if(typs, [&](auto candidate) {
        return equal_ignoring_case(candidate, *named); // RFC 7515 4.1.9: a media type
    });
    return typ == typs.end() ? std::nullopt : std::optional{*typ};
}

SigningKey const*
key_named(std::optional<std::string_view> kid, std::span<SigningKey const* const> keys)
{
    if (!kid)
        return nullptr;
    auto const key =
        std::ranges::find_if(keys, [&](auto const* candidate) { return candidate->kid() == *kid; });
    return key == keys.end() ? nullptr : *key;
}

} // namespace

std::string signing_input(std::string_view typ, std::string_view kid, std::string_view payload_json)
{
    boost::json::object header;
    header["alg"] = "RS256";
    header["typ"] = typ;
    header["kid"] = kid;
    return encode_base64url(boost::json::serialize(header)) + '.' + encode_base64url(payload_json);
}

std::optional<VerifiedJwt> verify_jwt(
    std::string_view token, std::span<SigningKey const* const> keys,
    std::span<std::string_view const> typs
)
{
    if (token.size() > jwt_bytes_max)
        return std::nullopt;
    auto const parts = split(token);
    if (!parts)
        return std::nullopt;

    auto const header = decode_object(parts->header);
    // RFC 8725 3.1: the algorithm is ours to choose, never the token's.
    if (!header || string_member(header->object, "alg") != "RS256" ||
        has_refused_member(header->object))
        return std::nullopt;
    auto const typ = accepted_typ(header->object, typs);
    auto const* const key = key_named(string_member(header->object, "kid"), keys);
    if (!typ || key == nullptr)
        return std::nullopt;

    auto const signature = decode_base64url(parts->signature);
    if (!signature || !key->verify(parts->signed_text, *signature))
        return std::nullopt;

    // Only now: a payload that nobody signed is not worth parsing.
    auto claims = decode_object(parts->payload);
    if (!claims)
        return std::nullopt;
    return VerifiedJwt{
        std::string(*typ), key->kid(), std::move(claims->object), std::move(claims->text)};
}

} // namespace crypto
