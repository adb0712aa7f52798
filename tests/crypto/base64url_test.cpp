#include "crypto/base64url.hpp"

#include <boost/test/unit_test.hpp>

#include <array>

namespace {

struct Spelling
{
    std::string_view bytes;
    std::string_view text;
};

} // namespace

BOOST_AUTO_TEST_SUITE(base64url)

BOOST_AUTO_TEST_CASE(the_vectors_of_rfc_4648_convert_both_ways)
{
    constexpr Spelling rows[] = {
        {"", ""},           {"f", "Zg"},          {"fo", "Zm8"},          {"foo", "Zm9v"},
        {"foob", "Zm9vYg"}, {"fooba", "Zm9vYmE"}, {"foobar", "Zm9vYmFy"},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.text)
        {
            BOOST_TEST(crypto::encode_base64url(row.bytes) == row.text);
            BOOST_TEST(crypto::decode_base64url(row.text).value() == row.bytes);
        }
}

// RFC 7515 appendix C: the bytes that need the two characters base64url has of its own.
BOOST_AUTO_TEST_CASE(the_example_of_rfc_7515_converts_both_ways)
{
    constexpr std::array<unsigned char, 5> bytes{3, 236, 255, 224, 193};
    BOOST_TEST(crypto::encode_base64url(bytes) == "A-z_4ME");
    auto const decoded = crypto::decode_base64url("A-z_4ME").value();
    BOOST_TEST(decoded == std::string(bytes.begin(), bytes.end()));
}

BOOST_AUTO_TEST_CASE(every_byte_at_every_length_survives_the_round_trip)
{
    std::string bytes;
    for (int i = 0; i < 600; ++i) {
        auto const text = crypto::encode_base64url(bytes);
        BOOST_REQUIRE(crypto::decode_base64url(text).value() == bytes);
        bytes += static_cast<char>(i * 167 % 256);
    }
}

BOOST_AUTO_TEST_CASE(malformed_text_is_refused)
{
    using namespace std::string_view_literals;
    constexpr Spelling rows[] = {
        {"padding", "Zg=="sv},
        {"half the padding", "Zg="sv},
        {"padding of two", "Zm8="sv},
        {"padding where none belongs", "Zm9v="sv},
        {"padding only", "="sv},
        {"a space before", " Zm9v"sv},
        {"a space after", "Zm9v "sv},
        {"a space inside", "Zm 9v"sv},
        {"a line feed at the end", "Zm9v\n"sv},
        {"a carriage return inside", "Zm\r9v"sv},
        {"a tab", "Zm\t9v"sv},
        {"one character", "Z"sv},
        {"five characters", "Zm9vY"sv},
        {"unused bits after one byte", "Zh"sv},
        {"lowest unused bit after one byte", "ZB"sv},
        {"highest unused bit after one byte", "Zo"sv},
        {"unused bits after two bytes", "Zm9"sv},
        {"unused bits at the end of long text", "Zm9vYmF"sv},
        {"plus of the other alphabet", "A+z_4ME"sv},
        {"slash of the other alphabet", "A-z/4ME"sv},
        {"a dot", "Zm9v.Zm9v"sv},
        {"a NUL inside", "Zm\0v"sv},
        {"a NUL at the end", "Zm9v\0"sv},
        {"percent encoding", "Zm%39"sv},
        {"a byte above ASCII", "Zm9\xC3"sv},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.bytes)
    BOOST_TEST(!crypto::decode_base64url(row.text).has_value());
}

// libsodium 1.0.18 itself fails here: it reads every byte above ASCII as the last of the alphabet.
BOOST_AUTO_TEST_CASE(exactly_the_64_characters_of_the_alphabet_are_read)
{
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (std::size_t position = 0; position < 4; ++position)
        for (int c = 0; c < 256; ++c)
            BOOST_TEST_CONTEXT("character " << c << " at " << position)
            {
                std::string text = "Zm9v";
                text[position] = static_cast<char>(c);
                bool const expected = alphabet.find(text[position]) != std::string_view::npos;
                BOOST_TEST(crypto::decode_base64url(text).has_value() == expected);
            }
}

// RFC 4648 3.5: two spellings of one value would make two tokens of one signature.
BOOST_AUTO_TEST_CASE(no_value_has_two_spellings)
{
    constexpr std::string_view alphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    int one_byte = 0;
    int two_bytes = 0;
    for (auto last : alphabet) {
        one_byte += crypto::decode_base64url(std::string("Q") + last).has_value();
        two_bytes += crypto::decode_base64url(std::string("QU") + last).has_value();
    }
    BOOST_TEST(one_byte == 4);
    BOOST_TEST(two_bytes == 16);
}

BOOST_AUTO_TEST_SUITE_END()
