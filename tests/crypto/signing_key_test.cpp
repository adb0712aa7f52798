#include "crypto/signing_key.hpp"

#include "crypto/base64url.hpp"
#include "crypto/hash.hpp"
#include "crypto/rs256.hpp"
#include "tests/crypto/openssl_keys.hpp"

#include <boost/test/unit_test.hpp>

#include <openssl/err.h>

namespace {

using crypto::SigningKey;

constexpr crypto::Timestamp march{std::chrono::sys_days{std::chrono::year{2026} / 3 / 31}};

std::string raw(std::string_view base64url)
{
    return crypto::decode_base64url(base64url).value();
}

// RFC 7515 A.2: the key, what is signed, and the only signature there is for it.
constexpr test::RsaNumbers rfc_7515_key{
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4"
    "QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdb"
    "BYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-D"
    "WNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ",
    "AQAB",
    "Eq5xpGnNCivDflJsRQBXHx1hdR1k6Ulwe2JZD50LpXyWPEAeP88vLNO97IjlA7_GQ5sLKMgvfTeXZx9SE-7YwVol2NXOoA"
    "Je46sui395IW_GO-pWJ1O0BkTGoVEn2bKVRUCgu-GjBVaYLU6f3l9kJfFNS3E0QbVdxzubSu3Mkqzjkn439X0M_V51gfpR"
    "LI9JYanrC4D4qAdGcopV_0ZHHzQlBjudU2QvXt4ehNYTCBr6XCLQUShb1juUO1ZdiYoFaFQT5Tw8bGUl_x_jTj3ccPDVZF"
    "D9pIuhLhBOneufuBiB4cS98l2SR_RQyGWSeWjnczT0QU91p1DhOVRuOopznQ",
    "4BzEEOtIpmVdVEZNCqS7baC4crd0pqnRH_5IB3jw3bcxGn6QLvnEtfdUdiYrqBdss1l58BQ3KhooKeQTa9AB0Hw_Py5PJd"
    "TJNPY8cQn7ouZ2KKDcmnPGBY5t7yLc1QlQ5xHdwW1VhvKn-nXqhJTBgIPgtldC-KDV5z-y2XDwGUc",
    "uQPEfgmVtjL0Uyyx88GZFF1fOunH3-7cepKmtH4pxhtCoHqpWmT8YAmZxaewHgHAjLYsp1ZSe7zFYHj7C6ul7TjeLQeZD_"
    "YwD66t62wDmpe_HlB-TnBA-njbglfIsRLtXlnDzQkv5dTltRJ11BKBBypeeF6689rjcJIDEz9RWdc",
    "BwKfV3Akq5_MFZDFZCnW-wzl-CCo83WoZvnLQwCTeDv8uzluRSnm71I3QCLdhrqE2e9YkxvuxdBfpT_PI7Yz-FOKnu1R6H"
    "sJeDCjn12Sk3vmAktV2zb34MCdy7cpdTh_YVr7tss2u6vneTwrA86rZtu5Mbr1C1XsmvkxHQAdYo0",
    "h_96-mK1R_7glhsum81dZxjTnYynPbZpHziZjeeHcXYsXaaMwkOlODsWa7I9xXDoRwbKgB719rrmI2oKr6N3Do9U0ajaHF"
    "-NKJnwgjMd2w9cjz3_-kyNlxAr2v4IKhGNpmM5iIgOS1VZnOZ68m6_pbLBSp3nssTdlqvd0tIiTHU",
    "IYd7DHOhrWvxkwPQsRM2tOgrjbcrfvtQJipd-DlcxyVuuM9sQLdgjVk2oy26F0EmpScGLq2MowX7fhd_QJQ3ydy5cY7Y"
    "IBi87w93IKLEdfnbJtoOPLUW0ITrJReOgo1cq9SbsxYawBgfp_gh6A5603k2-ZQwVK0JKSHuLFkuQ3U"};
constexpr std::string_view rfc_7515_input =
    "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvb"
    "S9pc19yb290Ijp0cnVlfQ";
constexpr std::string_view rfc_7515_signature =
    "cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5ju"
    "jGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L07"
    "Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUipU"
    "TI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";

} // namespace

BOOST_AUTO_TEST_SUITE(signing_key)

BOOST_AUTO_TEST_CASE(the_example_of_rfc_7515_is_signed_and_verified)
{
    auto const key = SigningKey::from_pem(test::pkcs1_pem(test::rsa_of(rfc_7515_key)), march);
    BOOST_REQUIRE(key.has_value());
    BOOST_TEST(key->jwk().n == rfc_7515_key.n);
    BOOST_TEST(key->jwk().e == "AQAB");
    BOOST_TEST(key->sign(rfc_7515_input).value() == rfc_7515_signature);
    BOOST_TEST(key->verify(rfc_7515_input, raw(rfc_7515_signature)));
}

