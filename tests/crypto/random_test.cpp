#include "crypto/random.hpp"

#include "crypto/base64url.hpp"

#include <boost/test/unit_test.hpp>

#include <array>
#include <bit>
#include <set>

BOOST_AUTO_TEST_SUITE(randomness)

BOOST_AUTO_TEST_CASE(S_014_a_token_carries_32_bytes_in_43_characters)
{
    auto const token = crypto::random_token();
    BOOST_TEST(token.size() == 43);
    BOOST_TEST(crypto::decode_base64url(token).value().size() == 32);
}

BOOST_AUTO_TEST_CASE(S_014_tokens_do_not_repeat)
{
    std::set<std::string> tokens;
    for (int i = 0; i < 100'000; ++i)
        tokens.insert(crypto::random_token());
    BOOST_TEST(tokens.size() == 100'000);
}

// Each of 256 bits is set in 10,000 tokens about 5,000 times; the standard deviation is 50, so that
// seven of them never happen by chance.
BOOST_AUTO_TEST_CASE(S_014_every_bit_of_a_token_is_set_half_of_the_time)
{
    std::array<int, 256> set{};
    for (int i = 0; i < 10'000; ++i) {
        auto const bytes = crypto::decode_base64url(crypto::random_token()).value();
        for (std::size_t bit = 0; bit < set.size(); ++bit)
            set[bit] += (static_cast<unsigned char>(bytes[bit / 8]) >> (bit % 8)) & 1;
    }
    for (auto count : set)
        BOOST_TEST((count > 4'650 && count < 5'350));
}

BOOST_AUTO_TEST_CASE(filling_reaches_every_byte_and_nothing_beyond)
{
    std::array<unsigned char, 64> seen{};
    for (int i = 0; i < 100; ++i) {
        std::array<unsigned char, 64> bytes{};
        crypto::fill_random(std::span{bytes}.subspan(1, 62));
        for (std::size_t b = 0; b < bytes.size(); ++b)
            seen[b] |= bytes[b];
    }
    BOOST_TEST(seen.front() == 0);
    BOOST_TEST(seen.back() == 0);
    for (std::size_t b = 1; b < 63; ++b)
        BOOST_TEST(std::popcount(seen[b]) == 8);
    crypto::fill_random({});
}

BOOST_AUTO_TEST_CASE(a_uuid_has_the_form_of_version_4)
{
    std::set<char> variants;
    std::set<std::string> all;
    for (int i = 0; i < 1'000; ++i) {
        auto const uuid = crypto::random_uuid();
        BOOST_REQUIRE(uuid.size() == 36);
        for (std::size_t c = 0; c < uuid.size(); ++c) {
            bool const dash = c == 8 || c == 13 || c == 18 || c == 23;
            BOOST_REQUIRE(
                (dash ? uuid[c] == '-'
                      : std::string("0123456789abcdef").find(uuid[c]) != std::string::npos)
            );
        }
        BOOST_REQUIRE(uuid[14] == '4');
        variants.insert(uuid[19]);
        all.insert(uuid);
    }
    BOOST_TEST((variants == std::set<char>{'8', '9', 'a', 'b'}));
    BOOST_TEST(all.size() == 1'000);
}

BOOST_AUTO_TEST_SUITE_END()
