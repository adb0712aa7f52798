#include "crypto/base64url.hpp"
#include "crypto/envelope.hpp"
#include "crypto/hash.hpp"

#include <boost/test/unit_test.hpp>

namespace {

// The bytes 0 to 31, in three spellings.
constexpr std::string_view lower_hex =
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
constexpr std::string_view upper_hex =
    "000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F";
constexpr std::string_view base64 = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

std::string counting_bytes()
{
    std::string bytes;
    for (char i = 0; i < 32; ++i)
        bytes += i;
    return bytes;
}

} // namespace

BOOST_AUTO_TEST_SUITE(master_key)

BOOST_AUTO_TEST_CASE(one_key_in_every_spelling_is_the_same_key_with_the_same_id)
{
    auto const id = crypto::hex(crypto::sha256("grantexd master key id\n" + counting_bytes()));
    for (auto const& text :
         {std::string(lower_hex), std::string(upper_hex), std::string(base64),
          std::string(lower_hex) + "\n", " \t\r\n" + std::string(lower_hex) + " \t\r\n",
          "\n" + std::string(base64) + "\r\n"})
        BOOST_TEST_CONTEXT(text)
        {
            auto const key = crypto::parse_master_key(text);
            BOOST_REQUIRE(key.has_value());
            BOOST_TEST(key->key.view() == counting_bytes());
            BOOST_TEST(key->id == id.substr(0, 8));
        }
}

// The values sealed under a master key name it: were this id to change, nothing would open.
BOOST_AUTO_TEST_CASE(the_id_of_a_key_never_changes)
{
    BOOST_TEST(crypto::parse_master_key(lower_hex)->id == "b921cbdc");
}

BOOST_AUTO_TEST_CASE(anything_else_is_refused)
{
    std::string const hexadecimal(lower_hex);
    std::string const standard(base64);
    std::string const rows[] = {
        "",
        " ",
        "\n",
        hexadecimal.substr(1),
        hexadecimal.substr(2),
        hexadecimal + "0",
        hexadecimal + "00",
        "0x" + hexadecimal,
        "0x" + hexadecimal.substr(2),
        "g" + hexadecimal.substr(1),
        hexadecimal.substr(0, 63) + "g",
        std::string(hexadecimal).replace(10, 1, " "),
        std::string(hexadecimal).replace(32, 1, "\n"),
        std::string(hexadecimal).replace(32, 1, 1, '\0'),
        hexadecimal + hexadecimal,
        "\"" + hexadecimal + "\"",
        standard.substr(0, 43),        // without its padding
        std::string(42, 'A') + "==",   // 31 bytes
        standard.substr(0, 43) + "A",  // 33 bytes
        standard.substr(0, 42) + "9=", // unused bits
        "-" + standard.substr(1),      // the other alphabet
        std::string(standard).replace(7, 1, " "),
        std::string(standard).replace(7, 1, "\xC3"),
        std::string(hexadecimal).replace(7, 1, "\xC3"),
        standard + "=",
        "A" + standard,
        std::string(44, 'A'),
        std::string(1'000'000, 'A'),
    };
    for (auto const& text : rows)
        BOOST_TEST_CONTEXT(text.substr(0, 80))
    BOOST_TEST(!crypto::parse_master_key(text).has_value());
}

BOOST_AUTO_TEST_CASE(a_made_key_is_64_hexadecimal_characters_that_parse)
{
    auto const text = crypto::make_master_key_text();
    BOOST_TEST(text.size() == 64);
    BOOST_TEST(text.view().find_first_not_of("0123456789abcdef") == std::string_view::npos);
    auto const key = crypto::parse_master_key(text.view());
    BOOST_REQUIRE(key.has_value());

    auto const other = crypto::parse_master_key(crypto::make_master_key_text().view());
    BOOST_TEST(key->id.size() == 8);
    BOOST_TEST(key->id != other->id);
    BOOST_TEST(key->key.view() != other->key.view());
}

BOOST_AUTO_TEST_CASE(a_new_master_key_rewraps_without_touching_the_values)
{
    auto const old_master = crypto::parse_master_key(crypto::make_master_key_text().view()).value();
    auto const new_master = crypto::parse_master_key(crypto::make_master_key_text().view()).value();
    auto const data_key = crypto::make_data_key("dek_1");
    auto const wrap_label = crypto::sealed_for("dek", "dev_1", "dek_1", "key");
    auto const value_label = crypto::sealed_for("webhook", "dev_1", "wh_1", "secret");
    auto const wrapped = crypto::seal(old_master, wrap_label, data_key.key.view());
    auto const value = crypto::seal(data_key, value_label, "whsec");

    auto const rewrapped = crypto::seal(
        new_master, wrap_label, crypto::open_sealed(old_master, wrap_label, wrapped)->view()
    );
    BOOST_TEST(crypto::sealed_key_id(rewrapped).value() == new_master.id);
    BOOST_TEST(!crypto::open_sealed(new_master, wrap_label, wrapped).has_value());
    BOOST_TEST(!crypto::open_sealed(old_master, wrap_label, rewrapped).has_value());

    auto unwrapped = crypto::open_sealed(new_master, wrap_label, rewrapped);
    BOOST_REQUIRE(unwrapped.has_value());
    crypto::SealingKey const again{"dek_1", std::move(*unwrapped)};
    BOOST_TEST(crypto::open_sealed(again, value_label, value)->view() == "whsec");
}

BOOST_AUTO_TEST_SUITE_END()
