#include "crypto/pkce.hpp"

#include <boost/test/unit_test.hpp>

namespace {

// RFC 7636 appendix B.
constexpr std::string_view verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr std::string_view challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

std::string with(std::string_view text, std::size_t position, std::string_view replacement)
{
    return std::string(text).replace(position, 1, replacement);
}

} // namespace

BOOST_AUTO_TEST_SUITE(pkce)

BOOST_AUTO_TEST_CASE(the_pair_of_rfc_7636_matches)
{
    BOOST_TEST(crypto::is_pkce_verifier(verifier));
    BOOST_TEST(crypto::is_pkce_challenge(challenge));
    BOOST_TEST(crypto::pkce_matches(verifier, challenge));
}

BOOST_AUTO_TEST_CASE(another_verifier_or_challenge_does_not_match)
{
    for (std::size_t i = 0; i < verifier.size(); ++i) {
        auto const other = verifier[i] == 'A' ? "B" : "A";
        BOOST_TEST(!crypto::pkce_matches(with(verifier, i, other), challenge));
    }
    for (std::size_t i = 0; i < challenge.size(); ++i) {
        auto const other = challenge[i] == 'A' ? "B" : "A";
        BOOST_TEST(!crypto::pkce_matches(verifier, with(challenge, i, other)));
    }
    BOOST_TEST(!crypto::pkce_matches(challenge, challenge)); // method "plain" does not exist
    BOOST_TEST(!crypto::pkce_matches(verifier, verifier));
    BOOST_TEST(!crypto::pkce_matches(verifier, std::string(challenge) + "="));
    BOOST_TEST(!crypto::pkce_matches(verifier, challenge.substr(0, 42)));
    BOOST_TEST(!crypto::pkce_matches(verifier, ""));
    BOOST_TEST(!crypto::pkce_matches("", challenge));
    BOOST_TEST(!crypto::pkce_matches("", ""));
}

BOOST_AUTO_TEST_CASE(a_verifier_has_43_to_128_unreserved_characters)
{
    BOOST_TEST(!crypto::is_pkce_verifier(""));
    BOOST_TEST(!crypto::is_pkce_verifier(std::string(42, 'a')));
    BOOST_TEST(crypto::is_pkce_verifier(std::string(43, 'a')));
    BOOST_TEST(crypto::is_pkce_verifier(std::string(128, 'a')));
    BOOST_TEST(!crypto::is_pkce_verifier(std::string(129, 'a')));

    constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    for (int c = 0; c < 256; ++c)
        BOOST_TEST_CONTEXT("character " << c)
        {
            std::string const one(1, static_cast<char>(c));
            bool const is_allowed = allowed.find(one) != std::string_view::npos;
            BOOST_TEST(crypto::is_pkce_verifier(with(verifier, 7, one)) == is_allowed);
            BOOST_TEST(crypto::is_pkce_verifier(with(verifier, 42, one)) == is_allowed);
        }
}

BOOST_AUTO_TEST_CASE(a_challenge_has_exactly_43_base64url_characters)
{
    BOOST_TEST(!crypto::is_pkce_challenge(""));
    BOOST_TEST(!crypto::is_pkce_challenge(challenge.substr(0, 42)));
    BOOST_TEST(!crypto::is_pkce_challenge(std::string(challenge) + "A"));
    BOOST_TEST(!crypto::is_pkce_challenge(std::string(challenge) + "="));

    constexpr std::string_view allowed =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (int c = 0; c < 256; ++c)
        BOOST_TEST_CONTEXT("character " << c)
        {
            std::string const one(1, static_cast<char>(c));
            bool const is_allowed = allowed.find(one) != std::string_view::npos;
            BOOST_TEST(crypto::is_pkce_challenge(with(challenge, 0, one)) == is_allowed);
        }
}

BOOST_AUTO_TEST_SUITE_END()
