#include "tests/crypto/tokens.hpp"

#include <boost/test/unit_test.hpp>

#include <cstdint>
#include <ctime>
#include <random>

namespace {

std::string const& good()
{
    static std::string const token = test::token(test::header());
    return token;
}

} // namespace

// Every token here must be refused; each test first sees that the token it starts from is good.
BOOST_AUTO_TEST_SUITE(jwt_attacks)

BOOST_AUTO_TEST_CASE(an_unsigned_token_is_refused_however_none_is_spelled)
{
    BOOST_REQUIRE(test::is_accepted(good()));
    auto const signature = good().substr(good().rfind('.') + 1);
    for (auto const* alg : {"none", "None", "nOnE", "NONE", "none ", "", "null"})
        BOOST_TEST_CONTEXT('"' << alg << '"')
        {
            auto const input = test::unsigned_token(test::header_with_alg(alg));
            BOOST_TEST(!test::is_accepted(input + '.'));
            BOOST_TEST(!test::is_accepted(input));
            BOOST_TEST(!test::is_accepted(input + '.' + signature));
            BOOST_TEST(!test::is_accepted(test::token(test::header_with_alg(alg))));
        }
}

BOOST_AUTO_TEST_CASE(alg_must_be_exactly_rs256)
{
    BOOST_REQUIRE(test::is_accepted(test::token(test::header_with_alg("RS256"))));
    for (auto const* alg :
         {"rs256", "Rs256", "RS256 ", " RS256", "RS384", "RS512", "RS256\\u0000", "RS2560", "RS25",
          "RSA", "HS256", "PS256"})
        BOOST_TEST_CONTEXT(alg)
    BOOST_TEST(!test::is_accepted(test::token(test::header_with_alg(alg))));

    auto const kid = R"("kid":")" + test::signing_key().kid() + "\"}";
    for (auto const* alg :
         {"", R"("alg":null,)", R"("alg":0,)", R"("alg":true,)", R"("alg":{},)",
          R"("alg":["RS256"],)", R"("ALG":"RS256",)", R"("Alg":"RS256",)"})
        BOOST_TEST_CONTEXT(alg)
    BOOST_TEST(!test::is_accepted(test::token('{' + std::string(alg) + kid)));
}

// CVE-2015-9235 and CVE-2026-44699: a verifier that takes the public key for an HMAC secret.
BOOST_AUTO_TEST_CASE(an_hmac_keyed_with_public_knowledge_is_refused)
{
    auto const key = test::openssl_key(test::signing_key());
    auto const& jwk = test::signing_key().jwk();
    std::string const secrets[] = {
        test::public_pem(key),
        test::public_der(key),
        jwk.n,
        crypto::decode_base64url(jwk.n).value(),
        jwk.e,
        jwk.kid,
        std::string(),
        std::string(1, '\0')};
    struct Row
    {
        char const* alg;
        char const* digest;
    };
    for (auto const& [alg, digest] :
         {Row{"HS256", "SHA256"}, Row{"HS384", "SHA384"}, Row{"HS512", "SHA512"},
          Row{"RS256", "SHA256"}})
        for (auto const& secret : secrets)
            BOOST_TEST_CONTEXT(alg << " with " << secret.substr(0, 30))
            {
                auto const input = test::unsigned_token(test::header_with_alg(alg));
                auto const code = test::hmac(digest, secret, input);
                BOOST_TEST(!test::is_accepted(input + '.' + crypto::encode_base64url(code)));
            }
}

BOOST_AUTO_TEST_CASE(other_asymmetric_algorithms_are_refused)
{
    auto const key = test::openssl_key(test::signing_key());
    auto const sealed = [](std::string const& header, auto&& sign) {
        auto const input = test::unsigned_token(header);
        return input + '.' + crypto::encode_base64url(sign(input));
    };
    auto const rs = [&](char const* digest) {
        return [&key, digest](auto const& input) { return test::sign_rs(key, digest, input); };
    };
    auto const pss = [&](auto const& input) { return test::sign_pss(key, input); };
    auto const ec = [&](auto const& input) { return test::sign_ec(test::make_ec(), input); };
    auto const ed = [&](auto const& input) {
        return test::sign_ed25519(test::make_ed25519(), input);
    };
    BOOST_REQUIRE(test::is_accepted(sealed(test::header(), rs("SHA256"))));
    BOOST_TEST(!test::is_accepted(sealed(test::header_with_alg("PS256"), pss)));
    BOOST_TEST(!test::is_accepted(sealed(test::header_with_alg("ES256"), ec)));
    BOOST_TEST(!test::is_accepted(sealed(test::header_with_alg("EdDSA"), ed)));
    BOOST_TEST(!test::is_accepted(sealed(test::header_with_alg("RS384"), rs("SHA384"))));
    // And the same signatures under the one name we take.
    BOOST_TEST(!test::is_accepted(sealed(test::header(), pss)));
    BOOST_TEST(!test::is_accepted(sealed(test::header(), ec)));
    BOOST_TEST(!test::is_accepted(sealed(test::header(), ed)));
    BOOST_TEST(!test::is_accepted(sealed(test::header(), rs("SHA1"))));
    BOOST_TEST(!test::is_accepted(sealed(test::header(), rs("SHA384"))));
}

