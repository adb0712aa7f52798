// Verifying tokens online, with and without a reason, and revoking a single one.
#include "tests/server/api/expect.hpp"

#include "crypto/base64url.hpp"
#include "crypto/jwt.hpp"

#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct SandboxServer : ApiServer
{
    SandboxServer() : sandbox{.key = sandbox_key}, id(agent()), granted(grant(id)) {}

    Answer verify(std::string const& token)
    {
        return send("POST", "/v1/tokens/verify", token_body(token), sandbox);
    }
    Answer reason(std::string const& token)
    {
        return send("POST", "/v1/grants/verify", token_body(token), sandbox);
    }
    Answer revoke(std::string const& jti)
    {
        return send("POST", "/v1/tokens/revoke", R"({"jti":)" + json_text(jti) + "}", sandbox);
    }
    // A token that the server's own key signs, so that only its claims can be at fault.
    std::string sign(std::string_view typ, boost::json::object const& claims)
    {
        auto const text = boost::json::serialize(claims);
        auto const& key = *app.keys.signing(app.clock.now());
        auto const input = crypto::signing_input(typ, key.kid(), {text.data(), text.size()});
        return input + "." + key.sign(input).value();
    }

    Options sandbox;
    std::string id;
    Answer granted;
};

constexpr auto invalid = R"({"valid":false})";

} // namespace

BOOST_FIXTURE_TEST_SUITE(tokens, SandboxServer)

BOOST_AUTO_TEST_CASE(a_good_token_is_described_by_both_verifiers)
{
    auto const token = granted.text("grantToken");
    auto const verdict = verify(token);
    BOOST_TEST(verdict.status == 200);
    expect_members(verdict, "valid grantId scopes principal agent expiresAt");
    BOOST_TEST(verdict.json().at("valid").as_bool());
    BOOST_TEST(verdict.text("grantId") == granted.text("grantId"));
    BOOST_TEST(verdict.json().at("scopes") == granted.json().at("scopes"));
    BOOST_TEST(verdict.text("principal") == "user_1");
    BOOST_TEST(verdict.text("agent") == "did:grantex:" + id);
    BOOST_TEST(verdict.text("expiresAt") == granted.text("expiresAt"));

    auto const active = reason(token);
    BOOST_TEST(active.status == 200);
    expect_members(active, "active claims");
    BOOST_TEST(active.json().at("active").as_bool());
    BOOST_TEST(active.json().at("claims").as_object() == token_claims(token));
}

