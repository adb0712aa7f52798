#include "crypto/ed25519_key.hpp"

#include "crypto/base64url.hpp"
#include "tests/crypto/openssl_keys.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/err.h>
#include <openssl/evp.h>

using crypto::read_ed25519_pem;

namespace {

// RFC 8037 A.1
constexpr std::string_view rfc_8037_d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";

test::Key rfc_8037_key()
{
    auto const bytes = crypto::decode_base64url(rfc_8037_d).value();
    return {
        EVP_PKEY_new_raw_private_key(
            EVP_PKEY_ED25519, nullptr, reinterpret_cast<unsigned char const*>(bytes.data()),
            bytes.size()
        ),
        EVP_PKEY_free};
}

} // namespace

BOOST_AUTO_TEST_SUITE(ed25519_key)

BOOST_AUTO_TEST_CASE(the_example_of_rfc_8037_has_its_public_key_and_thumbprint)
{
    auto const jwk = read_ed25519_pem(test::pkcs8_pem(rfc_8037_key()));
    BOOST_REQUIRE(jwk.has_value());
    BOOST_TEST(jwk->x == "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"); // A.2
    BOOST_TEST(jwk->kid == "grantex-ed25519-kPrK_qmx");                  // A.3
}

BOOST_AUTO_TEST_CASE(the_kid_follows_from_the_key_alone)
{
    auto const pem = test::pkcs8_pem(test::make_ed25519());
    auto const other = test::pkcs8_pem(test::make_ed25519());
    BOOST_TEST(read_ed25519_pem(pem)->kid == read_ed25519_pem(pem)->kid);
    BOOST_TEST(read_ed25519_pem(pem)->kid != read_ed25519_pem(other)->kid);
}

BOOST_AUTO_TEST_CASE(other_keys_and_other_texts_are_refused_and_leave_no_error_behind)
{
    auto const key = test::make_ed25519();
    auto const whole = test::pkcs8_pem(key);
    for (auto const& pem :
         {test::pkcs8_pem(test::make_rsa(2048)), test::pkcs8_pem(test::make_ec()),
          test::public_pem(key), test::encrypted_pem(key, "secret"), test::pkcs8_der(key),
          whole.substr(0, whole.size() / 2), std::string{}, std::string{"Ed25519"},
          std::string{"-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"}})
    {
        BOOST_TEST(!read_ed25519_pem(pem).has_value(), pem);
        BOOST_TEST(ERR_peek_error() == 0U);
    }
}

BOOST_AUTO_TEST_SUITE_END()
