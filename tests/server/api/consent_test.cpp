// The consent endpoints for programs: what they show, who may decide, and where it leads.
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct LinkServer : ApiServer
{
    LinkServer() : ApiServer(server::Flags{{"consent-auth", "link"}}) {}
};

// A pending live request; its id and the path and query of its consent URL.
struct Pending
{
    std::string id, page;

    [[nodiscard]] std::string api(std::string_view verb = {}) const
    {
        return "/v1/consent/" + id + (verb.empty() ? "" : "/") + std::string{verb};
    }
};

Pending ask(ApiServer& server, std::string const& extra = {})
{
    auto const made = server.post(
        "/v1/authorize", R"({"agentId":")" + server.agent(server.live_key) +
                             R"(","principalId":"user_7421","scopes":["calendar:read"])" +
                             (extra.empty() ? "" : "," + extra) + "}"
    );
    BOOST_REQUIRE_EQUAL(made.status, 201);
    auto const url = made.text("consentUrl");
    return {made.text("authRequestId"), url.substr(url.find("/consent"))};
}

// What a browser holds after it has loaded the page: its cookie, and the value in the form.
ApiServer::Options browser(ApiServer& server, Pending const& pending)
{
    auto const page = server.send("GET", pending.page, "", {});
    auto const cookie = page.header("Set-Cookie");
    auto const mark = page.body.find("name=\"csrf\" value=\"") + 19;
    auto const csrf = page.body.substr(mark, page.body.find('"', mark) - mark);
    return {
        .key = "",
        .headers = {
            {"cookie", "other=1; " + cookie.substr(0, cookie.find(';'))}, {"x-csrf-token", csrf}}};
}

constexpr auto redirect =
    R"("redirectUri":"https://app.nimbus.example/cb?tenant=4","state":"a b&c=d")";

} // namespace

BOOST_FIXTURE_TEST_SUITE(consent, ApiServer)

