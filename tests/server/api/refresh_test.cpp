// Rotating refresh tokens, and what happens when a used one comes back.
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

#include <utility>

using namespace support;

namespace {

struct SandboxServer : ApiServer
{
    explicit SandboxServer(server::Flags settings = {})
        : ApiServer(std::move(settings)), sandbox{.key = sandbox_key}, id(agent())
    {}

    Answer refresh(Answer const& granted)
    {
        return send("POST", "/v1/token/refresh", refresh_body(granted, id), sandbox);
    }
    bool verifies(Answer const& granted)
    {
        auto const body = token_body(granted.text("grantToken"));
        return send("POST", "/v1/tokens/verify", body, sandbox).json().at("valid").as_bool();
    }
    std::string status_of(Answer const& granted)
    {
        return send("GET", "/v1/grants/" + granted.text("grantId"), "", sandbox).text("status");
    }
    boost::json::array audit()
    {
        return send("GET", "/v1/audit/entries", "", sandbox).json().at("entries").as_array();
    }

    Options sandbox;
    std::string id;
};

struct FamilyServer : SandboxServer
{
    FamilyServer() : SandboxServer(server::Flags{{"refresh-reuse-action", "family"}}) {}
};

constexpr auto used_text = "Refresh token already used";

} // namespace

BOOST_FIXTURE_TEST_SUITE(refresh, SandboxServer)

