// A code becomes a grant and its first token.
#include "tests/server/api/expect.hpp"

#include "crypto/hash.hpp"
#include "crypto/jwt.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

constexpr std::string_view token_members =
    "grantToken expiresAt scopes refreshToken grantId grantExpiresAt";

// RFC 7636 appendix B
constexpr auto verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
constexpr auto challenge = R"("codeChallengeMethod":"S256",)"
                           R"("codeChallenge":"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM")";

struct SandboxServer : ApiServer
{
    SandboxServer() : sandbox{.key = sandbox_key}, id(agent()) {}

    Answer exchange(std::string const& code, std::string const& extra = {})
    {
        auto body = code_body(code, id);
        if (!extra.empty())
            body.insert(body.size() - 1, "," + extra);
        return send("POST", "/v1/token", body, sandbox);
    }
    bool verifies(Answer const& granted)
    {
        auto const body = token_body(granted.text("grantToken"));
        return send("POST", "/v1/tokens/verify", body, sandbox).json().at("valid").as_bool();
    }

    Options sandbox;
    std::string id;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(token, SandboxServer)

BOOST_AUTO_TEST_CASE(an_exchange_answers_with_a_token_of_the_contract)
{
    advance(std::chrono::milliseconds{750}); // whole seconds are rounded down, never up
    auto const granted = exchange(code(
        id, R"("scopes":["b:write","a:read"],"audience":"https://api.example","expiresIn":"2h")"
    ));
    BOOST_REQUIRE_EQUAL(granted.status, 201);
    expect_members(granted, token_members);
    BOOST_TEST(is_id(granted.text("grantId"), "grnt"));
    auto const refresh = granted.text("refreshToken");
    BOOST_REQUIRE_EQUAL(refresh.size(), 74U);
    BOOST_TEST(is_id(refresh.substr(0, 30), "ref"));
    BOOST_TEST(refresh[30] == '.');
    BOOST_TEST(is_secret(refresh.substr(31)));
    BOOST_TEST(granted.text("expiresAt") == "2026-03-02T11:00:00.000Z");
    BOOST_TEST(granted.text("grantExpiresAt") == "2026-03-02T11:00:00.000Z");
    BOOST_TEST(granted.json().at("scopes") == boost::json::value({"b:write", "a:read"}));

    auto const token = granted.text("grantToken");
    auto const header = token_header(token);
    expect_members(header, "alg typ kid");
    BOOST_TEST(header.at("alg") == "RS256");
    BOOST_TEST(header.at("typ") == "JWT");
    BOOST_TEST(get("/.well-known/jwks.json").json().at("keys").at(0).at("kid") == header.at("kid"));
    auto const claims = token_claims(token);
    expect_members(claims, "iss sub aud agt dev scp grnt jti iat exp");
    BOOST_TEST(claims.at("iss") == "http://127.0.0.1:3001");
    BOOST_TEST(claims.at("sub") == "user_1");
    BOOST_TEST(claims.at("aud") == "https://api.example");
    BOOST_TEST(claims.at("agt").as_string() == "did:grantex:" + id);
    BOOST_TEST(claims.at("dev").as_string() == developer_id(*this, sandbox_key));
    BOOST_TEST(claims.at("scp") == boost::json::value({"b:write", "a:read"}));
    BOOST_TEST(claims.at("grnt").as_string() == granted.text("grantId"));
    BOOST_TEST(is_id({claims.at("jti").as_string().data(), 30}, "tok"));
    BOOST_TEST(claims.at("iat").as_int64() == 1'772'442'000);
    BOOST_TEST(claims.at("exp").as_int64() == 1'772'442'000 + 7200);
    BOOST_TEST(!token_claims(exchange(code(id)).text("grantToken")).contains("aud"));

    constexpr std::string_view types[] = {"JWT"};
    BOOST_TEST(crypto::verify_jwt(token, app.keys.verifying(), types).has_value());
}

BOOST_AUTO_TEST_CASE(the_token_ends_after_a_day_and_the_grant_when_the_person_said)
{
    auto const granted = exchange(code(id, R"("expiresIn":"7d")"));
    BOOST_TEST(granted.text("expiresAt") == "2026-03-03T09:00:00.000Z");
    BOOST_TEST(granted.text("grantExpiresAt") == "2026-03-09T09:00:00.000Z");
    auto const claims = token_claims(granted.text("grantToken"));
    BOOST_TEST(claims.at("exp").as_int64() == 1'772'442'000 + 86'400);
}

BOOST_AUTO_TEST_CASE(an_exchange_writes_its_two_events)
{
    auto const granted = exchange(code(id));
    auto const events = events_of(*this, sandbox_key);
    BOOST_REQUIRE_EQUAL(events.size(), 2U);
    BOOST_TEST(is_id(events[0].id, "evt"));
    BOOST_TEST(events[0].id < events[1].id);
    BOOST_TEST(events[0].type == "grant.created");
    BOOST_TEST((events[0].created_at == app.clock.now()));
    auto const created = event_data(events[0]);
    expect_members(created, "grantId agentId principalId scopes expiresAt");
    BOOST_TEST(created.at("grantId").as_string() == granted.text("grantId"));
    BOOST_TEST(created.at("agentId").as_string() == id);
    BOOST_TEST(created.at("principalId") == "user_1");
    BOOST_TEST(created.at("scopes") == boost::json::value(boost::json::array{"calendar:read"}));
    BOOST_TEST(created.at("expiresAt") == "2026-03-03T09:00:00.000Z");
    BOOST_TEST(events[1].type == "token.issued");
    auto const issued = event_data(events[1]);
    expect_members(issued, "tokenId grantId agentId principalId scopes expiresAt method");
    BOOST_TEST(issued.at("tokenId") == token_claims(granted.text("grantToken")).at("jti"));
    BOOST_TEST(issued.at("method") == "exchange");
    for (auto const& event : events)
        for (auto const& secret : {granted.text("refreshToken"), granted.text("grantToken")})
            BOOST_TEST(event.data.find(secret) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(bad_fields_of_an_exchange_are_refused)
{
    auto const fresh = code(id);
    std::string const bodies[] = {
        "",
        "{}",
        R"({"code":"x"})",
        R"({"agentId":"x"})",
        code_body("", id),
        code_body(fresh, ""),
        code_body(std::string(513, 'a'), id),
        R"({"code":1,"agentId":"x"})",
        R"({"code":"x","agentId":["x"]})",
        R"({"code":")" + fresh + R"(","agentId":")" + id + R"(","codeVerifier":5})",
        R"({"code":")" + fresh + R"(","agentId":")" + id + R"(","credentialFormat":"pdf"})",
        R"({"code":")" + fresh + R"(","agentId":")" + id + R"(","credentialFormat":true})",
    };
    for (auto const& body : bodies)
        BOOST_TEST_CONTEXT(body.substr(0, 80))
    expect_error(send("POST", "/v1/token", body, sandbox), 400, "BAD_REQUEST");
    BOOST_TEST(events_of(*this, sandbox_key).empty());
    for (auto const* const format : {"jwt", "vc-jwt", "sd-jwt", "both", "agent-passport"}) {
        auto const extra = R"("credentialFormat":")" + std::string{format} + '"';
        auto const granted = exchange(code(id), extra);
        BOOST_TEST(granted.status == 201);
        expect_members(granted, token_members); // a credential that cannot be issued is left out
    }
}

BOOST_AUTO_TEST_CASE(pkce_binds_the_code_to_whoever_asked) // S-016, S-018
{
    auto const with = [](std::string const& text) {
        return R"("codeVerifier":)" + json_text(text);
    };
    auto const bound = code(id, challenge);
    expect_error(exchange(bound), 400, "BAD_REQUEST", "codeVerifier is required");
    std::string const right{verifier};
    for (auto const& wrong :
         {std::string{}, right + "a", right.substr(1), std::string(43, 'a'), std::string(129, 'a'),
          right.substr(0, 42) + "+", right.substr(0, 42) + "/", right + "=", " " + right,
          std::string{"E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"}})
        BOOST_TEST_CONTEXT(wrong)
    expect_error(exchange(bound, with(wrong)), 400, "BAD_REQUEST", "Invalid codeVerifier");
    BOOST_TEST(exchange(bound, with(right)).status == 201);

    auto const unbound = code(id);
    for (auto const& unexpected : {right, std::string{}})
        expect_error(
            exchange(unbound, with(unexpected)), 400, "BAD_REQUEST", "Invalid codeVerifier"
        );
    BOOST_TEST(exchange(unbound, R"("codeVerifier":null)").status == 201);

    // The SHA-256 of "short": it matches, and is still no verifier.
    auto const weak = code(
        id, R"("codeChallenge":"-bAHi131ltLqGQEMABu9AJ5lHeLFfo-341XzHrnT9zk",)"
            R"("codeChallengeMethod":"S256")"
    );
    expect_error(exchange(weak, with("short")), 400, "BAD_REQUEST", "Invalid codeVerifier");
}

BOOST_AUTO_TEST_CASE(a_code_works_only_for_its_developer_and_agent) // S-020
{
    auto const fresh = code(id);
    auto const other_agent = agent();
    auto const other_key = developer("sandbox");
    constexpr auto text = "Invalid code";
    auto const wrong_agent = send("POST", "/v1/token", code_body(fresh, other_agent), sandbox);
    auto const foreign = send("POST", "/v1/token", code_body(fresh, id), {.key = other_key});
    auto const unknown = exchange(std::string(43, 'a'));
    auto const live = post("/v1/token", code_body(fresh, id));
    for (auto const* const refused : {&wrong_agent, &foreign, &unknown, &live}) {
        expect_error(*refused, 400, "BAD_REQUEST", text);
        BOOST_TEST(without(*refused, {"requestId"}) == without(unknown, {"requestId"}));
    }
    BOOST_TEST(exchange(fresh).status == 201);
}

BOOST_AUTO_TEST_CASE(a_code_lives_ten_minutes) // S-023
{
    auto const in_time = code(id);
    auto const late = code(id);
    advance(std::chrono::minutes{10} - std::chrono::milliseconds{1});
    BOOST_TEST(exchange(in_time).status == 201);
    advance(std::chrono::milliseconds{1});
    expect_error(exchange(late), 400, "BAD_REQUEST", "Authorization code has expired");
}

BOOST_AUTO_TEST_CASE(only_approved_requests_can_be_exchanged) // S-024
{
    for (auto const* const status : {"pending", "denied"}) {
        auto const held = code(id);
        app.writer.execute(
            std::string{"UPDATE auth_requests SET status = '"} + status +
            "' WHERE status = 'approved'"
        );
        expect_error(exchange(held), 400, "BAD_REQUEST", "Authorization request is not approved");
    }
    auto const suspended = code(id);
    send("PATCH", "/v1/agents/" + id, R"({"status":"suspended"})", sandbox);
    expect_error(exchange(suspended), 400, "BAD_REQUEST", "Invalid code");
}

BOOST_AUTO_TEST_CASE(a_used_code_that_comes_back_late_ends_what_was_made_from_it) // S-022
{
    auto const used = code(id);
    auto const granted = exchange(used);
    auto const child = delegate(granted.text("grantToken"), id);
    constexpr auto text = "Authorization request is not approved";
    auto const count = events_of(*this, sandbox_key).size();

    // Up to 120 seconds it is a client whose answer was lost.
    expect_error(exchange(used), 400, "BAD_REQUEST", text);
    advance(std::chrono::seconds{120});
    expect_error(exchange(used), 400, "BAD_REQUEST", text);
    BOOST_TEST(verifies(granted));
    BOOST_TEST(events_of(*this, sandbox_key).size() == count);

    advance(std::chrono::milliseconds{1});
    expect_error(exchange(used), 400, "BAD_REQUEST", text);
    BOOST_TEST(!verifies(granted));
    BOOST_TEST(!verifies(child));
    auto const events = events_of(*this, sandbox_key);
    BOOST_REQUIRE_EQUAL(events.size(), count + 2);
    auto const root = event_data(events[count]);
    expect_members(root, "grantId agentId principalId cascade descendantCount revokedBy reason");
    BOOST_TEST(root.at("grantId").as_string() == granted.text("grantId"));
    BOOST_TEST(root.at("cascade").as_bool());
    BOOST_TEST(root.at("descendantCount").as_int64() == 1);
    BOOST_TEST(root.at("revokedBy") == "system");
    BOOST_TEST(root.at("reason") == "code_reuse");
    auto const below = event_data(events[count + 1]);
    expect_members(
        below, "grantId agentId principalId cascade descendantCount revokedBy reason cascadedFrom"
    );
    BOOST_TEST(below.at("cascadedFrom").as_string() == granted.text("grantId"));
    BOOST_TEST(!below.at("cascade").as_bool());

    expect_error(exchange(used), 400, "BAD_REQUEST", text); // and again: nothing more happens
    BOOST_TEST(events_of(*this, sandbox_key).size() == count + 2);
}

BOOST_AUTO_TEST_CASE(the_grace_of_codes_is_a_setting)
{
    ApiServer strict{server::Flags{{"reuse-grace", "0s"}}};
    auto const agent_id = strict.agent();
    auto const used = strict.code(agent_id);
    auto const body = code_body(used, agent_id);
    Options const options{.key = strict.sandbox_key};
    auto const granted = strict.send("POST", "/v1/token", body, options);
    strict.advance(std::chrono::milliseconds{1});
    expect_error(strict.send("POST", "/v1/token", body, options), 400, "BAD_REQUEST");
    auto const shown = strict.send("GET", "/v1/grants/" + granted.text("grantId"), "", options);
    BOOST_TEST(shown.text("status") == "revoked");
}

BOOST_AUTO_TEST_CASE(a_code_without_a_time_is_one_of_an_earlier_version)
{
    auto const made = code(id);
    BOOST_TEST(made.size() == 53U);
    auto const older = made.substr(10);
    app.writer.run("UPDATE auth_requests SET code_hash = ?1", crypto::hex(crypto::sha256(older)));
    expect_error(exchange(made), 400, "BAD_REQUEST");
    BOOST_TEST(exchange(older).status == 201);
}

BOOST_AUTO_TEST_CASE(what_codes_are_found_by_is_in_the_order_of_their_making)
{
    for (int i = 0; i < 5; ++i) {
        code(id);
        advance(std::chrono::milliseconds{1});
    }
    auto const ids = app.reader.list<std::string>("SELECT id FROM auth_requests ORDER BY id");
    BOOST_TEST(ids.size() == 5U);
    BOOST_TEST(
        ids == app.reader.list<std::string>("SELECT id FROM auth_requests ORDER BY code_hash"),
        boost::test_tools::per_element()
    );
}

BOOST_AUTO_TEST_CASE(codes_and_tokens_are_not_stored_as_they_are)
{
    auto const used = code(id);
    auto const granted = exchange(used);
    app.writer.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    auto const dump = app.reader.list<std::string>(R"sql(
        SELECT coalesce(code_hash, '') || coalesce(link_hash, '') FROM auth_requests UNION ALL
        SELECT token_hash || id FROM refresh_tokens UNION ALL
        SELECT data FROM events UNION ALL SELECT jti FROM tokens)sql");
    for (auto const& row : dump)
        for (auto const& secret : {used, granted.text("refreshToken"), granted.text("grantToken")})
            BOOST_TEST(row.find(secret) == std::string::npos);
    for (auto const& secret : {used, granted.text("refreshToken").substr(31), sandbox_key})
        BOOST_TEST(log_text.find(secret) == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