BOOST_AUTO_TEST_CASE(strings_that_are_no_tokens_are_invalid_and_no_error)
{
    auto const good = granted.text("grantToken");
    auto const dot = good.rfind('.');
    auto flipped = good;
    flipped[dot + 5] = flipped[dot + 5] == 'A' ? 'B' : 'A';
    auto const none = crypto::encode_base64url(std::string_view{R"({"alg":"none","typ":"JWT"})"});
    auto const first_dot = good.find('.');
    for (auto const& token :
         {std::string{"x"}, std::string{"..."}, std::string{"a.b.c"}, std::string(20'000, 'a'),
          good.substr(0, dot), good.substr(0, dot + 1), good + ".", good + "=", " " + good, flipped,
          none + good.substr(first_dot, dot - first_dot) + ".", granted.text("refreshToken"),
          sandbox_key, std::string{"\xF0\x9F\x98\x80"}})
        BOOST_TEST_CONTEXT(token.substr(0, 60))
        {
            BOOST_TEST(verify(token).status == 200);
            BOOST_TEST(verify(token).body == invalid);
            expect_error(reason(token), 400, "BAD_REQUEST", "Invalid token");
        }
    for (auto const* const path : {"/v1/tokens/verify", "/v1/grants/verify"})
        for (auto const* const body :
             {"", "{}", R"({"token":null})", R"({"token":""})", R"({"token":1})",
              R"({"token":["x"]})", R"({"Token":"x"})"})
        {
            auto const refused = send("POST", path, body, sandbox);
            expect_error(refused, 400, "BAD_REQUEST");
            BOOST_TEST(refused.text("message").starts_with("token "));
        }
}

BOOST_AUTO_TEST_CASE(a_signed_token_with_unsound_claims_is_no_grant_token)
{
    auto const good = token_claims(granted.text("grantToken"));
    BOOST_REQUIRE(verify(sign("JWT", good)).json().at("valid").as_bool());
    BOOST_TEST(verify(sign("at+jwt", good)).json().at("valid").as_bool());
    for (auto const* const typ : {"principal-session+jwt", "jose", "application/jwt"})
        BOOST_TEST(verify(sign(typ, good)).body == invalid);

    auto const expect_refused = [&](boost::json::object const& claims) {
        auto const token = sign("JWT", claims);
        BOOST_TEST(verify(token).body == invalid);
        expect_error(reason(token), 400, "BAD_REQUEST", "Invalid token");
    };
    for (auto const* const name : {"iss", "sub", "agt", "dev", "scp", "jti", "grnt", "iat", "exp"})
        BOOST_TEST_CONTEXT(name)
        {
            auto claims = good;
            claims.erase(name);
            expect_refused(claims);
            for (auto const& wrong :
                 {boost::json::value{nullptr}, boost::json::value{true},
                  boost::json::value(boost::json::array{1}), boost::json::value{-1},
                  boost::json::value{1.5}})
            {
                claims[name] = wrong;
                expect_refused(claims);
            }
        }
    std::pair<char const*, boost::json::value> const changes[] = {
        {"iss", "http://127.0.0.1:3002"},
        {"iss", "http://127.0.0.1:3001/"},
        {"sub", ""},
        {"scp", "calendar:read"},
        {"exp", "9999999999"},
        {"exp", 1e300},
        {"purpose", "principal_dashboard"},
        {"purpose", nullptr},
        {"nbf", "x"},
        {"nbf", 1'772'442'001},
    };
    for (auto const& [name, value] : changes)
        BOOST_TEST_CONTEXT(name)
        {
            auto claims = good;
            claims[name] = value;
            expect_refused(claims);
        }
}

BOOST_AUTO_TEST_CASE(genuine_tokens_that_are_no_longer_good_have_a_reason)
{
    auto const good = token_claims(granted.text("grantToken"));
    auto const expect_reason = [&](std::string const& token, std::string const& why) {
        BOOST_TEST(verify(token).body == invalid);
        auto const verdict = reason(token);
        BOOST_TEST(verdict.status == 200);
        BOOST_TEST(verdict.body == R"({"active":false,"reason":")" + why + R"("})");
    };
    auto changed = [&](char const* name, boost::json::value const& value) {
        auto claims = good;
        claims[name] = value;
        return sign("JWT", claims);
    };
    // S-009: a key alone does not make tokens that count.
    expect_reason(changed("jti", "tok_01KJPX39N0JVY0P6NRJB8E856S"), "not_found");
    auto const other = grant(id);
    expect_reason(changed("grnt", other.json().at("grantId")), "not_found");
    // Nor does a key change what a token that exists was granted.
    expect_reason(changed("sub", "user_2"), "not_found");
    expect_reason(
        changed("agt", boost::json::value("did:grantex:" + agent(sandbox_key))), "not_found"
    );
    expect_reason(changed("scp", {"calendar:read", "email:send"}), "not_found");
    BOOST_TEST(verify(changed("scp", boost::json::array{})).json().at("valid").as_bool());
    expect_reason(changed("exp", 1'772'442'000), "expired"); // no leeway: now is not before exp
    BOOST_TEST(verify(changed("exp", 1'772'442'001)).json().at("valid").as_bool());

    auto const stranger = developer("sandbox");
    auto const body = token_body(granted.text("grantToken"));
    BOOST_TEST(send("POST", "/v1/tokens/verify", body, {.key = stranger}).body == invalid);
    BOOST_TEST(
        send("POST", "/v1/grants/verify", body, {.key = stranger}).body ==
        R"({"active":false,"reason":"wrong_developer"})"
    );

    send("DELETE", "/v1/grants/" + other.text("grantId"), "", sandbox);
    expect_reason(other.text("grantToken"), "revoked");
    advance(std::chrono::hours{24} - std::chrono::milliseconds{1});
    BOOST_TEST(verify(granted.text("grantToken")).json().at("valid").as_bool());
    advance(std::chrono::milliseconds{1});
    expect_reason(granted.text("grantToken"), "expired");
    expect_reason(other.text("grantToken"), "expired");
    // The grant's end counts also when a token of it would say otherwise.
    expect_reason(changed("exp", 1'772'999'999), "expired");
}

BOOST_AUTO_TEST_CASE(one_token_is_revoked_without_its_grant)
{
    auto const second = send("POST", "/v1/token/refresh", refresh_body(granted, id), sandbox);
    auto const jti = std::string{token_claims(granted.text("grantToken")).at("jti").as_string()};
    auto const count = events_of(*this, sandbox_key).size();
    auto const done = revoke(jti);
    BOOST_TEST(done.status == 204);
    BOOST_TEST(done.body.empty());
    BOOST_TEST(verify(granted.text("grantToken")).body == invalid);
    BOOST_TEST(reason(granted.text("grantToken")).body == R"({"active":false,"reason":"revoked"})");
    BOOST_TEST(verify(second.text("grantToken")).json().at("valid").as_bool());
    expect_error(revoke(jti), 404, "NOT_FOUND", "Token not found or already revoked");
    BOOST_TEST(events_of(*this, sandbox_key).size() == count); // the catalogue has no event for it
}

// What was found of a token before must not count when it is asked for again.
BOOST_AUTO_TEST_CASE(a_token_that_was_just_valid_is_revoked_at_once)
{
    auto const other = grant(id);
    auto const is_valid = [&](Answer const& made) {
        return verify(made.text("grantToken")).json().at("valid").as_bool();
    };
    BOOST_TEST(is_valid(granted));
    BOOST_TEST(is_valid(other));
    BOOST_TEST(send("DELETE", "/v1/grants/" + other.text("grantId"), "", sandbox).status == 204);
    BOOST_TEST(!is_valid(other));
    BOOST_TEST(is_valid(granted));
    revoke(std::string{token_claims(granted.text("grantToken")).at("jti").as_string()});
    BOOST_TEST(!is_valid(granted));
}

BOOST_AUTO_TEST_CASE(revoking_needs_a_jti_of_the_caller)
{
    auto const jti = std::string{token_claims(granted.text("grantToken")).at("jti").as_string()};
    for (auto const& body :
         {std::string{}, std::string{"{}"}, std::string{R"({"jti":""})"},
          std::string{R"({"jti":5})"}, R"({"jti":")" + std::string(513, 'a') + R"("})"})
    {
        auto const refused = send("POST", "/v1/tokens/revoke", body, sandbox);
        expect_error(refused, 400, "BAD_REQUEST");
        BOOST_TEST(refused.text("message").starts_with("jti "));
    }
    expect_error(revoke("tok_x"), 404, "NOT_FOUND");
    expect_error(revoke(granted.text("grantId")), 404, "NOT_FOUND");
    auto const stranger = developer("sandbox");
    auto const foreign =
        send("POST", "/v1/tokens/revoke", R"({"jti":")" + jti + R"("})", {.key = stranger});
    expect_error(foreign, 404, "NOT_FOUND");
    BOOST_TEST(verify(granted.text("grantToken")).json().at("valid").as_bool());
    BOOST_TEST(revoke(jti).status == 204);
}

BOOST_AUTO_TEST_SUITE_END()
