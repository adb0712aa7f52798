#include "crypto/envelope.hpp"

#include "crypto/base64url.hpp"
#include "crypto/hash.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>
#include <set>
#include <stdexcept>

namespace {

constexpr std::string_view label = "vault\ndev_1\nvlt_1\nvalue";

// The sealed text with one bit of one of its bytes (nonce, ciphertext, tag) flipped.
std::string flipped(std::string const& sealed, std::size_t byte)
{
    auto const start = sealed.rfind('.') + 1;
    auto bytes = crypto::decode_base64url(sealed.substr(start)).value();
    bytes.at(byte) = static_cast<char>(bytes.at(byte) ^ 0x10);
    return sealed.substr(0, start) + crypto::encode_base64url(bytes);
}

std::size_t sealed_bytes(std::string const& sealed)
{
    return crypto::decode_base64url(sealed.substr(sealed.rfind('.') + 1)).value().size();
}

} // namespace

BOOST_AUTO_TEST_SUITE(envelope)

BOOST_AUTO_TEST_CASE(a_sealed_value_opens_with_its_key_and_label)
{
    using namespace std::string_view_literals;
    auto const key = crypto::make_data_key("dek_1");
    for (auto clear :
         {""sv, "x"sv, "secret"sv, "h\xC3\xA9llo \xE2\x82\xAC \xF0\x9F\x94\x91"sv, "with\0NUL"sv})
    {
        auto const sealed = crypto::seal(key, label, clear);
        BOOST_TEST(sealed.starts_with("v1.dek_1."));
        BOOST_TEST(sealed_bytes(sealed) == 24 + clear.size() + 16);
        auto const opened = crypto::open_sealed(key, label, sealed);
        BOOST_REQUIRE(opened.has_value());
        BOOST_TEST(opened->view() == clear);
    }
    std::string const large(1'000'000, 'L');
    BOOST_TEST((crypto::open_sealed(key, label, crypto::seal(key, label, large))->view() == large));
    BOOST_TEST(
        crypto::open_sealed(key, "", crypto::seal(key, "", "no label"))->view() == "no label"
    );
    BOOST_TEST(crypto::open_sealed(key, {}, crypto::seal(key, {}, {}))->empty());
}

// draft-irtf-cfrg-xchacha-03 A.3.1: what is stored today must open with any other implementation.
BOOST_AUTO_TEST_CASE(the_published_example_of_the_cipher_opens)
{
    std::string key_bytes;
    for (int i = 0x80; i <= 0x9F; ++i)
        key_bytes += static_cast<char>(i);
    crypto::SealingKey const key{"k", crypto::Secret(key_bytes)};
    constexpr std::string_view additional = "\x50\x51\x52\x53\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7";
    auto const unhex = [](std::string_view text) {
        std::string bytes;
        for (std::size_t i = 0; i < text.size(); i += 2)
            bytes += static_cast<char>(std::stoi(std::string(text.substr(i, 2)), nullptr, 16));
        return bytes;
    };
    auto const sealed =
        "v1.k." + crypto::encode_base64url(
                      unhex("404142434445464748494a4b4c4d4e4f5051525354555657"
                            "bd6d179d3e83d43b9576579493c0e939572a1700252bfaccbed2902c21396cbb"
                            "731c7f1b0b4aa6440bf3a82f4eda7e39ae64c6708c54c216cb96b72e1213b452"
                            "2f8c9ba40db5d945b11b69b982c1bb9e3f3fac2bc369488f76b2383565d3fff9"
                            "21f9664c97637da9768812f615c68b13b52e"
                            "c0875924c1c7987947deafd8780acf49")
                  );
    auto const opened = crypto::open_sealed(key, additional, sealed);
    BOOST_REQUIRE(opened.has_value());
    BOOST_TEST(
        opened->view() == "Ladies and Gentlemen of the class of '99: If I could offer you only one "
                          "tip for the future, sunscreen would be it."
    );
}

