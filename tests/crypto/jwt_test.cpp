#include "crypto/jwt.hpp"

#include "tests/crypto/tokens.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

#include <vector>

namespace {

std::string text_of(crypto::VerifiedJwt const& jwt, std::string_view claim)
{
    return boost::json::serialize(jwt.claims.at(claim));
}

} // namespace

BOOST_AUTO_TEST_SUITE(jwt)

BOOST_AUTO_TEST_CASE(what_is_signed_is_the_header_and_the_payload)
{
    auto const input = crypto::signing_input("JWT", "grantex-2026-03-abcdefgh", R"({"a":1})");
    BOOST_TEST(
        input == test::unsigned_token(
                     R"({"alg":"RS256","typ":"JWT","kid":"grantex-2026-03-abcdefgh"})", R"({"a":1})"
                 )
    );
    BOOST_TEST(
        crypto::signing_input("a\"b", "c\\d", "{}") ==
        test::unsigned_token(R"({"alg":"RS256","typ":"a\"b","kid":"c\\d"})", "{}")
    );
}

BOOST_AUTO_TEST_CASE(a_token_of_ours_gives_its_claims)
{
    auto const& key = test::signing_key();
    auto const input = crypto::signing_input(
        "JWT", key.kid(), R"({"sub":"user_1","scp":["a","b"],"exp":1772529124,"bdg":1.5})"
    );
    auto const jwt = test::verify(input + '.' + key.sign(input).value());
    BOOST_REQUIRE(jwt.has_value());
    BOOST_TEST(jwt->typ == "JWT");
    BOOST_TEST(jwt->claims.size() == 4U);
    BOOST_TEST(text_of(*jwt, "sub") == R"("user_1")");
    BOOST_TEST(text_of(*jwt, "scp") == R"(["a","b"])");
    BOOST_TEST(text_of(*jwt, "exp") == "1772529124");
}

BOOST_AUTO_TEST_CASE(the_token_tells_which_of_several_keys_signed_it)
{
    auto const other = crypto::SigningKey::generate(crypto::Timestamp{});
    crypto::SigningKey const* const both[] = {&other, &test::signing_key()};
    crypto::SigningKey const* const only_other[] = {&other};
    constexpr std::string_view typs[] = {"JWT"};
    auto const token = test::token(test::header());
    BOOST_TEST(crypto::verify_jwt(token, both, typs).has_value());
    BOOST_TEST(!crypto::verify_jwt(token, only_other, typs).has_value());
    BOOST_TEST(!crypto::verify_jwt(token, {}, typs).has_value());

    // Signed by a key we publish, but not by the one it names.
    auto const input = test::unsigned_token(test::header());
    BOOST_TEST(!crypto::verify_jwt(input + '.' + other.sign(input).value(), both, typs).has_value()
    );
}

BOOST_AUTO_TEST_CASE(typ_must_be_absent_or_one_of_those_asked_for)
{
    auto const with_typ = [](std::string_view typ) {
        return test::token(
            R"({"alg":"RS256","kid":")" + test::signing_key().kid() + '"' + std::string(typ) + '}'
        );
    };
    BOOST_TEST(test::verify(with_typ(""))->typ == "");
    BOOST_TEST(test::verify(with_typ(R"(,"typ":"JWT")"))->typ == "JWT");
    BOOST_TEST(test::verify(with_typ(R"(,"typ":"jwt")"))->typ == "JWT");
    BOOST_TEST(test::verify(with_typ(R"(,"typ":"AT+JWT")"))->typ == "at+jwt");
    for (auto const* typ :
         {R"("principal-session+jwt")", R"("")", R"("JWT ")", R"("JW")", R"("JWTs")", R"("vc+jwt")",
          R"("dpop+jwt")", R"("JWT\u0000")", "null", "1", "true", R"(["JWT"])", R"({})"})
        BOOST_TEST_CONTEXT(typ)
    BOOST_TEST(!test::is_accepted(with_typ(R"(,"typ":)" + std::string(typ))));

    // Where a session is asked for, a grant token is the one that is refused.
    constexpr std::string_view session[] = {"principal-session+jwt"};
    crypto::SigningKey const* const keys[] = {&test::signing_key()};
    auto const session_token = with_typ(R"(,"typ":"principal-session+jwt")");
    BOOST_TEST(crypto::verify_jwt(session_token, keys, session)->typ == "principal-session+jwt");
    BOOST_TEST(!crypto::verify_jwt(test::token(test::header()), keys, session).has_value());
}

BOOST_AUTO_TEST_CASE(a_payload_that_is_not_one_plain_object_is_refused)
{
    BOOST_TEST(test::is_accepted(test::token(test::header(), "{}")));
    BOOST_TEST(test::is_accepted(test::token(test::header(), " { \"a\" : { } } ")));
    for (auto const& payload :
         {std::string(),
          std::string("null"),
          std::string("[]"),
          std::string("[{}]"),
          std::string("\"{}\""),
          std::string("1"),
          std::string("true"),
          std::string("{"),
          std::string("{}{}"),
          std::string("{} x"),
          std::string("{\"a\":}"),
          std::string(R"({"sub":"a","sub":"b"})"),
          std::string(R"({"sub":"a","\u0073ub":"b"})"),
          std::string(R"({"a":{"b":1,"b":2}})"),
          std::string(R"([{"a":1},{"a":1,"a":1}])"),
          std::string("{\"a\":\"\xFF\"}"),
          std::string("\xEF\xBB\xBF{}"),
          std::string("{}\0", 3),
          std::string("{'a':1}"),
          std::string("{\"a\":1,}"),
          std::string("{\"a\":NaN}"),
          "{\"a\":" + std::string(2'000, '[') + std::string(2'000, ']') + "}"})
        BOOST_TEST_CONTEXT(payload.substr(0, 40))
    BOOST_TEST(!test::is_accepted(test::token(test::header(), payload)));
}

BOOST_AUTO_TEST_CASE(a_token_may_have_16_kib_and_no_more)
{
    auto const of_claims = [](std::size_t size) {
        return test::token(test::header(), "{\"a\":\"" + std::string(size - 8, 'a') + "\"}");
    };
    auto const frame = test::token(test::header(), "").size();
    auto const largest = (crypto::jwt_bytes_max - frame) / 4 * 3;
    BOOST_TEST(of_claims(largest).size() <= crypto::jwt_bytes_max);
    BOOST_TEST(test::is_accepted(of_claims(largest)));
    BOOST_TEST(of_claims(largest + 3).size() > crypto::jwt_bytes_max);
    BOOST_TEST(!test::is_accepted(of_claims(largest + 3)));
}

BOOST_AUTO_TEST_SUITE_END()
