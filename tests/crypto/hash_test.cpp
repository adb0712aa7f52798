#include "crypto/hash.hpp"

#include "crypto/hash_stream.hpp"

#include <boost/test/unit_test.hpp>

#include <thread>
#include <vector>

namespace {

std::string hmac(std::string const& key, std::string const& data)
{
    return crypto::hex(crypto::hmac_sha256(
        std::span{reinterpret_cast<unsigned char const*>(key.data()), key.size()}, data
    ));
}

} // namespace

BOOST_AUTO_TEST_SUITE(hash)

// The examples published with FIPS 180.
BOOST_AUTO_TEST_CASE(sha256_gives_the_published_digests)
{
    auto const digest = [](std::string_view data) { return crypto::hex(crypto::sha256(data)); };
    BOOST_TEST(digest("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    BOOST_TEST(digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    BOOST_TEST(
        digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
        "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    );
    BOOST_TEST(
        digest(std::string(1'000'000, 'a')) ==
        "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    );
    BOOST_TEST(digest({}) == digest(""));
}

BOOST_AUTO_TEST_CASE(pieces_of_any_size_give_the_digest_of_the_whole)
{
    std::string whole;
    for (int i = 0; i < 5'000; ++i)
        whole += static_cast<char>(i * 7);
    for (std::size_t const size : {1U, 3U, 63U, 64U, 65U, 4'999U, 9'000U}) {
        crypto::Sha256 hash;
        for (std::size_t at = 0; at < whole.size(); at += size)
            hash.add(std::string_view{whole}.substr(at, size));
        BOOST_TEST(crypto::hex(hash.finish()) == crypto::hex(crypto::sha256(whole)), size);
    }
    BOOST_TEST(crypto::hex(crypto::Sha256{}.finish()) == crypto::hex(crypto::sha256("")));
}

BOOST_AUTO_TEST_CASE(hmac_gives_the_digests_of_rfc_4231)
{
    struct Row
    {
        std::string key;
        std::string data;
        std::string digest;
    };
    Row const rows[] = {
        {std::string(20, '\x0b'), "Hi There",
         "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"},
        {"Jefe", "what do ya want for nothing?",
         "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"},
        {std::string(20, '\xaa'), std::string(50, '\xdd'),
         "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe"},
        {"\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f\x10\x11\x12\x13\x14\x15"
         "\x16\x17\x18\x19",
         std::string(50, '\xcd'),
         "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b"},
        {std::string(131, '\xaa'), "Test Using Larger Than Block-Size Key - Hash Key First",
         "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54"},
        {std::string(131, '\xaa'),
         "This is a test using a larger than block-size key and a larger than block-size data. The "
         "key needs to be hashed before being used by the HMAC algorithm.",
         "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2"},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.data)
    BOOST_TEST(hmac(row.key, row.data) == row.digest);
}

BOOST_AUTO_TEST_CASE(hmac_takes_an_empty_key_and_empty_data)
{
    constexpr auto of_nothing = "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad";
    BOOST_TEST(hmac("", "") == of_nothing);
    BOOST_TEST(crypto::hex(crypto::hmac_sha256({}, {})) == of_nothing);
}

BOOST_AUTO_TEST_CASE(hashing_on_many_threads_gives_the_same_digests)
{
    std::vector<int> wrong(4, 0);
    {
        std::vector<std::jthread> threads;
        for (auto& count : wrong)
            threads.emplace_back([&count] {
                for (int i = 0; i < 2'000; ++i)
                    count += !crypto::hex(crypto::sha256("abc")).starts_with("ba7816bf8f01cfea");
            });
    }
    for (auto count : wrong)
        BOOST_TEST(count == 0);
}

BOOST_AUTO_TEST_CASE(equal_texts_are_equal_and_others_are_not)
{
    using namespace std::string_view_literals;
    BOOST_TEST(crypto::equal_constant_time("", ""));
    BOOST_TEST(crypto::equal_constant_time({}, ""));
    BOOST_TEST(crypto::equal_constant_time("secret", "secret"));
    BOOST_TEST(!crypto::equal_constant_time("secret", "secreT"));
    BOOST_TEST(!crypto::equal_constant_time("Secret", "secret"));
    BOOST_TEST(!crypto::equal_constant_time("secret", "secret1"));
    BOOST_TEST(!crypto::equal_constant_time("secret", ""));
    BOOST_TEST(!crypto::equal_constant_time("a\0b"sv, "a\0c"sv));
}

BOOST_AUTO_TEST_SUITE_END()