BOOST_AUTO_TEST_CASE(a_refresh_gives_a_new_token_of_the_same_grant) // S-028
{
    auto const first = grant(id, R"("audience":"https://api.example","expiresIn":"48h")");
    advance(std::chrono::hours{1});
    auto const second = refresh(first);
    BOOST_REQUIRE_EQUAL(second.status, 201);
    expect_members(second, "grantToken expiresAt scopes refreshToken grantId grantExpiresAt");
    BOOST_TEST(second.text("grantId") == first.text("grantId"));
    BOOST_TEST(second.text("grantExpiresAt") == first.text("grantExpiresAt"));
    BOOST_TEST(second.text("expiresAt") == "2026-03-03T10:00:00.000Z");
    BOOST_TEST(second.text("refreshToken") != first.text("refreshToken"));
    auto before = token_claims(first.text("grantToken"));
    auto after = token_claims(second.text("grantToken"));
    BOOST_TEST(before.at("jti") != after.at("jti"));
    BOOST_TEST(after.at("iat").as_int64() == before.at("iat").as_int64() + 3600);
    for (auto const* const changing : {"jti", "iat", "exp"}) {
        before.erase(changing);
        after.erase(changing);
    }
    BOOST_TEST(before == after);
    BOOST_TEST(verifies(first)); // earlier tokens stay good until they end
    BOOST_TEST(verifies(second));

    auto const event = event_data(events_of(*this, sandbox_key).back());
    BOOST_TEST(event.at("method") == "refresh");
    BOOST_TEST(event.at("tokenId") == token_claims(second.text("grantToken")).at("jti"));
}

BOOST_AUTO_TEST_CASE(refreshing_never_extends_the_grant) // S-031
{
    auto const first = grant(id, R"("expiresIn":"25h")");
    advance(std::chrono::hours{2});
    auto const second = refresh(first);
    BOOST_TEST(second.text("expiresAt") == "2026-03-03T10:00:00.000Z");
    BOOST_TEST(second.text("grantExpiresAt") == "2026-03-03T10:00:00.000Z");
    advance(std::chrono::hours{23});
    auto const late = refresh(second);
    // The refresh token ends with its grant, and its own expiry is looked at first.
    expect_error(late, 400, "BAD_REQUEST", "Refresh token expired");
    BOOST_TEST(status_of(first) == "expired");
    app.writer.execute("UPDATE refresh_tokens SET expires_at = expires_at + 1000");
    expect_error(refresh(second), 400, "BAD_REQUEST", "Grant has expired");
}

BOOST_AUTO_TEST_CASE(a_refresh_token_has_a_ceiling_of_its_own)
{
    SandboxServer server{server::Flags{{"refresh-ttl", "1h"}}};
    auto const first = server.grant(server.id);
    server.advance(std::chrono::minutes{59});
    auto const second = server.refresh(first);
    BOOST_TEST(second.status == 201);
    server.advance(std::chrono::minutes{60});
    expect_error(server.refresh(second), 400, "BAD_REQUEST", "Refresh token expired");
    BOOST_TEST(server.status_of(first) == "active");
}

BOOST_AUTO_TEST_CASE(bad_fields_of_a_refresh_are_refused)
{
    auto const granted = grant(id);
    for (auto const& body :
         {std::string{}, std::string{"{}"}, std::string{R"({"refreshToken":"x"})"},
          std::string{R"({"agentId":"x"})"}, std::string{R"({"refreshToken":"","agentId":"x"})"},
          std::string{R"({"refreshToken":1,"agentId":"x"})"},
          R"({"refreshToken":")" + std::string(513, 'a') + R"(","agentId":"x"})",
          refresh_body(granted, "")})
        expect_error(send("POST", "/v1/token/refresh", body, sandbox), 400, "BAD_REQUEST");
    BOOST_TEST(refresh(granted).status == 201);
}

BOOST_AUTO_TEST_CASE(tokens_of_others_and_unknown_ones_answer_alike) // S-029
{
    auto const granted = grant(id);
    auto const other_agent = agent();
    auto const other_key = developer("sandbox");
    auto const text = granted.text("refreshToken");
    auto const send_token = [&](std::string const& token) {
        auto const body =
            R"({"refreshToken":)" + json_text(token) + R"(,"agentId":")" + id + R"("})";
        return send("POST", "/v1/token/refresh", body, sandbox);
    };
    auto const unknown = send_token("ref_unknown");
    expect_error(unknown, 400, "BAD_REQUEST", "Invalid refresh token");
    auto const same = [&](Answer const& answer) {
        BOOST_TEST(without(answer, {"requestId"}) == without(unknown, {"requestId"}));
    };
    same(send("POST", "/v1/token/refresh", refresh_body(granted, id), {.key = other_key}));
    same(send("POST", "/v1/token/refresh", refresh_body(granted, id), {.key = live_key}));
    auto altered = text;
    altered.back() = altered.back() == 'A' ? 'B' : 'A';
    for (auto const& wrong :
         {altered, text.substr(0, 30), text.substr(0, 31), text + "x", text + ".", text.substr(31),
          std::string{"."}, std::string(512, '.')})
        same(send_token(wrong));
    expect_error(
        send("POST", "/v1/token/refresh", refresh_body(granted, other_agent), sandbox), 400,
        "BAD_REQUEST", "Agent mismatch"
    );
    BOOST_TEST(refresh(granted).status == 201); // none of that used it up
}

BOOST_AUTO_TEST_CASE(a_revoked_grant_cannot_be_refreshed)
{
    auto const granted = grant(id);
    send("DELETE", "/v1/grants/" + granted.text("grantId"), "", sandbox);
    expect_error(refresh(granted), 400, "BAD_REQUEST", "Grant has been revoked");
}

BOOST_AUTO_TEST_CASE(revoking_one_token_leaves_its_family_alive) // S-037
{
    auto const first = grant(id);
    auto const jti = token_claims(first.text("grantToken")).at("jti").as_string();
    auto const body = R"({"jti":)" + json_text({jti.data(), jti.size()}) + "}";
    BOOST_TEST(send("POST", "/v1/tokens/revoke", body, sandbox).status == 204);
    BOOST_TEST(!verifies(first));
    auto const second = refresh(first);
    BOOST_TEST(second.status == 201);
    BOOST_TEST(verifies(second));
    BOOST_TEST(status_of(first) == "active");
}

BOOST_AUTO_TEST_CASE(a_repeat_within_the_grace_is_refused_and_harms_nothing) // S-030, S-034
{
    auto const first = grant(id);
    auto const second = refresh(first);
    auto const count = events_of(*this, sandbox_key).size();
    expect_error(refresh(first), 400, "BAD_REQUEST", used_text);
    advance(std::chrono::seconds{120});
    expect_error(refresh(first), 400, "BAD_REQUEST", used_text);
    BOOST_TEST(verifies(second));
    BOOST_TEST(events_of(*this, sandbox_key).size() == count);
    BOOST_TEST(audit().empty());
    BOOST_TEST(refresh(second).status == 201);
}

BOOST_AUTO_TEST_CASE(a_used_token_after_the_grace_ends_the_grant_and_everything_below)
{
    auto const first = grant(id);
    auto const second = refresh(first);
    auto const child = delegate(second.text("grantToken"), id);
    auto const count = events_of(*this, sandbox_key).size();
    advance(std::chrono::milliseconds{120'001});
    expect_error(refresh(first), 400, "BAD_REQUEST", used_text);
    for (auto const* const dead : {&first, &second, &child})
        BOOST_TEST(!verifies(*dead));
    expect_error(refresh(second), 400, "BAD_REQUEST", "Grant has been revoked");
    expect_error(refresh(child), 400, "BAD_REQUEST", "Grant has been revoked");

    auto const events = events_of(*this, sandbox_key);
    BOOST_REQUIRE_EQUAL(events.size(), count + 3);
    BOOST_TEST(event_data(events[count]).at("reason") == "refresh_token_reuse");
    BOOST_TEST(event_data(events[count + 1]).at("reason") == "refresh_token_reuse");
    BOOST_TEST(events[count + 2].type == "refresh_token.reused");
    auto const reuse = event_data(events[count + 2]);
    expect_members(reuse, "grantId agentId principalId action usedAt");
    BOOST_TEST(reuse.at("grantId").as_string() == first.text("grantId"));
    BOOST_TEST(reuse.at("agentId").as_string() == id);
    BOOST_TEST(reuse.at("principalId") == "user_1");
    BOOST_TEST(reuse.at("action") == "grant");
    BOOST_TEST(reuse.at("usedAt") == "2026-03-02T09:00:00.000Z");

    auto const entries = audit();
    BOOST_REQUIRE_EQUAL(entries.size(), 1U);
    BOOST_TEST(entries[0].at("action") == "refresh_token.reused");
    BOOST_TEST(entries[0].at("status") == "blocked");
    BOOST_TEST(entries[0].at("grantId").as_string() == first.text("grantId"));
    BOOST_TEST(entries[0].at("metadata").at("source") == "server");

    expect_error(refresh(first), 400, "BAD_REQUEST", used_text); // the alarm sounds once
    BOOST_TEST(events_of(*this, sandbox_key).size() == count + 3);
    BOOST_TEST(audit().size() == 1U);
}

BOOST_AUTO_TEST_CASE(a_used_token_whose_successor_was_used_counts_as_stolen_at_once) // S-033
{
    auto const first = grant(id);
    auto const second = refresh(first);
    auto const third = refresh(second);
    expect_error(refresh(first), 400, "BAD_REQUEST", used_text);
    BOOST_TEST(status_of(first) == "revoked");
    expect_error(refresh(third), 400, "BAD_REQUEST", "Grant has been revoked");
    BOOST_TEST(!verifies(third));
}

BOOST_AUTO_TEST_CASE(the_parent_is_not_touched_when_a_child_family_is_stolen)
{
    auto const root = grant(id);
    auto const child = delegate(root.text("grantToken"), id);
    refresh(child);
    advance(std::chrono::minutes{3});
    expect_error(refresh(child), 400, "BAD_REQUEST", used_text);
    BOOST_TEST(status_of(child) == "revoked");
    BOOST_TEST(status_of(root) == "active");
    BOOST_TEST(verifies(root));
}

BOOST_AUTO_TEST_CASE(a_wrong_agent_is_named_before_reuse_is_looked_at)
{
    auto const first = grant(id);
    auto const second = refresh(first);
    refresh(second);
    auto const body = refresh_body(first, agent());
    expect_error(
        send("POST", "/v1/token/refresh", body, sandbox), 400, "BAD_REQUEST", "Agent mismatch"
    );
    BOOST_TEST(status_of(first) == "active");
}

// A signer that fails is a broken process (core contract, refreshToken). Here the key rots in the
// memory of the running server: in the private exponent (from byte 303 on) and in the coefficient
// at the end, since OpenSSL makes good for one of them with the other.
BOOST_AUTO_TEST_CASE(S_035_a_signer_that_fails_ends_the_server_and_loses_nothing)
{
    auto const granted = grant(id);
    auto const body = refresh_body(granted, id);
    Options const keyed{.key = sandbox_key, .headers = {{"idempotency-key", "once"}}};
    auto& key = const_cast<crypto::SigningKey&>(*app.keys.signing(app.clock.now()));
    std::string rotten{key.to_pkcs8().view()};
    for (auto const at : {std::size_t{400}, rotten.size() - 1})
        rotten[at] = static_cast<char>(rotten[at] ^ 1);
    auto const sound =
        std::exchange(key, crypto::SigningKey::from_pkcs8(rotten, key.kid()).value());

    auto const failed = send("POST", "/v1/token/refresh", body, keyed);
    expect_error(failed, 500, "INTERNAL_ERROR", "Internal error");
    BOOST_TEST(fatal == "signing failed");
    BOOST_TEST(log_text.find("cause=signing failed") != std::string::npos);

    key = sound; // as after a restart
    auto const repeated = send("POST", "/v1/token/refresh", body, keyed);
    BOOST_TEST(repeated.status == 201);
    BOOST_TEST(repeated.header("Idempotent-Replayed") == "true");
    BOOST_TEST(verifies(repeated));
    BOOST_TEST(refresh(repeated).status == 201);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(refresh_family, FamilyServer)

BOOST_AUTO_TEST_CASE(action_family_ends_the_refresh_tokens_and_leaves_the_grant)
{
    auto const first = grant(id);
    auto const second = refresh(first);
    auto const count = events_of(*this, sandbox_key).size();
    advance(std::chrono::minutes{3});
    expect_error(refresh(first), 400, "BAD_REQUEST", used_text);
    BOOST_TEST(status_of(first) == "active");
    BOOST_TEST(verifies(second));
    expect_error(refresh(second), 400, "BAD_REQUEST", used_text); // no current token any more
    auto const events = events_of(*this, sandbox_key);
    BOOST_REQUIRE_EQUAL(events.size(), count + 1);
    BOOST_TEST(events.back().type == "refresh_token.reused");
    BOOST_TEST(event_data(events.back()).at("action") == "family");
    BOOST_TEST(audit().size() == 1U);

    expect_error(refresh(first), 400, "BAD_REQUEST", used_text);
    BOOST_TEST(events_of(*this, sandbox_key).size() == count + 1);
    BOOST_TEST(audit().size() == 1U);
}

BOOST_AUTO_TEST_SUITE_END()
