// DID documents: who an agent is, who vouches for it, and nothing more.
#include "tests/server/api/expect.hpp"

#include "server/signing_keys.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

// openssl genpkey -algorithm ed25519: the private key of RFC 8037 A.1
constexpr char const* ed25519_pem =
    "-----BEGIN PRIVATE KEY-----\n"
    "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g\n"
    "-----END PRIVATE KEY-----\n";
constexpr std::string_view ed25519_kid = "grantex-ed25519-kPrK_qmx";
constexpr std::string_view issuer = "did:web:127.0.0.1%3A3001";

Answer ask(ApiServer& server, std::string const& target)
{
    return server.send("GET", target, "", {});
}

Answer resolve(ApiServer& server, std::string const& agent_id)
{
    return ask(server, "/v1/did/did:grantex:" + agent_id);
}

std::string kid_of(ApiServer const& server)
{
    return server.app.keys.signing(server.app.clock.now())->kid();
}

// Stores the key as one that is published and signs after the present one.
void publish(ApiServer& server, crypto::SigningKey const& key)
{
    auto& app = server.app;
    storage::Timestamp const later{std::chrono::sys_days{std::chrono::year{2100} / 1 / 1}};
    auto const row =
        server::make_signing_key_row(app.config, app.keys.masters(), key, start_time, later);
    storage::insert_signing_key(app.writer, row);
    app.keys.load_signing_keys(app.reader, start_time);
}

void expect_open_document(Answer const& answer)
{
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.header("Content-Type") == "application/json; charset=utf-8");
    BOOST_TEST(answer.header("Cache-Control") == "public, max-age=300");
    BOOST_TEST(answer.header("Access-Control-Allow-Origin") == "*");
    BOOST_TEST(answer.header("Access-Control-Allow-Credentials").empty());
}

