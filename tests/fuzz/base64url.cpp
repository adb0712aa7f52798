// base64url: one spelling for every value, against a decoder written from RFC 4648 alone.
#include "crypto/base64url.hpp"
#include "crypto/envelope.hpp"
#include "tests/fuzz/fuzzer.hpp"

namespace {

constexpr std::string_view alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

// RFC 4648 3.3 to 3.5, bit by bit.
std::optional<std::string> decode_by_hand(std::string_view text)
{
    std::string bytes;
    unsigned bits = 0;
    unsigned count = 0;
    for (auto const c : text) {
        auto const value = alphabet.find(c);
        if (value == std::string_view::npos)
            return {};
        bits = (bits << 6U | static_cast<unsigned>(value)) & 0xFFFFU;
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>(bits >> count & 0xFFU);
        }
    }
    auto const unused = bits & ((1U << count) - 1U);
    if (count >= 6 || unused != 0)
        return {};
    return bytes;
}

} // namespace

void test::fuzz(std::string_view input)
{
    auto const encoded = crypto::encode_base64url(input);
    must(encoded.find_first_not_of(alphabet) == encoded.npos, "the alphabet is kept to");
    must(crypto::decode_base64url(encoded) == input, "what was encoded decodes to itself");

    auto const decoded = crypto::decode_base64url(input);
    must(decoded == decode_by_hand(input), "both decoders say the same");
    if (decoded)
        must(crypto::encode_base64url(*decoded) == input, "every value has one spelling");

    if (auto const key = crypto::parse_master_key(input)) {
        must(key->key.view().size() == 32, "a master key has 32 bytes");
        must(key->id.find('.') == key->id.npos, "the id of a key holds no dot");
    }
}