// RFC 8725 3.10. The attacker signs with a key of his own and sends it along, under our kid and
// under his.
BOOST_AUTO_TEST_CASE(a_key_that_the_token_brings_is_never_used)
{
    auto const own = crypto::SigningKey::generate(crypto::Timestamp{});
    auto const& [own_kid, n, e] = own.jwk();
    auto const jwk = R"({"kty":"RSA","n":")" + n + R"(","e":")" + e + R"("})";
    std::string const brought[] = {
        R"(,"jwk":)" + jwk,
        R"(,"jku":"http://127.0.0.1:9/jwks.json")",
        R"(,"jku":"file:///dev/null")",
        R"(,"x5u":"http://127.0.0.1:9/cert.pem")",
        R"(,"x5c":["MIIB"])",
    };
    for (auto const& member : brought)
        BOOST_TEST_CONTEXT(member.substr(0, 40))
        {
            for (auto const& kid : {test::signing_key().kid(), own_kid}) {
                auto const input =
                    test::unsigned_token(R"({"alg":"RS256","kid":")" + kid + '"' + member + '}');
                BOOST_TEST(!test::is_accepted(input + '.' + own.sign(input).value()));
            }
            BOOST_TEST(!test::is_accepted(test::token(test::header(member))));
        }
}

BOOST_AUTO_TEST_CASE(a_kid_that_is_not_ours_is_refused)
{
    auto const& ours = test::signing_key().kid();
    auto const with_kid = [](std::string const& member) {
        return test::token(R"({"alg":"RS256","typ":"JWT")" + member + '}');
    };
    BOOST_REQUIRE(test::is_accepted(with_kid(R"(,"kid":")" + ours + '"')));
    for (auto const& kid :
         {std::string(), std::string(R"(,"kid":"")"), std::string(R"(,"kid":null)"),
          std::string(R"(,"kid":0)"), std::string(R"(,"kid":["a"])"),
          R"(,"kid":[")" + ours + R"("])", std::string(R"(,"kid":"grantex-2026-03-AAAAAAAA")"),
          R"(,"kid":")" + ours.substr(0, ours.size() - 1) + '"', R"(,"kid":")" + ours + R"( ")",
          R"(,"kid":")" + ours + R"(\u0000")", std::string(R"(,"kid":"../../dev/null")"),
          std::string(R"(,"kid":"/dev/null")"), std::string(R"(,"kid":"' OR 1=1--")"),
          std::string(R"(,"kid":"%00")"), R"(,"kid":")" + std::string(10'000, 'k') + '"',
          R"(,"KID":")" + ours + '"'})
        BOOST_TEST_CONTEXT(kid.substr(0, 60))
    BOOST_TEST(!test::is_accepted(with_kid(kid)));
}

BOOST_AUTO_TEST_CASE(headers_that_change_the_meaning_of_a_token_are_refused)
{
    BOOST_REQUIRE(test::is_accepted(test::token(test::header(R"(,"cty":"x")"))));
    for (auto const* member :
         {R"(,"crit":["exp"])", R"(,"crit":[])", R"(,"crit":null)",
          R"(,"crit":["b64"],"b64":false)", R"(,"b64":false)", R"(,"b64":true)", R"(,"zip":"DEF")",
          R"(,"zip":null)", R"(,"alg":"RS256")", R"(,"alg":"none")", R"(,"\u0061lg":"none")",
          R"(,"kid":"other")", R"(,"typ":"at+jwt")", R"(,"cty":"x","cty":"y")"})
        BOOST_TEST_CONTEXT(member)
    BOOST_TEST(!test::is_accepted(test::token(test::header(member))));
    // The other order, so that keeping the last of two would give the right one.
    auto const first = R"({"alg":"none",)" + test::header().substr(1);
    BOOST_TEST(!test::is_accepted(test::token(first)));

    for (auto const* no_object : {"", "null", "[]", "\"RS256\"", "{", "1"})
        BOOST_TEST_CONTEXT(no_object)
    BOOST_TEST(!test::is_accepted(test::token(no_object)));
}

BOOST_AUTO_TEST_CASE(anything_but_three_strict_parts_is_refused)
{
    BOOST_REQUIRE(test::is_accepted(good()));
    auto const first = good().find('.');
    auto const last = good().rfind('.');
    auto const header = good().substr(0, first);
    auto const payload = good().substr(first + 1, last - first - 1);
    auto const signature = good().substr(last + 1);
    std::string const rows[] = {
        "",
        ".",
        "..",
        "...",
        header,
        header + '.' + payload,
        header + '.' + payload + '.',
        header + ".." + signature,
        '.' + payload + '.' + signature,
        '.' + good(),
        good() + '.',
        good() + ".AAAA",
        good() + ".AAAA.AAAA",
        header + ".AAAA.AAAA." + payload + '.' + signature,
        good() + ' ',
        ' ' + good(),
        good() + '\n',
        good() + '\0',
        header + " ." + payload + '.' + signature,
        header + '.' + payload + "\n." + signature,
        header + "=." + payload + '.' + signature,
        header + '.' + payload + "=." + signature,
        good() + '=',
        good() + "==",
        good() + 'A',
        good().substr(0, good().size() - 1),
        "Bearer " + good(),
        '"' + good() + '"',
        header + ',' + payload + ',' + signature,
        signature + '.' + payload + '.' + header,
    };
    for (auto const& token : rows)
        BOOST_TEST_CONTEXT(token.substr(0, 30) << " of " << token.size())
    BOOST_TEST(!test::is_accepted(token));
}

// RFC 4648 3.5: 256 bytes leave four unused bits in the last of 342 characters.
BOOST_AUTO_TEST_CASE(another_last_character_of_the_signature_is_refused)
{
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    BOOST_REQUIRE(test::is_accepted(good()));
    int accepted = 0;
    for (auto last : alphabet)
        accepted += test::is_accepted(good().substr(0, good().size() - 1) + last);
    BOOST_TEST(accepted == 1);
}

BOOST_AUTO_TEST_CASE(a_tampered_token_is_refused_wherever_it_was_changed)
{
    BOOST_REQUIRE(test::is_accepted(good()));
    for (std::size_t i = 0; i < good().size(); ++i) {
        auto changed = good();
        changed[i] = changed[i] == 'A' ? 'B' : 'A';
        BOOST_TEST_CONTEXT("character " << i)
        BOOST_TEST(!test::is_accepted(changed));
    }
    for (std::size_t size = 0; size < good().size(); ++size)
        BOOST_TEST(!test::is_accepted(good().substr(0, size)));
}

BOOST_AUTO_TEST_CASE(a_megabyte_is_refused_at_once)
{
    constexpr std::size_t size = 1'000'000;
    std::string const rows[] = {
        std::string(size, 'A'), std::string(size, '.'), good() + std::string(size, 'A'),
        std::string(size, '{'),
        test::token(test::header(), "{\"a\":\"" + std::string(size, 'a') + "\"}")};
    auto const started = std::clock(); // processor time: other programs do not count
    for (auto const& token : rows)
        BOOST_TEST(!test::is_accepted(token));
    BOOST_TEST(std::clock() - started < CLOCKS_PER_SEC / 40); // five tokens of 5 ms
}

BOOST_AUTO_TEST_CASE(random_bytes_never_crash_and_never_pass)
{
    std::mt19937 random(42); // fixed, so that a failure can be repeated
    for (int i = 0; i < 20'000; ++i) {
        auto token = good();
        for (auto changes = 1 + random() % 8; changes > 0; --changes)
            token[random() % token.size()] = static_cast<char>(random() % 256);
        if (token != good())
            BOOST_REQUIRE(!test::is_accepted(token));
    }
    for (int i = 0; i < 2'000; ++i) {
        std::string header(random() % 64, '\0');
        for (auto& c : header)
            c = R"({}[]",:\u01alg)"[random() % 14];
        BOOST_REQUIRE(!test::is_accepted(test::unsigned_token(header) + ".AAAA"));
    }
}

BOOST_AUTO_TEST_SUITE_END()
