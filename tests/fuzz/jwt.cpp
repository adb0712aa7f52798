// JSON Web Tokens. An input whose first line is a JSON object is a header, its payload follows, and
// both are signed; any other input is a token as a stranger sends it.
#include "crypto/jwt.hpp"
#include "crypto/base64url.hpp"
#include "crypto/json_duplicates.hpp"
#include "tests/fuzz/fuzzer.hpp"
#include "tests/fuzz/signing_key_pem.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <string>

namespace {

namespace json = boost::json;

crypto::SigningKey read_key()
{
    auto key = crypto::SigningKey::from_pem(
        test::signing_key_pem, crypto::Timestamp{std::chrono::milliseconds{1'772'442'724'321}}
    );
    test::must(key.has_value(), "the fuzzer's key can be read");
    return std::move(*key);
}

// Read at the start: it takes longer than an input may.
crypto::SigningKey const key = read_key();

std::optional<crypto::VerifiedJwt> verify(std::string_view token)
{
    crypto::SigningKey const* const keys[] = {&key};
    constexpr std::string_view typs[] = {"JWT", "at+jwt"};
    return crypto::verify_jwt(token, keys, typs);
}

std::optional<json::object> parse_object(std::string_view text)
{
    json::error_code error;
    auto value = json::parse(text, error);
    if (error || !value.is_object())
        return {};
    return std::move(value.get_object());
}

bool says(json::object const& header, std::string_view name, std::string_view expected)
{
    auto const* const value = header.if_contains(name);
    return value != nullptr && value->is_string() &&
           std::string_view{value->get_string()} == expected;
}

// RS256 has one signature for one text and key.
void check_stranger(std::string_view token)
{
    if (!verify(token))
        return;
    auto const last = token.rfind('.');
    auto const signature = key.sign(token.substr(0, last));
    test::must(signature == token.substr(last + 1), "nothing is accepted that was not signed");
}

void check_signed(std::string_view header_text, std::string_view payload)
{
    auto const header = parse_object(header_text);
    if (!header)
        return;
    auto const input =
        crypto::encode_base64url(header_text) + '.' + crypto::encode_base64url(payload);
    auto const signature = key.sign(input).value();
    auto const verified = verify(input + '.' + signature);

    auto const claims = parse_object(payload);
    auto const plain = says(*header, "alg", "RS256") && says(*header, "kid", key.kid());
    auto const unique =
        crypto::has_unique_members(header_text) && crypto::has_unique_members(payload);
    if (verified) {
        test::must(plain, "only RS256 and a key of ours are taken");
        test::must(unique, "nothing is said twice");
        for (auto const* const refused : {"crit", "b64", "zip", "jwk", "jku", "x5u", "x5c"})
            test::must(!header->contains(refused), "a header brings no key and no extension");
        test::must(claims && verified->claims == *claims, "the claims are those that were signed");
        test::must(verified->claims_text == payload, "byte for byte");
        auto forged = input + '.' + signature;
        forged[payload.size() % input.find('.')] ^= 1;
        test::must(!verify(forged), "a header that was altered is refused");
        forged = input + '.' + signature;
        forged[input.size() + 1 + payload.size() % signature.size()] ^= 1;
        test::must(!verify(forged), "so is a signature");
        test::must(!verify(input + '.'), "and none at all");
    }
    if (plain && unique && claims && header->size() == 2 &&
        input.size() + signature.size() < crypto::jwt_bytes_max)
        test::must(verified.has_value(), "a token of ours is accepted");
}

} // namespace

void test::fuzz(std::string_view input)
{
    if (!input.starts_with('{'))
        return check_stranger(input);
    // Seeds cannot know the name of the key.
    std::string header{take_line(input)};
    if (auto const at = header.find("$KID"); at != header.npos)
        header.replace(at, 4, key.kid());
    check_signed(header, input);
}