BOOST_AUTO_TEST_CASE(sealing_twice_gives_two_texts)
{
    auto const key = crypto::make_data_key("dek_1");
    std::set<std::string> nonces;
    for (int i = 0; i < 1'000; ++i)
        nonces.insert(crypto::seal(key, label, "same").substr(9, 32));
    BOOST_TEST(nonces.size() == 1'000);
}

BOOST_AUTO_TEST_CASE(a_value_with_any_bit_changed_does_not_open)
{
    auto const key = crypto::make_data_key("dek_1");
    auto const sealed = crypto::seal(key, label, "secret");
    for (std::size_t byte = 0; byte < sealed_bytes(sealed); ++byte)
        BOOST_TEST_CONTEXT(
            (byte < 24   ? "nonce"
             : byte < 30 ? "ciphertext"
                         : "tag")
            << ", byte " << byte
        )
    BOOST_TEST(!crypto::open_sealed(key, label, flipped(sealed, byte)).has_value());
}

BOOST_AUTO_TEST_CASE(a_truncated_value_does_not_open)
{
    auto const key = crypto::make_data_key("dek_1");
    for (std::string_view clear : {"", "secret"}) {
        auto const sealed = crypto::seal(key, label, clear);
        for (std::size_t size = 0; size < sealed.size(); ++size)
            BOOST_TEST(!crypto::open_sealed(key, label, sealed.substr(0, size)).has_value());
        BOOST_TEST(!crypto::open_sealed(key, label, sealed + "A").has_value());
        BOOST_TEST(!crypto::open_sealed(key, label, sealed + "AAAA").has_value());
    }
}

BOOST_AUTO_TEST_CASE(S_114_a_value_of_another_place_does_not_open)
{
    auto const key = crypto::make_data_key("dek_1");
    auto const here = crypto::sealed_for("vault", "dev_1", "vlt_1", "value");
    auto const sealed = crypto::seal(key, here, "secret");
    BOOST_TEST(crypto::open_sealed(key, here, sealed).has_value());
    for (auto const& elsewhere :
         {crypto::sealed_for("sso", "dev_1", "vlt_1", "value"),
          crypto::sealed_for("vault", "dev_2", "vlt_1", "value"),
          crypto::sealed_for("vault", "dev_1", "vlt_2", "value"),
          crypto::sealed_for("vault", "dev_1", "vlt_1", "other"), std::string(), here + "\n"})
        BOOST_TEST(!crypto::open_sealed(key, elsewhere, sealed).has_value());
}

BOOST_AUTO_TEST_CASE(S_114_two_swapped_values_do_not_open)
{
    auto const key = crypto::make_data_key("dek_1");
    auto const row_1 = crypto::sealed_for("refresh", "dev_1", "1", "token");
    auto const row_2 = crypto::sealed_for("refresh", "dev_1", "2", "token");
    auto const sealed_1 = crypto::seal(key, row_1, "one");
    auto const sealed_2 = crypto::seal(key, row_2, "two");
    BOOST_TEST(!crypto::open_sealed(key, row_1, sealed_2).has_value());
    BOOST_TEST(!crypto::open_sealed(key, row_2, sealed_1).has_value());
}

BOOST_AUTO_TEST_CASE(a_label_is_four_parts_that_cannot_run_into_each_other)
{
    BOOST_TEST(crypto::sealed_for("dek", "dev_1", "dek_1", "key") == "dek\ndev_1\ndek_1\nkey");
    BOOST_TEST(crypto::sealed_for("dek", "", "x", "") == "dek\n\nx\n");
    BOOST_CHECK_THROW(crypto::sealed_for("vault", "a\nb", "c", "d"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(another_key_does_not_open)
{
    auto const key = crypto::make_data_key("dek_1");
    auto const same_name = crypto::make_data_key("dek_1");
    auto const other_name = crypto::make_data_key("dek_2");
    crypto::SealingKey const renamed{"dek_3", crypto::Secret(key.key.view())};
    crypto::SealingKey const keyless{"dek_1", {}};
    crypto::SealingKey const short_key{"dek_1", crypto::Secret(key.key.view().substr(1))};
    auto const sealed = crypto::seal(key, label, "secret");
    for (auto const* other : {&same_name, &other_name, &renamed, &keyless, &short_key})
        BOOST_TEST(!crypto::open_sealed(*other, label, sealed).has_value());

    auto const other_id = std::string(sealed).replace(3, 5, "dek_2");
    BOOST_TEST(!crypto::open_sealed(key, label, other_id).has_value());
    BOOST_TEST(!crypto::open_sealed(other_name, label, other_id).has_value());
}

BOOST_AUTO_TEST_CASE(what_cannot_seal_does_not)
{
    for (auto const* id : {"", "a.b"})
        BOOST_CHECK_THROW(
            crypto::seal(crypto::make_data_key(id), label, "x"), std::invalid_argument
        );
    BOOST_CHECK_THROW(crypto::seal({"id", {}}, label, "x"), std::invalid_argument);
    BOOST_CHECK_THROW(crypto::seal({"id", crypto::Secret(31)}, label, "x"), std::invalid_argument);
}

BOOST_AUTO_TEST_CASE(malformed_texts_do_not_open)
{
    auto const key = crypto::make_data_key("k");
    auto const sealed = crypto::seal(key, label, "secret");
    auto const body = sealed.substr(5);
    BOOST_REQUIRE(crypto::open_sealed(key, label, "v1.k." + body).has_value());
    for (auto const& text :
         {std::string(), std::string("."), std::string(".."), std::string("v1.k."), "v2.k." + body,
          "V1.k." + body, "v1." + body, "v1..k." + body, std::string("v1.."), "k." + body,
          "v1.k." + body + ".", "v1.k." + body + "=", " v1.k." + body, "v1.k." + body + "\n",
          "v1.k. " + body, "v1.k.+" + body.substr(1), std::string(100'000, '.')})
        BOOST_TEST_CONTEXT(text.substr(0, 80))
    BOOST_TEST(!crypto::open_sealed(key, label, text).has_value());
}

BOOST_AUTO_TEST_CASE(a_sealed_text_names_its_key)
{
    BOOST_TEST(crypto::sealed_key_id("v1.dek_7.AAAA").value() == "dek_7");
    for (auto const* text :
         {"", "v1", "v1.", "v1..AAAA", "v1.dek_7", "v2.dek_7.AAAA", "dek_7.AAAA"})
        BOOST_TEST_CONTEXT(text)
    BOOST_TEST(!crypto::sealed_key_id(text).has_value());
}

BOOST_AUTO_TEST_CASE(data_keys_are_random)
{
    auto const one = crypto::make_data_key("a");
    auto const other = crypto::make_data_key("a");
    BOOST_TEST(one.id == "a");
    BOOST_TEST(one.key.size() == 32);
    BOOST_TEST(one.key.view() != other.key.view());
}

BOOST_AUTO_TEST_SUITE_END()
