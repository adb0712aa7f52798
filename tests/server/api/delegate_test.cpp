// Delegation: a sub-agent gets a part of what the parent has, never more.
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct SandboxServer : ApiServer
{
    explicit SandboxServer(server::Flags settings = {})
        : ApiServer(std::move(settings)), sandbox{.key = sandbox_key}, id(agent())
    {}

    Answer delegate_with(Answer const& parent, std::string const& extra)
    {
        return send("POST", "/v1/grants/delegate", body_of(parent, extra), sandbox);
    }
    std::string body_of(Answer const& parent, std::string const& extra = {})
    {
        return R"({"parentGrantToken":")" + parent.text("grantToken") + R"(","subAgentId":")" + id +
               R"(","scopes":["calendar:read"])" + (extra.empty() ? "" : "," + extra) + "}";
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

BOOST_FIXTURE_TEST_SUITE(delegate, SandboxServer)

BOOST_AUTO_TEST_CASE(a_delegated_token_names_its_parent_and_keeps_person_and_audience)
{
    auto const root = grant(id, R"("audience":"https://api.example","principalId":"user_9")");
    auto const sub_agent = agent();
    auto const child = ApiServer::delegate(root.text("grantToken"), sub_agent);
    BOOST_REQUIRE_EQUAL(child.status, 201);
    expect_members(child, "grantToken expiresAt scopes grantId refreshToken grantExpiresAt");
    BOOST_TEST(child.text("expiresAt") == "2026-03-02T10:00:00.000Z"); // an hour unless asked
    BOOST_TEST(child.text("grantExpiresAt") == "2026-03-02T10:00:00.000Z");
    auto const claims = token_claims(child.text("grantToken"));
    expect_members(
        claims, "iss sub aud agt dev scp grnt jti iat exp parentAgt parentGrnt delegationDepth"
    );
    BOOST_TEST(claims.at("sub") == "user_9");              // S-042
    BOOST_TEST(claims.at("aud") == "https://api.example"); // S-041
    BOOST_TEST(claims.at("agt").as_string() == "did:grantex:" + sub_agent);
    BOOST_TEST(claims.at("parentAgt").as_string() == "did:grantex:" + id);
    BOOST_TEST(claims.at("parentGrnt").as_string() == root.text("grantId"));
    BOOST_TEST(claims.at("delegationDepth").as_int64() == 1);

    auto const events = events_of(*this, sandbox_key);
    BOOST_REQUIRE_EQUAL(events.size(), 4U);
    auto const created = event_data(events[2]);
    expect_members(
        created, "grantId agentId principalId scopes expiresAt delegationDepth parentGrantId"
    );
    BOOST_TEST(created.at("parentGrantId").as_string() == root.text("grantId"));
    BOOST_TEST(created.at("delegationDepth").as_int64() == 1);
    BOOST_TEST(event_data(events[3]).at("method") == "delegate");

    // A refresh repeats the parent's claims.
    auto const fresh = send("POST", "/v1/token/refresh", refresh_body(child, sub_agent), sandbox);
    auto const again = token_claims(fresh.text("grantToken"));
    for (auto const* const name :
         {"sub", "aud", "agt", "parentAgt", "parentGrnt", "delegationDepth", "scp", "exp"})
        BOOST_TEST(again.at(name) == claims.at(name));
}

BOOST_AUTO_TEST_CASE(what_the_body_says_about_the_lineage_is_ignored) // S-042
{
    auto const root = grant(id);
    auto const child = delegate_with(
        root, R"("principalId":"user_x","delegationDepth":0,"parentGrantId":"x","aud":"y",)"
              R"("audience":"z","developerId":"d")"
    );
    BOOST_REQUIRE_EQUAL(child.status, 201);
    auto const claims = token_claims(child.text("grantToken"));
    BOOST_TEST(claims.at("sub") == "user_1");
    BOOST_TEST(claims.at("delegationDepth").as_int64() == 1);
    BOOST_TEST(!claims.contains("aud"));
}

BOOST_AUTO_TEST_CASE(bad_fields_of_a_delegation_are_refused_before_the_parent_is_looked_at)
{
    auto const root = grant(id);
    std::string many = "\"x\"";
    for (int i = 0; i < 100; ++i)
        many += ",\"x\"";
    for (auto const& extra :
         {std::string{R"("parentGrantToken":null)"}, std::string{R"("parentGrantToken":"")"},
          std::string{R"("parentGrantToken":1)"}, std::string{R"("subAgentId":"")"},
          std::string{R"("subAgentId":{})"}, R"("subAgentId":")" + std::string(257, 'a') + '"',
          std::string{R"("scopes":[])"}, std::string{R"("scopes":null)"},
          std::string{R"("scopes":["a b"])"}, R"("scopes":[)" + many + "]",
          std::string{R"("expiresIn":"0s")"}, std::string{R"("expiresIn":60)"},
          std::string{R"("expiresIn":"31d")"}, std::string{R"("credentialFormat":"sd-jwt")"},
          std::string{R"("credentialFormat":1)"}})
        BOOST_TEST_CONTEXT(extra.substr(0, 60))
    expect_error(delegate_with(root, extra), 400, "BAD_REQUEST");
    expect_error(send("POST", "/v1/grants/delegate", "", sandbox), 400, "BAD_REQUEST");
    for (auto const* const format : {"jwt", "vc-jwt", "both"})
        BOOST_TEST(
            delegate_with(root, R"("credentialFormat":")" + std::string{format} + '"').status == 201
        );
}