BOOST_AUTO_TEST_CASE(the_request_shows_what_the_page_needs_and_nothing_of_the_person)
{
    auto const pending =
        ask(*this,
            std::string{redirect} + R"(,"audience":"https://api.example","expiresIn":"90m")");
    auto const shown = send("GET", pending.api(), "", {});
    BOOST_REQUIRE_EQUAL(shown.status, 200);
    expect_members(
        shown, "id agentName agentDid agentDescription developerName scopes scopeDescriptions "
               "grantExpiresIn grantExpiresInSeconds audience redirectHost expiresAt status "
               "fidoRequired authLevel"
    );
    auto const json = shown.json();
    BOOST_TEST(shown.text("id") == pending.id);
    BOOST_TEST(shown.text("agentName") == "Trip Planner");
    BOOST_TEST(shown.text("agentDid").starts_with("did:grantex:ag_"));
    BOOST_TEST(json.at("agentDescription").is_null());
    BOOST_TEST(shown.text("developerName") == "Nimbus Travel");
    BOOST_TEST(json.at("scopes").at(0) == "calendar:read");
    BOOST_TEST(json.at("scopeDescriptions").as_array().size() == 1U);
    BOOST_TEST(json.at("scopeDescriptions").at(0) == "See the events in your calendar");
    BOOST_TEST(shown.text("grantExpiresIn") == "90m");
    BOOST_TEST(json.at("grantExpiresInSeconds").as_int64() == 5400);
    BOOST_TEST(shown.text("audience") == "https://api.example");
    BOOST_TEST(shown.text("redirectHost") == "app.nimbus.example");
    BOOST_TEST(shown.text("expiresAt") == "2026-03-02T10:30:00.000Z");
    BOOST_TEST(shown.text("status") == "pending");
    BOOST_TEST(!json.at("fidoRequired").as_bool());
    BOOST_TEST(shown.text("authLevel") == "none");
    for (auto const* const secret : {"user_7421", "tenant", "a b&c"})
        BOOST_TEST(shown.body.find(secret) == std::string::npos);
    BOOST_TEST(shown.header("Set-Cookie").empty());

    auto const bare = send("GET", ask(*this).api(), "", {});
    BOOST_TEST(bare.json().at("audience").is_null());
    BOOST_TEST(bare.json().at("redirectHost").is_null());
}

BOOST_AUTO_TEST_CASE(at_level_none_the_id_is_enough_to_decide)
{
    auto const pending = ask(*this, redirect);
    auto const approved = send("POST", pending.api("approve"), "", {});
    BOOST_REQUIRE_EQUAL(approved.status, 200);
    expect_members(approved, "code redirectUri state redirectTo");
    auto const code = approved.text("code");
    BOOST_TEST(is_code(code));
    BOOST_TEST(approved.text("redirectUri") == "https://app.nimbus.example/cb?tenant=4");
    BOOST_TEST(approved.text("state") == "a b&c=d");
    BOOST_TEST(
        approved.text("redirectTo") ==
        "https://app.nimbus.example/cb?tenant=4&code=" + code + "&state=a%20b%26c%3Dd"
    );
    auto const denied = send("POST", ask(*this, redirect).api("deny"), "{}", {});
    BOOST_REQUIRE_EQUAL(denied.status, 200);
    expect_members(denied, "redirectUri state redirectTo");
    BOOST_TEST(
        denied.text("redirectTo") ==
        "https://app.nimbus.example/cb?tenant=4&error=access_denied&state=a%20b%26c%3Dd"
    );
}

BOOST_AUTO_TEST_CASE(without_a_redirect_uri_only_the_code_comes_back)
{
    expect_members(send("POST", ask(*this).api("approve"), "", {}), "code");
    expect_members(send("POST", ask(*this, R"("state":"s")").api("approve"), "", {}), "code state");
    BOOST_TEST(send("POST", ask(*this, R"("state":"s")").api("deny"), "", {}).body == "{}");
}

BOOST_AUTO_TEST_CASE(a_decision_counts_once_and_in_time) // core-notes section 3, the table
{
    auto const expect_gone = [&](Pending const& pending) {
        constexpr auto text = "Authorization request expired or already decided";
        expect_error(send("GET", pending.api(), "", {}), 410, "GONE", text);
        expect_error(send("POST", pending.api("approve"), "", {}), 410, "GONE", text);
        expect_error(send("POST", pending.api("deny"), "", {}), 410, "GONE", text);
    };
    for (auto const* const verb : {"approve", "deny"}) {
        auto const pending = ask(*this);
        BOOST_TEST(send("POST", pending.api(verb), "", {}).status == 200);
        expect_gone(pending);
    }
    auto const late = ask(*this, R"("expiresIn":"10m")");
    advance(std::chrono::minutes{10} - std::chrono::milliseconds{1});
    BOOST_TEST(send("GET", late.api(), "", {}).status == 200);
    advance(std::chrono::milliseconds{1});
    expect_gone(late);

    auto const orphan = ask(*this);
    app.writer.execute(
        "UPDATE auth_requests SET status = 'cancelled' WHERE id = '" + orphan.id + "'"
    );
    expect_gone(orphan);
    for (auto const* const verb : {"approve", "deny"})
        expect_error(
            send("POST", "/v1/consent/areq_x/" + std::string{verb}, "", {}), 404, "NOT_FOUND",
            "Authorization request not found"
        );
    expect_error(send("GET", "/v1/consent/areq_x", "", {}), 404, "NOT_FOUND");
}

BOOST_AUTO_TEST_CASE(a_body_of_a_decision_must_be_an_object_and_keys_do_not_matter)
{
    auto const pending = ask(*this);
    expect_error(send("POST", pending.api("approve"), "[]", {}), 400, "BAD_REQUEST");
    expect_error(
        send("POST", pending.api("approve"), "{}", {.key = "", .content_type = "text/plain"}), 415,
        "BAD_REQUEST"
    );
    // Public: whatever Authorization says is ignored.
    BOOST_TEST(send("POST", pending.api("approve"), "{}", {.key = "gx_live_wrong"}).status == 200);
}

BOOST_AUTO_TEST_CASE(S_054_decisions_from_other_sites_are_refused_at_every_level)
{
    auto const pending = ask(*this);
    http::Headers const refused[] = {
        {{"origin", "https://evil.example"}},
        {{"origin", "null"}},
        {{"origin", "http://127.0.0.1:3002"}},
        {{"sec-fetch-site", "cross-site"}},
        {{"sec-fetch-site", "same-site"}},
        {{"sec-fetch-site", "none"}},
        {{"origin", "http://127.0.0.1:3001"}, {"sec-fetch-site", "cross-site"}},
        {{"cookie", "gx_c_" + pending.id.substr(pending.id.size() - 8) + "=x"}},
    };
    for (auto const& headers : refused)
        for (auto const* const verb : {"approve", "deny"})
            BOOST_TEST_CONTEXT(headers.front().first << " " << headers.front().second)
    expect_error(
        send("POST", pending.api(verb), "", {.key = "", .headers = headers}), 403, "CSRF_REJECTED",
        "Cross-site request refused"
    );
    // Unknown ids first (404), so that the order of checks is the contract's.
    expect_error(
        send("POST", "/v1/consent/x/approve", "", {.key = "", .headers = refused[0]}), 404,
        "NOT_FOUND"
    );
    http::Headers const own{
        {"origin", "http://127.0.0.1:3001"},
        {"sec-fetch-site", "same-origin"},
        {"sec-fetch-mode", "cors"}};
    BOOST_TEST(send("POST", pending.api("approve"), "", {.key = "", .headers = own}).status == 200);
}

BOOST_AUTO_TEST_SUITE_END()

BOOST_FIXTURE_TEST_SUITE(consent_link, LinkServer)

BOOST_AUTO_TEST_CASE(at_level_link_a_decision_needs_the_cookie_and_its_csrf_value)
{
    for (auto const* const verb : {"approve", "deny"}) {
        auto const pending = ask(*this);
        auto const other = browser(*this, ask(*this));
        auto const mine = browser(*this, pending);
        auto const refuse = [&](Options const& options, char const* code) {
            expect_error(send("POST", pending.api(verb), "", options), 403, code);
        };
        refuse({}, "CONSENT_LINK_REQUIRED");
        refuse({.key = live_key}, "CONSENT_LINK_REQUIRED");
        refuse({.key = "", .headers = {mine.headers[1]}}, "CONSENT_LINK_REQUIRED");
        refuse(other, "CONSENT_LINK_REQUIRED");
        refuse({.key = "", .headers = {mine.headers[0]}}, "CSRF_REJECTED");
        refuse({.key = "", .headers = {mine.headers[0], other.headers[1]}}, "CSRF_REJECTED");
        auto foreign = mine;
        foreign.headers.emplace_back("origin", "https://evil.example");
        refuse(foreign, "CSRF_REJECTED");
        BOOST_TEST(send("GET", pending.api(), "", {}).text("authLevel") == "link");

        BOOST_TEST(send("POST", pending.api(verb), "", mine).status == 200);
        expect_error(send("POST", pending.api(verb), "", mine), 410, "GONE");
    }
}

BOOST_AUTO_TEST_CASE(a_forged_cookie_with_the_right_csrf_value_is_not_enough)
{
    auto const pending = ask(*this);
    auto mine = browser(*this, pending);
    auto& cookie = mine.headers[0].second;
    cookie.back() = cookie.back() == '0' ? '1' : '0';
    expect_error(
        send("POST", pending.api("approve"), "", mine), 403, "CONSENT_LINK_REQUIRED",
        "Open the consent link first"
    );
}

BOOST_AUTO_TEST_CASE(the_secret_dies_with_the_decision_and_is_never_logged)
{
    auto const pending = ask(*this);
    auto const mine = browser(*this, pending);
    auto const again = browser(*this, pending); // reloads do not lock the person out
    BOOST_TEST(again.headers == mine.headers);
    auto const code = send("POST", pending.api("approve"), "", mine).text("code");
    auto const page = send("GET", pending.page, "", {});
    BOOST_TEST(page.header("Set-Cookie").empty());
    auto const secret = pending.page.substr(pending.page.find("&k=") + 3);
    for (auto const& hidden : {secret, code, mine.headers[1].second, live_key})
        BOOST_TEST(log_text.find(hidden) == std::string::npos);
    BOOST_TEST(log_text.find("/v1/consent/{authRequestId}/approve") != std::string::npos);
}

// A developer's own level (the operation to set it is not part of this suite) only ever raises the
// server's; proving the person then takes more than the link, refusing never does.
BOOST_AUTO_TEST_CASE(higher_levels_refuse_an_approval_by_link_but_not_a_refusal)
{
    struct Row
    {
        char const *set, *code, *level;
    };
    constexpr Row rows[] = {
        {"consent_auth = 'session'", "PRINCIPAL_VERIFICATION_REQUIRED", "session"},
        {"consent_auth = 'passkey'", "FIDO_REQUIRED", "passkey"},
        {"consent_auth = 'none', fido_required = 1", "FIDO_REQUIRED", "passkey"},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.set)
        {
            app.writer.execute(std::string{"UPDATE developers SET "} + row.set);
            auto const pending = ask(*this);
            auto const mine = browser(*this, pending);
            BOOST_TEST(send("GET", pending.api(), "", {}).text("authLevel") == row.level);
            expect_error(
                send("POST", pending.api("approve"), "", {}), 403, "CONSENT_LINK_REQUIRED"
            );
            expect_error(send("POST", pending.api("approve"), "", mine), 403, row.code);
            expect_error(send("POST", pending.api("deny"), "", {}), 403, "CONSENT_LINK_REQUIRED");
            BOOST_TEST(send("POST", pending.api("deny"), "", mine).status == 200);
        }
    app.writer.execute("UPDATE developers SET consent_auth = 'none', fido_required = 0");
    expect_error(send("POST", ask(*this).api("deny"), "", {}), 403, "CONSENT_LINK_REQUIRED");
}

BOOST_AUTO_TEST_SUITE_END()