// S-002: no member of a private key anywhere.
void expect_public_only(boost::json::value const& document)
{
    for (auto const& method : document.at("verificationMethod").as_array()) {
        expect_members(method.as_object(), "id type controller publicKeyJwk");
        BOOST_TEST(method.at("type") == "JsonWebKey2020");
        auto const& jwk = method.at("publicKeyJwk").as_object();
        expect_members(
            jwk, jwk.at("kty") == "RSA" ? "kty n e alg use kid" : "kty crv x alg use kid"
        );
        auto const kid = std::string{jwk.at("kid").as_string()};
        BOOST_TEST(method.at("id").as_string().ends_with("#" + kid));
    }
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(did, ApiServer)

BOOST_AUTO_TEST_CASE(anyone_may_ask_who_an_agent_is)
{
    auto const made = post(
        "/v1/agents",
        R"({"name":"Trip Planner","description":"Finds trips",)"
        R"("scopes":["calendar:read"],"allowedRedirectUris":["https://a.example/cb"]})"
    );
    BOOST_REQUIRE_EQUAL(made.status, 201);
    auto const id = made.text("agentId");
    auto const answer = resolve(*this, id);
    expect_open_document(answer);
    expect_members(
        answer, "@context id controller developer name description declaredScopes status createdAt "
                "verificationMethod"
    );
    BOOST_TEST(answer.text("@context") == "https://grantex.dev/v1/identity");
    BOOST_TEST(answer.text("id") == made.text("did"));
    BOOST_TEST(answer.text("controller") == issuer);
    BOOST_TEST(answer.text("developer") == made.text("developerId"));
    BOOST_TEST(answer.text("name") == "Trip Planner");
    BOOST_TEST(answer.text("description") == "Finds trips");
    BOOST_TEST(answer.text("status") == "active");
    BOOST_TEST(answer.text("createdAt") == made.text("createdAt"));
    auto const document = answer.json();
    BOOST_TEST(document.at("declaredScopes").as_array().size() == 1U);
    BOOST_TEST(document.at("declaredScopes").at(0) == "calendar:read");
    expect_public_only(document);
    auto const& methods = document.at("verificationMethod").as_array();
    BOOST_REQUIRE_EQUAL(methods.size(), 1U);
    BOOST_TEST(methods[0].at("id").as_string() == made.text("did") + "#" + kid_of(*this));
    BOOST_TEST(methods[0].at("controller").as_string() == answer.text("controller"));
    // The key is the one that verifies its tokens.
    auto const jwks = ask(*this, "/.well-known/jwks.json").json();
    BOOST_TEST((methods[0].at("publicKeyJwk") == jwks.at("keys").at(0)));
}

BOOST_AUTO_TEST_CASE(nothing_private_of_an_agent_is_shown)
{
    auto const id = agent();
    grant(id);
    send(
        "PATCH", "/v1/agents/" + id, R"({"allowedRedirectUris":["https://hidden.example/cb"]})",
        {.key = sandbox_key}
    );
    auto const body = resolve(*this, id).body;
    for (auto const* const part : {"hidden.example", "user_1", "grnt_", "Nimbus", "gx_test_"})
        BOOST_TEST(body.find(part) == std::string::npos, part);
}

BOOST_AUTO_TEST_CASE(the_segment_may_be_escaped_and_a_key_is_not_looked_at)
{
    auto const id = agent();
    auto const raw = resolve(*this, id);
    BOOST_TEST(ask(*this, "/v1/did/did%3Agrantex%3A" + id).body == raw.body);
    BOOST_TEST(ask(*this, "/v1/did/%64id:grantex:" + id + "?x=y").body == raw.body);
    auto const with_key = send("GET", "/v1/did/did:grantex:" + id, "", {.key = "no key at all"});
    BOOST_TEST(with_key.body == raw.body);
    BOOST_TEST(send("HEAD", "/v1/did/did:grantex:" + id, "", {}).status == 200);
}

BOOST_AUTO_TEST_CASE(a_suspended_agent_says_so_and_a_deleted_one_is_gone_for_good)
{
    auto const id = agent();
    Options const owner{.key = sandbox_key};
    send("PATCH", "/v1/agents/" + id, R"({"status":"suspended"})", owner);
    BOOST_TEST(resolve(*this, id).text("status") == "suspended");
    BOOST_TEST(send("DELETE", "/v1/agents/" + id, "", owner).status == 204);
    auto const gone = resolve(*this, id);
    expect_error(gone, 410, "GONE", "Agent was deleted");
    BOOST_TEST(gone.body.find("Trip Planner") == std::string::npos);
    advance(std::chrono::hours{24 * 365});
    expect_error(resolve(*this, id), 410, "GONE");
}

BOOST_AUTO_TEST_CASE(what_is_no_agent_did_is_told_from_what_is_not_registered)
{
    for (auto const* const other :
         {"did:web:auth.example.com", "ag_01KJPWD6M0W17VDP01P914P7ZE", "did:grantex:", "x",
          "did:grantex:a%2Fb", "did:grantex:a%23k", "did:grantex:a%00", "did:grantex:%C3%A9"})
        BOOST_TEST_CONTEXT(other)
        {
            auto const answer = ask(*this, std::string{"/v1/did/"} + other);
            expect_error(answer, 400, "BAD_REQUEST", "Not a did:grantex identifier");
            BOOST_TEST(answer.header("Cache-Control") == "no-store");
        }
    expect_error(ask(*this, "/v1/did/did:grantex:%zz"), 400, "BAD_REQUEST");
    expect_error(resolve(*this, "ag_01KJPWD6M0W17VDP01P914P7ZE"), 404, "NOT_FOUND", "Unknown DID");
    expect_error(resolve(*this, "'--"), 400, "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(a_page_anywhere_sees_why_a_did_does_not_resolve)
{
    auto const foreign = send(
        "GET", "/v1/did/did:grantex:ag_nobody", "",
        {.key = "", .headers = {{"origin", "https://a.example"}}}
    );
    BOOST_TEST(foreign.status == 404);
    BOOST_TEST(foreign.header("Access-Control-Allow-Origin") == "*");
    BOOST_TEST(foreign.header("Access-Control-Allow-Credentials").empty());
}

BOOST_AUTO_TEST_CASE(resolution_can_be_switched_off)
{
    ApiServer closed{server::Flags{{"did-public-resolution", "false"}}};
    auto const id = closed.agent();
    auto const there = resolve(closed, id);
    auto const nowhere = resolve(closed, "ag_nobody");
    expect_error(there, 404, "NOT_FOUND");
    BOOST_TEST(without(there, {"requestId"}) == without(nowhere, {"requestId"}));
    BOOST_TEST(ask(closed, "/v1/did/x").status == 404);
    BOOST_TEST(ask(closed, "/.well-known/did.json").status == 200);
}

BOOST_AUTO_TEST_CASE(the_server_document_lists_its_keys_and_services)
{
    auto const answer = ask(*this, "/.well-known/did.json");
    expect_open_document(answer);
    expect_members(answer, "@context id verificationMethod authentication assertionMethod service");
    auto const document = answer.json();
    std::string const did{issuer};
    BOOST_TEST(
        document.at("@context") ==
        (boost::json::array{
            "https://www.w3.org/ns/did/v1", "https://w3id.org/security/suites/jws-2020/v1"})
    );
    BOOST_TEST(answer.text("id") == did);
    expect_public_only(document);
    boost::json::array const ids{did + "#" + kid_of(*this)};
    BOOST_TEST(document.at("verificationMethod").as_array().size() == 1U);
    BOOST_TEST(document.at("authentication") == ids);
    BOOST_TEST(document.at("assertionMethod") == ids);
    boost::json::array const services{
        {{"id", did + "#jwks"},
         {"type", "JsonWebKeySet"},
         {"serviceEndpoint", "http://127.0.0.1:3001/.well-known/jwks.json"}},
        {{"id", did + "#grant-protocol"},
         {"type", "GrantexProtocol"},
         {"serviceEndpoint", "http://127.0.0.1:3001/v1"}}};
    BOOST_TEST(document.at("service") == services);
}

BOOST_AUTO_TEST_CASE(an_ed25519_key_stands_last_and_never_in_the_key_set)
{
    ApiServer with_key{server::Flags{{"ed25519-private-key", ed25519_pem}}};
    auto const before = ask(with_key, "/.well-known/did.json").body;
    auto const document = ask(with_key, "/.well-known/did.json").json();
    expect_public_only(document);
    auto const& methods = document.at("verificationMethod").as_array();
    BOOST_REQUIRE_EQUAL(methods.size(), 2U);
    BOOST_TEST(methods[0].at("publicKeyJwk").at("kty") == "RSA");
    boost::json::object const jwk{
        {"kty", "OKP"},   {"crv", "Ed25519"}, {"x", "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
        {"alg", "EdDSA"}, {"use", "sig"},     {"kid", std::string{ed25519_kid}}};
    BOOST_TEST(methods[1].at("publicKeyJwk") == jwk);
    BOOST_TEST(document.at("assertionMethod").as_array().size() == 2U);
    BOOST_TEST(document.at("authentication").at(1) == methods[1].at("id"));

    auto const jwks = ask(with_key, "/.well-known/jwks.json").json();
    BOOST_TEST(jwks.at("keys").as_array().size() == 1U);
    // It vouches for the server, not for agents.
    auto const agent = resolve(with_key, with_key.agent());
    BOOST_TEST(agent.json().at("verificationMethod").as_array().size() == 1U);
    BOOST_TEST(ask(with_key, "/.well-known/did.json").body == before);
}

BOOST_AUTO_TEST_CASE(another_key_than_ed25519_stops_the_start)
{
    for (auto const* const bad : {"x", "-----BEGIN PRIVATE KEY-----\nAAAA\n"})
        try {
            ApiServer{server::Flags{{"ed25519-private-key", bad}}};
            BOOST_ERROR("it started");
        } catch (server::KeyError const& error) {
            std::string const why = error.what();
            BOOST_TEST(why.find("GRANTEXD_ED25519_PRIVATE_KEY is not") == 0U);
            BOOST_TEST(why.find("Try: ") != std::string::npos);
            BOOST_TEST(why.find("AAAA") == std::string::npos);
        }
}

BOOST_AUTO_TEST_CASE(the_domain_is_that_of_the_base_url_unless_it_is_set)
{
    struct Row
    {
        server::Flags settings;
        std::string did;
    };
    Row const rows[] = {
        {{{"public-base-url", "https://auth.example.com"}}, "did:web:auth.example.com"},
        {{{"public-base-url", "https://auth.example.com:8443"}}, "did:web:auth.example.com%3A8443"},
        {{{"public-base-url", "https://auth.example.com/"}, {"did-web-domain", "example.org:444"}},
         "did:web:example.org%3A444"},
    };
    for (auto const& row : rows) {
        ApiServer server{row.settings};
        BOOST_TEST(ask(server, "/.well-known/did.json").text("id") == row.did);
        BOOST_TEST(resolve(server, server.agent()).text("controller") == row.did);
    }
}

// What a rotation leaves behind: a key that signs no more but still verifies.
BOOST_AUTO_TEST_CASE(every_published_key_vouches_the_active_one_first)
{
    auto const id = agent();
    auto const active = kid_of(*this);
    auto const older = crypto::SigningKey::generate(start_time - std::chrono::hours{24 * 40});
    publish(*this, older);
    BOOST_REQUIRE(kid_of(*this) == active);

    for (auto const& [document, did] :
         {std::pair{resolve(*this, id).json(), "did:grantex:" + id},
          std::pair{ask(*this, "/.well-known/did.json").json(), std::string{issuer}}})
    {
        expect_public_only(document);
        auto const& methods = document.at("verificationMethod").as_array();
        BOOST_REQUIRE_EQUAL(methods.size(), 2U);
        BOOST_TEST(methods[0].at("id").as_string() == did + "#" + active);
        BOOST_TEST(methods[1].at("id").as_string() == did + "#" + older.kid());
        BOOST_TEST(methods[1].at("publicKeyJwk").at("n").as_string() == older.jwk().n);
    }
    BOOST_TEST(ask(*this, "/.well-known/jwks.json").json().at("keys").as_array().size() == 2U);
}

BOOST_AUTO_TEST_CASE(resolving_is_limited_by_address_in_every_profile)
{
    ApiServer wide{server::Flags{{"rate-profile", "appliance"}, {"rate-did", "3"}}};
    for (int i = 2; i >= 0; --i) {
        auto const answer = resolve(wide, "ag_nobody");
        BOOST_TEST(answer.status == 404);
        BOOST_TEST(answer.header("X-RateLimit-Limit") == "3");
        BOOST_TEST(answer.header("X-RateLimit-Remaining") == std::to_string(i));
    }
    auto const limited = resolve(wide, "ag_nobody");
    expect_error(limited, 429, "RATE_LIMIT_EXCEEDED");
    BOOST_TEST(limited.header("Access-Control-Allow-Origin") == "*");
    // The server's own document has no bucket of its own.
    BOOST_TEST(ask(wide, "/.well-known/did.json").header("X-RateLimit-Limit") == "500000");
}

BOOST_AUTO_TEST_SUITE_END()
