// Health, published keys, and the files the pages use.
#include "tests/server/api/expect.hpp"

#include "web/pages.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

BOOST_FIXTURE_TEST_SUITE(system_, ApiServer)

BOOST_AUTO_TEST_CASE(health_says_that_the_database_answers)
{
    auto const health = send("GET", "/health", "", {});
    BOOST_TEST(health.status == 200);
    BOOST_TEST(health.body == R"({"status":"healthy","database":"ok","redis":"ok"})");
    BOOST_TEST(send("GET", "/health", "", {.key = "whatever it says"}).status == 200);
}

BOOST_AUTO_TEST_CASE(the_key_set_holds_public_rsa_keys_only)
{
    auto const jwks = send("GET", "/.well-known/jwks.json?v=1", "", {});
    BOOST_TEST(jwks.status == 200);
    BOOST_TEST(jwks.header("Content-Type") == "application/json; charset=utf-8");
    BOOST_TEST(jwks.header("Cache-Control") == "public, max-age=300");
    expect_members(jwks, "keys");
    auto const keys = jwks.json().at("keys").as_array();
    BOOST_REQUIRE_EQUAL(keys.size(), 1U);
    expect_members(keys[0].as_object(), "kty n e alg use kid");
    BOOST_TEST(keys[0].at("kty") == "RSA");
    BOOST_TEST(keys[0].at("alg") == "RS256");
    BOOST_TEST(keys[0].at("use") == "sig");
    BOOST_TEST(keys[0].at("e") == "AQAB");
    BOOST_TEST(keys[0].at("n").as_string().size() == 342U); // 2048 bits
    auto const kid = std::string{keys[0].at("kid").as_string()};
    BOOST_TEST(kid.starts_with("grantex-"));
    BOOST_TEST(kid.size() == std::string_view{"grantex-2026-02-Q7rT1xYb"}.size());
}

BOOST_AUTO_TEST_CASE(assets_are_cached_for_good_under_their_version_only)
{
    auto const version = std::string{web::asset_version()};
    for (auto const* const name : {"style.css", "consent.js", "mark.svg"}) {
        auto const asset = send("GET", "/assets/" + version + "/" + name, "", {});
        BOOST_TEST(asset.status == 200);
        BOOST_TEST(asset.body == web::find_asset(name)->text);
        BOOST_TEST(asset.header("Content-Type") == web::find_asset(name)->content_type);
        BOOST_TEST(asset.header("Cache-Control") == "public, max-age=31536000, immutable");
        auto const old = send("GET", std::string{"/assets/old/"} + name, "", {});
        BOOST_TEST(old.status == 200);
        BOOST_TEST(old.header("Cache-Control") == "no-store");
    }
    for (auto const* const name :
         {"x.css", "..", "..%2Fen.txt", "consent.html", "%2e%2e", "en.txt"})
        expect_error(send("GET", "/assets/" + version + "/" + name, "", {}), 404, "NOT_FOUND");
}

BOOST_AUTO_TEST_SUITE_END()
