// Principals whose organisation has switched them off: what is refused, at which point of the
// checks, and what the refusal leaves usable.
#include "storage/principals.hpp"
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct Organisation : ApiServer
{
    Organisation() : sandbox{.key = sandbox_key}, id(agent()) {}

    // What SCIM does when somebody leaves, and when they return.
    bool deprovision(std::string const& principal, std::string const& key)
    {
        return storage::insert_deprovisioned_principal(
            app.writer, developer_id(*this, key), principal, app.clock.now()
        );
    }
    bool reinstate(std::string const& principal, std::string const& key)
    {
        return storage::delete_deprovisioned_principal(
            app.writer, developer_id(*this, key), principal
        );
    }
    Answer call(std::string const& target, std::string const& body)
    {
        return send("POST", target, body, sandbox);
    }
    Answer ask_live(std::string const& extra = {})
    {
        return post(
            "/v1/authorize", R"({"agentId":")" + live_agent +
                                 R"(","principalId":"user_1","scopes":["a:read"])" + extra + "}"
        );
    }

    Options sandbox;
    std::string id;
    std::string live_agent = agent(live_key);
};

void expect_deprovisioned(Answer const& answer)
{
    expect_error(answer, 403, "PRINCIPAL_DEPROVISIONED", "Principal has been deprovisioned");
}