BOOST_AUTO_TEST_CASE(the_kid_is_the_month_and_the_rfc_7638_thumbprint)
{
    auto const& key = test::signing_key();
    auto const& [kid, n, e] = key.jwk();
    BOOST_TEST(e == "AQAB");
    BOOST_TEST(raw(n).size() == 256);
    auto const thumbprint = crypto::encode_base64url(
        crypto::sha256("{\"e\":\"" + e + "\",\"kty\":\"RSA\",\"n\":\"" + n + "\"}")
    );
    BOOST_TEST(kid == "grantex-2026-03-" + thumbprint.substr(0, 8));
    BOOST_TEST(key.kid() == kid);
}

BOOST_AUTO_TEST_CASE(the_month_of_a_kid_is_the_one_in_utc)
{
    using namespace std::chrono_literals;
    auto const pem = test::pkcs8_pem(test::openssl_key(test::signing_key()));
    auto const month = [&](crypto::Timestamp now) {
        return SigningKey::from_pem(pem, now)->kid().substr(0, 16);
    };
    BOOST_TEST(month(march) == "grantex-2026-03-");
    BOOST_TEST(month(march + 24h - 1ms) == "grantex-2026-03-");
    BOOST_TEST(month(march + 24h) == "grantex-2026-04-");
    BOOST_TEST(month(crypto::Timestamp{-1ms}) == "grantex-1969-12-");
}

BOOST_AUTO_TEST_CASE(two_made_keys_differ)
{
    auto const other = SigningKey::generate(march);
    BOOST_TEST(other.jwk().n != test::signing_key().jwk().n);
    BOOST_TEST(other.kid() != test::signing_key().kid());
    auto const signature = raw(other.sign("text").value());
    BOOST_TEST(other.verify("text", signature));
    BOOST_TEST(!test::signing_key().verify("text", signature));
    BOOST_TEST(other.verify("text", signature)); // and back, past what the thread remembers
}

BOOST_AUTO_TEST_CASE(a_key_survives_the_round_trip_through_pkcs8)
{
    auto const& key = test::signing_key();
    auto const der = key.to_pkcs8();
    auto const again = SigningKey::from_pkcs8(der.view(), "grantex-2020-01-stored");
    BOOST_REQUIRE(again.has_value());
    BOOST_TEST(again->kid() == "grantex-2020-01-stored"); // the name it was stored under
    BOOST_TEST(again->jwk().n == key.jwk().n);
    BOOST_TEST(again->sign("text").value() == key.sign("text").value()); // RS256 is deterministic
    BOOST_TEST(again->to_pkcs8().view() == der.view());
}

BOOST_AUTO_TEST_CASE(pkcs1_and_pkcs8_pem_give_the_same_key)
{
    auto const made = test::make_rsa(2048);
    auto const pkcs1 = test::pkcs1_pem(made);
    auto const pkcs8 = test::pkcs8_pem(made);
    BOOST_REQUIRE(pkcs1.starts_with("-----BEGIN RSA PRIVATE KEY-----"));
    BOOST_REQUIRE(pkcs8.starts_with("-----BEGIN PRIVATE KEY-----"));
    auto const first = SigningKey::from_pem(pkcs1, march);
    auto const second = SigningKey::from_pem("a comment before\n" + pkcs8 + "\n\n", march);
    BOOST_REQUIRE(first.has_value());
    BOOST_REQUIRE(second.has_value());
    BOOST_TEST(first->kid() == second->kid());
    BOOST_TEST(first->sign("text").value() == second->sign("text").value());
    BOOST_TEST(first->self_test());
}

BOOST_AUTO_TEST_CASE(a_longer_key_is_taken)
{
    auto const key = SigningKey::from_pem(test::pkcs8_pem(test::make_rsa(3072)), march);
    BOOST_REQUIRE(key.has_value());
    BOOST_TEST(raw(key->sign("text").value()).size() == 384);
    BOOST_TEST(key->self_test());
}

BOOST_AUTO_TEST_CASE(S_111_keys_that_must_not_sign_are_refused)
{
    auto even = rfc_7515_key;
    even.e = "AQAA"; // 65536
    auto identity = rfc_7515_key;
    identity.e = identity.d = identity.dp = identity.dq = "AQ";
    auto mismatched = rfc_7515_key;
    mismatched.e = "Aw";
    auto not_the_product = rfc_7515_key;
    auto const other_n = test::signing_key().jwk().n;
    not_the_product.n = other_n;

    struct Row
    {
        char const* name;
        test::Key key;
    };
    Row const rows[] = {
        {"1024 bits", test::make_rsa(1024)},
        {"2047 bits", test::make_rsa(2047)},
        {"elliptic curve", test::make_ec()},
        {"Ed25519", test::make_ed25519()},
        {"restricted to RSA-PSS", test::make_rsa_pss(2048)},
        {"exponent even", test::rsa_of(even)},
        {"exponent one", test::rsa_of(identity)},
        {"exponent of another key", test::rsa_of(mismatched)},
        {"modulus of another key", test::rsa_of(not_the_product)},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.name)
        {
            // Stored keys are not proved again when they are opened; those whose numbers do not
            // belong together are found by the self-test that every start runs.
            auto const stored = SigningKey::from_pkcs8(test::pkcs8_der(row.key), "kid");
            BOOST_TEST((!stored || !stored->self_test()));
            BOOST_TEST(!SigningKey::from_pem(test::pkcs8_pem(row.key), march).has_value());
        }
    // The same way of building gives a good key from good numbers.
    BOOST_TEST(SigningKey::from_pkcs8(test::pkcs8_der(test::rsa_of(rfc_7515_key)), "k").has_value()
    );
}

