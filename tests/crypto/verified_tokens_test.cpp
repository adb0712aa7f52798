#include "crypto/verified_tokens.hpp"

#include "tests/crypto/tokens.hpp"

#include <boost/test/unit_test.hpp>

namespace {

struct Verifier
{
    crypto::SigningKey const* keys[1] = {&test::signing_key()};
    crypto::VerifiedTokens tokens;

    std::shared_ptr<crypto::VerifiedJwt const> operator()(std::string_view token)
    {
        constexpr std::string_view typs[] = {"JWT", "at+jwt"};
        return tokens.verify(token, keys, typs);
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(verified_tokens, Verifier)

BOOST_AUTO_TEST_CASE(a_token_that_comes_again_gives_the_same_claims)
{
    auto const token = test::token(test::header());
    auto const first = (*this)(token);
    BOOST_REQUIRE(first);
    BOOST_TEST(first->claims_text == test::claims);
    BOOST_TEST(first->kid == test::signing_key().kid());
    BOOST_TEST((*this)(token) == first); // remembered, not verified again
}

BOOST_AUTO_TEST_CASE(a_known_token_vouches_for_no_other)
{
    auto const token = test::token(test::header());
    BOOST_REQUIRE((*this)(token));
    for (std::size_t i = 0; i < token.size(); i += 7) {
        auto altered = token;
        altered[i] = altered[i] == 'A' ? 'B' : 'A';
        BOOST_TEST(!(*this)(altered), "altered at " << i);
    }
    BOOST_TEST(!(*this)(token + "A"));
    BOOST_TEST(!(*this)(token.substr(0, token.size() - 1)));
    BOOST_TEST((*this)(token));
}

BOOST_AUTO_TEST_CASE(a_refused_token_is_refused_again)
{
    auto const input = test::unsigned_token(test::header());
    for (auto const* const signature : {"", ".", ".AAAA"}) {
        BOOST_TEST(!(*this)(input + signature));
        BOOST_TEST(!(*this)(input + signature));
    }
    BOOST_TEST(!(*this)(std::string(crypto::jwt_bytes_max + 1, 'A')));
}

BOOST_AUTO_TEST_CASE(with_its_key_a_known_token_stops_to_count)
{
    constexpr std::string_view typs[] = {"JWT"};
    auto const token = test::token(test::header());
    BOOST_REQUIRE(tokens.verify(token, keys, typs));
    auto const next = crypto::SigningKey::generate(crypto::Timestamp{});
    crypto::SigningKey const* const only_next[] = {&next};
    BOOST_TEST(!tokens.verify(token, only_next, typs));
    BOOST_TEST(!tokens.verify(token, {}, typs));
    BOOST_TEST(tokens.verify(token, keys, typs));
}

BOOST_AUTO_TEST_CASE(a_known_token_has_the_typ_that_is_asked_for)
{
    constexpr std::string_view access[] = {"at+jwt"};
    constexpr std::string_view grant[] = {"JWT"};
    auto const token = test::token(test::header());
    BOOST_REQUIRE(tokens.verify(token, keys, grant));
    BOOST_TEST(!tokens.verify(token, keys, access));
}

BOOST_AUTO_TEST_CASE(what_was_not_presented_for_long_is_forgotten_and_verified_again)
{
    auto const token_of = [](std::size_t i) {
        return test::token(test::header(), "{\"jti\":\"" + std::to_string(i) + "\"}");
    };
    auto const first = (*this)(token_of(0));
    auto const kept = (*this)(token_of(1));
    for (std::size_t i = 2; i <= crypto::VerifiedTokens::tokens_max; ++i) {
        BOOST_REQUIRE((*this)(token_of(i)));
        if (i % 1000 == 0)
            BOOST_TEST((*this)(token_of(1)) == kept);
    }
    BOOST_TEST((*this)(token_of(1)) == kept);
    auto const again = (*this)(token_of(0));
    BOOST_REQUIRE(again);
    BOOST_TEST(again != first);
    BOOST_TEST(again->claims_text == first->claims_text);
}

BOOST_AUTO_TEST_SUITE_END()