bool has(Answer const& page, std::string_view text)
{
    return page.body.find(text) != std::string::npos;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(deprovisioned, Organisation)

BOOST_AUTO_TEST_CASE(the_block_is_set_and_lifted_once_and_holds_for_one_developer_and_name)
{
    BOOST_TEST(ask_live().status == 201);
    BOOST_TEST(deprovision("user_1", live_key));
    BOOST_TEST(!deprovision("user_1", live_key));
    expect_deprovisioned(ask_live());
    BOOST_TEST(code(id).size() > 0U); // user_1 of another developer is another person
    auto const other =
        R"({"agentId":")" + live_agent + R"(","principalId":"user_10","scopes":["a:read"]})";
    BOOST_TEST(post("/v1/authorize", other).status == 201);
    BOOST_TEST(reinstate("user_1", live_key));
    BOOST_TEST(!reinstate("user_1", live_key));
    BOOST_TEST(ask_live().status == 201);
}

BOOST_AUTO_TEST_CASE(authorize_refuses_after_agent_and_redirect_and_before_policies)
{
    deprovision("user_1", live_key);
    auto const unknown = R"({"agentId":"ag_x","principalId":"user_1","scopes":["a:read"]})";
    expect_error(post("/v1/authorize", unknown), 404, "NOT_FOUND");
    app.writer.execute("UPDATE developers SET allowed_redirect_uris = 'https://dev.example/cb'");
    expect_error(ask_live(R"(,"redirectUri":"https://a.example/")"), 400, "INVALID_REDIRECT_URI");
    BOOST_TEST(post("/v1/policies", R"({"name":"no","effect":"deny"})").status == 201);
    expect_deprovisioned(ask_live());
    BOOST_TEST(rows_of(*this, "audit_entries") == 0); // no policy was asked
    BOOST_TEST(rows_of(*this, "auth_requests") == 0);
}

BOOST_AUTO_TEST_CASE(an_approval_is_refused_after_the_level_and_leaves_the_request_pending)
{
    auto const target = "/v1/consent/" + ask_live().text("authRequestId");
    BOOST_TEST(post("/v1/policies", R"({"name":"no","effect":"deny"})").status == 201);
    deprovision("user_1", live_key);
    app.config.consent_auth = "link";
    expect_error(send("POST", target + "/approve", "", {}), 403, "CONSENT_LINK_REQUIRED");
    app.config.consent_auth = "none";
    expect_deprovisioned(send("POST", target + "/approve", "", {}));
    BOOST_TEST(rows_of(*this, "audit_entries") == 0);
    BOOST_TEST(send("GET", target, "", {}).text("status") == "pending");
    BOOST_TEST(send("POST", target + "/deny", "", {}).status == 200);
}

BOOST_AUTO_TEST_CASE(the_page_says_so_and_offers_only_a_refusal)
{
    app.config.consent_auth = "link";
    auto const asked = ask_live();
    auto const url = asked.text("consentUrl");
    auto const page = [&] { return send("GET", url.substr(url.find("/consent")), "", {}); };
    auto const before = page();
    BOOST_TEST(has(before, "value=\"approve\""));
    deprovision("user_1", live_key);
    auto const after = page();
    BOOST_TEST(has(after, "This account has been switched off"));
    BOOST_TEST(has(after, "value=\"deny\""));
    BOOST_TEST(!has(after, "value=\"approve\""));
    // Nobody else is told how the person stands.
    auto const stranger = send("GET", "/consent?req=" + asked.text("authRequestId"), "", {});
    BOOST_TEST(!has(stranger, "switched off"));

    // The form of a page that was open before.
    auto const mark = before.body.find("name=\"csrf\" value=\"") + 19;
    auto const csrf = before.body.substr(mark, before.body.find('"', mark) - mark);
    auto const cookie = before.header("Set-Cookie");
    auto const decide = [&](std::string const& decision) {
        return send(
            "POST", "/consent",
            "req=" + asked.text("authRequestId") + "&csrf=" + csrf + "&decision=" + decision,
            {.key = "",
             .headers = {{"cookie", cookie.substr(0, cookie.find(';'))}},
             .content_type = "application/x-www-form-urlencoded"}
        );
    };
    auto const refused = decide("approve");
    BOOST_TEST(refused.status == 403);
    BOOST_TEST(has(refused, "role=\"alert\""));
    BOOST_TEST(has(refused, "This account has been switched off"));
    BOOST_TEST(!has(refused, "value=\"approve\""));
    BOOST_TEST(has(decide("deny"), "You did not allow this request"));
}

BOOST_AUTO_TEST_CASE(an_exchange_is_refused_after_pkce_and_leaves_the_code_unused)
{
    auto const used = code(id);
    deprovision("user_1", sandbox_key);
    auto const body = code_body(used, id);
    auto const with_verifier =
        body.substr(0, body.size() - 1) + R"(,"codeVerifier":")" + std::string(43, 'a') + R"("})";
    expect_error(call("/v1/token", with_verifier), 400, "BAD_REQUEST", "Invalid codeVerifier");
    expect_deprovisioned(call("/v1/token", body));
    BOOST_TEST(rows_of(*this, "grants") == 0);
    reinstate("user_1", sandbox_key);
    BOOST_TEST(call("/v1/token", body).status == 201);
}

BOOST_AUTO_TEST_CASE(a_refresh_is_refused_after_reuse_and_before_expiry_and_leaves_the_token_usable)
{
    auto const first = grant(id);
    auto const second = call("/v1/token/refresh", refresh_body(first, id));
    deprovision("user_1", sandbox_key);
    expect_error(
        call("/v1/token/refresh", refresh_body(first, id)), 400, "BAD_REQUEST",
        "Refresh token already used"
    );
    expect_error(
        call("/v1/token/refresh", refresh_body(second, agent())), 400, "BAD_REQUEST",
        "Agent mismatch"
    );
    auto const count = events_of(*this, sandbox_key).size();
    expect_deprovisioned(call("/v1/token/refresh", refresh_body(second, id)));
    BOOST_TEST(events_of(*this, sandbox_key).size() == count);
    reinstate("user_1", sandbox_key);
    auto const third = call("/v1/token/refresh", refresh_body(second, id));
    BOOST_TEST(third.status == 201);

    deprovision("user_1", sandbox_key);
    advance(std::chrono::hours{25});
    expect_deprovisioned(call("/v1/token/refresh", refresh_body(third, id)));
}

BOOST_AUTO_TEST_CASE(a_delegation_is_refused_after_the_sub_agent_and_before_policies)
{
    auto const root = grant(id);
    deprovision("user_1", sandbox_key);
    call("/v1/policies", R"({"name":"no","effect":"deny"})");
    auto const token = root.text("grantToken");
    expect_error(delegate(token, id, R"(["email:send"])"), 400, "BAD_REQUEST");
    expect_error(delegate(token, "ag_x"), 404, "NOT_FOUND");
    expect_deprovisioned(delegate(token, id));
    BOOST_TEST(rows_of(*this, "grants") == 1);
    BOOST_TEST(rows_of(*this, "audit_entries") == 0);
}

BOOST_AUTO_TEST_CASE(sessions_end_at_once_and_no_new_one_begins)
{
    grant(id);
    auto const open = [&] { return call("/v1/principal-sessions", R"({"principalId":"user_1"})"); };
    auto const status = [&](std::string const& token) {
        return send("GET", "/v1/principal/grants", "", {.key = token}).status;
    };
    auto const token = open().text("sessionToken");
    BOOST_TEST(status(token) == 200);
    deprovision("user_1", sandbox_key);
    BOOST_TEST(status(token) == 401);
    expect_deprovisioned(open());
    expect_error(
        call("/v1/principal-sessions", R"({"principalId":"user_1","authRequestId":"areq_x"})"), 404,
        "NOT_FOUND"
    );
    deprovision("user_2", sandbox_key); // it has no grants, and is not asked whether it has
    expect_deprovisioned(call("/v1/principal-sessions", R"({"principalId":"user_2"})"));

    reinstate("user_1", sandbox_key);
    BOOST_TEST(status(token) == 401); // what has ended stays ended
    BOOST_TEST(status(open().text("sessionToken")) == 200);
}

BOOST_AUTO_TEST_CASE(a_consent_session_is_refused_for_a_pending_request_too)
{
    auto const asked = ask_live();
    auto const body =
        R"({"principalId":"user_1","authRequestId":")" + asked.text("authRequestId") + R"("})";
    app.config.consent_auth = "session";
    auto const session = post("/v1/principal-sessions", body);
    BOOST_REQUIRE_EQUAL(session.status, 201);
    deprovision("user_1", live_key);
    expect_deprovisioned(post("/v1/principal-sessions", body));
    reinstate("user_1", live_key);
    // The session from before does not come back to life.
    auto const url = session.text("consentUrl");
    auto const start = url.find("/consent");
    auto const page = send("GET", url.substr(start, url.find('#') - start), "", {});
    BOOST_TEST(page.header("Set-Cookie").empty());
    BOOST_TEST(post("/v1/principal-sessions", body).status == 201);
}

BOOST_AUTO_TEST_SUITE_END()