BOOST_AUTO_TEST_CASE(scopes_are_compared_as_strings) // S-038
{
    auto const root =
        grant(id, R"("scopes":["payments:initiate:max_500","calendar:read","calendar:*"])");
    auto const refused = [&](std::string const& scopes, std::string const& named) {
        auto const answer = ApiServer::delegate(root.text("grantToken"), id, scopes);
        expect_error(answer, 400, "BAD_REQUEST", "Scopes exceed the parent grant: " + named);
    };
    refused(R"(["payments:initiate:max_100"])", "payments:initiate:max_100");
    refused(R"(["calendar:read","email:send","calendar:write"])", "email:send, calendar:write");
    refused(R"(["Calendar:read"])", "Calendar:read");
    refused(R"(["calendar"])", "calendar");
    BOOST_TEST(ApiServer::delegate(root.text("grantToken"), id, R"(["calendar:*"])").status == 201);
    // A token that says more than its grant is none.
    app.writer.execute(
        "UPDATE grants SET scopes = 'calendar:*' WHERE id = '" + root.text("grantId") + "'"
    );
    expect_error(
        ApiServer::delegate(root.text("grantToken"), id), 400, "BAD_REQUEST",
        "Invalid parentGrantToken"
    );
}

BOOST_AUTO_TEST_CASE(the_parent_token_must_be_good) // S-039
{
    auto const with_token = [&](std::string const& token) {
        return ApiServer::delegate(token, id);
    };
    expect_error(with_token("a.b.c"), 400, "BAD_REQUEST", "Invalid parentGrantToken");
    auto const root = grant(id);
    auto const token = root.text("grantToken");
    expect_error(
        with_token(token.substr(0, token.size() - 2)), 400, "BAD_REQUEST",
        "Invalid parentGrantToken"
    );
    app.writer.execute("UPDATE tokens SET jti = 'tok_gone'");
    expect_error(with_token(token), 400, "BAD_REQUEST", "Invalid parentGrantToken");

    auto const revoked = grant(id);
    send("DELETE", "/v1/grants/" + revoked.text("grantId"), "", sandbox);
    expect_error(
        with_token(revoked.text("grantToken")), 400, "BAD_REQUEST", "Parent grant has been revoked"
    );
    auto const stranger = developer("sandbox");
    auto const own = grant(id);
    expect_error(
        send("POST", "/v1/grants/delegate", body_of(own), {.key = stranger}), 403, "FORBIDDEN",
        "Parent grant belongs to another developer"
    );
    advance(std::chrono::hours{24});
    expect_error(
        with_token(own.text("grantToken")), 400, "BAD_REQUEST", "Parent grant has expired"
    );
}