BOOST_AUTO_TEST_CASE(what_is_no_private_key_is_refused)
{
    auto const key = test::openssl_key(test::signing_key());
    auto const pem = test::pkcs8_pem(key);
    for (auto const& text :
         {std::string(), std::string("nonsense"), std::string("-----BEGIN PRIVATE KEY-----\n"),
          std::string("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"),
          test::public_pem(key), pem.substr(0, pem.size() / 2), pem.substr(30),
          test::encrypted_pem(key, "passphrase"), test::encrypted_pem(key, ""),
          test::pkcs8_der(key), std::string(1'000'000, '-')})
        BOOST_TEST_CONTEXT(text.substr(0, 40))
    BOOST_TEST(!SigningKey::from_pem(text, march).has_value());

    auto const der = test::pkcs8_der(key);
    for (std::size_t size = 0; size < der.size(); size += 7)
        BOOST_TEST(!SigningKey::from_pkcs8(der.substr(0, size), "kid").has_value());
    BOOST_TEST(!SigningKey::from_pkcs8(der + '\0', "kid").has_value());
    BOOST_TEST(!SigningKey::from_pkcs8(pem, "kid").has_value());
    BOOST_TEST(!SigningKey::from_pkcs8(test::public_der(key), "kid").has_value());
}

BOOST_AUTO_TEST_CASE(only_the_signature_of_this_text_verifies)
{
    auto const& key = test::signing_key();
    auto const signature = raw(key.sign("the text").value());
    BOOST_TEST(signature.size() == 256);
    BOOST_TEST(key.verify("the text", signature));
    BOOST_TEST(!key.verify("the texT", signature));
    BOOST_TEST(!key.verify("", signature));
    for (std::size_t i = 0; i < signature.size(); ++i) {
        auto altered = signature;
        altered[i] = static_cast<char>(altered[i] ^ 1);
        BOOST_TEST(!key.verify("the text", altered));
    }
    for (auto const& wrong :
         {std::string(), signature.substr(1), signature.substr(0, 255), signature + '\0',
          '\0' + signature, std::string(256, '\0'), std::string(256, '\xFF'),
          std::string(1'000'000, 'x')})
        BOOST_TEST(!key.verify("the text", wrong));
    BOOST_TEST(key.verify("the text", signature)); // the refusals left nothing behind
    BOOST_TEST(key.verify("", raw(key.sign("").value())));
}

BOOST_AUTO_TEST_CASE(other_rsa_signatures_do_not_verify)
{
    auto const& key = test::signing_key();
    auto const same = test::openssl_key(key);
    BOOST_TEST(key.verify("text", test::sign_rs(same, "SHA256", "text")));
    BOOST_TEST(!key.verify("text", test::sign_rs(same, "SHA1", "text")));
    BOOST_TEST(!key.verify("text", test::sign_rs(same, "SHA384", "text")));
    BOOST_TEST(!key.verify("text", test::sign_rs(same, "SHA512", "text")));
    BOOST_TEST(!key.verify("text", test::sign_pss(same, "text")));
}

// CVE-2022-2274 and every other fault while signing: one wrong value may be enough to factor the
// modulus. A private exponent that does not belong to the public one stands for the fault.
BOOST_AUTO_TEST_CASE(S_112_a_signature_that_came_out_wrong_is_not_released)
{
    auto const [n, e, d, p, q, dp, dq, qi] = rfc_7515_key;
    auto const sound = test::rsa_of({n, e, d, {}, {}, {}, {}, {}});
    auto const faulty = test::rsa_of({n, e, dp, {}, {}, {}, {}, {}});
    BOOST_TEST(crypto::sign_rs256(sound.get(), "text").has_value());
    BOOST_TEST(!crypto::sign_rs256(faulty.get(), "text").has_value());
}

BOOST_AUTO_TEST_CASE(S_112_a_sound_key_passes_its_self_test)
{
    BOOST_TEST(test::signing_key().self_test());
    auto const imported =
        SigningKey::from_pem(test::pkcs1_pem(test::rsa_of(rfc_7515_key)), march).value();
    BOOST_TEST(imported.self_test());
}

// An error left in OpenSSL's queue would end the next TLS connection of the same thread.
BOOST_AUTO_TEST_CASE(refusals_leave_no_error_in_the_queue_of_openssl)
{
    auto const& key = test::signing_key();
    ERR_clear_error();
    BOOST_TEST(!SigningKey::from_pem("nonsense", march).has_value());
    BOOST_TEST(!SigningKey::from_pkcs8("nonsense", "kid").has_value());
    BOOST_TEST(!key.verify("text", std::string(256, '\xFF')));
    BOOST_TEST(!key.verify("text", "short"));
    BOOST_TEST(ERR_peek_error() == 0U);
}

BOOST_AUTO_TEST_SUITE_END()