BOOST_AUTO_TEST_CASE(a_child_never_outlives_its_parent) // S-040
{
    auto const root = grant(id, R"("expiresIn":"90m")");
    struct Row
    {
        char const *asked, *expected;
    };
    constexpr Row rows[] = {
        {"89m", "2026-03-02T10:29:00.000Z"},
        {"90m", "2026-03-02T10:30:00.000Z"},
        {"5401s", "2026-03-02T10:30:00.000Z"},
        {"30d", "2026-03-02T10:30:00.000Z"},
    };
    for (auto const& row : rows) {
        auto const child = delegate_with(root, R"("expiresIn":")" + std::string{row.asked} + '"');
        BOOST_TEST(child.text("grantExpiresAt") == row.expected);
        BOOST_TEST(child.text("expiresAt") == row.expected);
    }
    // A long grant, but a token of a day: the token the parent showed is the bound.
    auto const week = grant(id, R"("expiresIn":"7d")");
    auto const child = delegate_with(week, R"("expiresIn":"3d")");
    BOOST_TEST(child.text("grantExpiresAt") == "2026-03-03T09:00:00.000Z");
    advance(std::chrono::milliseconds{10'999}); // fractions never round a child up
    auto const later = delegate_with(root, R"("expiresIn":"10s")");
    BOOST_TEST(later.text("grantExpiresAt") == "2026-03-02T09:00:20.000Z");
}

BOOST_AUTO_TEST_CASE(the_depth_is_limited_by_server_and_developer) // S-043, S-049
{
    auto const chain = [](SandboxServer& server, int depth) {
        auto last = server.grant(server.id);
        auto const other = server.agent();
        for (int hop = 1; hop <= depth; ++hop) { // A -> B -> A -> ...
            last = server.ApiServer::delegate(
                last.text("grantToken"), hop % 2 == 0 ? server.id : other
            );
            if (last.status == 201)
                BOOST_TEST(
                    token_claims(last.text("grantToken")).at("delegationDepth").as_int64() == hop
                );
        }
        return last;
    };
    BOOST_TEST(chain(*this, 3).status == 201);
    auto const refused = chain(*this, 4);
    expect_error(refused, 403, "DELEGATION_DEPTH_EXCEEDED", "Delegation limit of 3 hops reached");
    SandboxServer deep{server::Flags{{"max-delegation-depth", "10"}}};
    BOOST_TEST(chain(deep, 10).status == 201);
    expect_error(chain(deep, 11), 403, "DELEGATION_DEPTH_EXCEEDED");

    deep.app.writer.execute("UPDATE developers SET max_delegation_depth = 1");
    BOOST_TEST(chain(deep, 1).status == 201);
    expect_error(
        chain(deep, 2), 403, "DELEGATION_DEPTH_EXCEEDED", "Delegation limit of 1 hops reached"
    );
    app.writer.execute("UPDATE developers SET max_delegation_depth = 10");
    expect_error(chain(*this, 4), 403, "DELEGATION_DEPTH_EXCEEDED"); // the server's bound stays
}

BOOST_AUTO_TEST_CASE(checks_stand_in_the_order_of_the_contract)
{
    auto last = grant(id);
    for (int hop = 0; hop < 3; ++hop)
        last = ApiServer::delegate(last.text("grantToken"), id);
    auto const root = grant(id);
    auto const wrong = [&](Answer const& parent, char const* scope) {
        return ApiServer::delegate(
            parent.text("grantToken"), "ag_unknown", R"([")" + std::string{scope} + R"("])"
        );
    };
    expect_error(wrong(last, "email:send"), 403, "DELEGATION_DEPTH_EXCEEDED");
    expect_error(wrong(root, "email:send"), 400, "BAD_REQUEST");
    expect_error(wrong(root, "calendar:read"), 404, "NOT_FOUND", "Sub-agent not found");
    auto const foreign = agent(developer("sandbox"));
    expect_error(
        ApiServer::delegate(root.text("grantToken"), foreign), 404, "NOT_FOUND",
        "Sub-agent not found"
    );
}

BOOST_AUTO_TEST_CASE(deleting_an_agent_in_the_middle_ends_what_hangs_below) // S-047
{
    auto const middle_agent = agent();
    auto const root = grant(id);
    auto const middle = ApiServer::delegate(root.text("grantToken"), middle_agent);
    auto const leaf = ApiServer::delegate(middle.text("grantToken"), id);
    BOOST_TEST(send("DELETE", "/v1/agents/" + middle_agent, "", sandbox).status == 204);
    BOOST_TEST(verifies(root));
    BOOST_TEST(!verifies(middle));
    BOOST_TEST(!verifies(leaf));
}

BOOST_AUTO_TEST_CASE(revoking_the_parents_token_leaves_its_children_alone) // S-050
{
    auto const root = grant(id);
    auto const child = ApiServer::delegate(root.text("grantToken"), id);
    auto const jti = std::string{token_claims(root.text("grantToken")).at("jti").as_string()};
    send("POST", "/v1/tokens/revoke", R"({"jti":")" + jti + R"("})", sandbox);
    BOOST_TEST(verifies(child));
    expect_error(
        ApiServer::delegate(root.text("grantToken"), id), 400, "BAD_REQUEST",
        "Parent grant has been revoked"
    );
}

BOOST_AUTO_TEST_CASE(reactivating_an_agent_restores_only_what_is_still_good) // S-048
{
    auto const brief = grant(id, R"("expiresIn":"1m")");
    auto const revoked = grant(id);
    auto const kept = grant(id);
    auto const set_status = [&](char const* status) {
        auto const body = R"({"status":")" + std::string{status} + R"("})";
        send("PATCH", "/v1/agents/" + id, body, sandbox);
    };
    set_status("suspended");
    send("DELETE", "/v1/grants/" + revoked.text("grantId"), "", sandbox);
    advance(std::chrono::minutes{1});
    set_status("active");
    BOOST_TEST(!verifies(brief));
    BOOST_TEST(!verifies(revoked));
    BOOST_TEST(verifies(kept));
}

BOOST_AUTO_TEST_SUITE_END()
