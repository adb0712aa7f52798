// Consent level session: whoever allows must be proven to be the principal; and level passkey,
// which nobody reaches yet.
#include "storage/principals.hpp"
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

constexpr auto person = "user_7421";

struct Pending
{
    std::string id, page; // path and query of the consent URL

    [[nodiscard]] std::string api(std::string_view verb = {}) const
    {
        return "/v1/consent/" + id + (verb.empty() ? "" : "/") + std::string{verb};
    }
};

struct Session
{
    std::string token, page, link; // path and query of its consent URL; the whole URL
};

struct SessionServer : ApiServer
{
    explicit SessionServer(std::string level = "session")
        : ApiServer(server::Flags{{"consent-auth", std::move(level)}}), agent_id(agent(live_key))
    {}

    Pending ask(std::string const& principal = person, std::string const& extra = {})
    {
        auto const made = post(
            "/v1/authorize", R"({"agentId":")" + agent_id + R"(","principalId":")" + principal +
                                 R"(","scopes":["calendar:read"])" + extra + "}"
        );
        BOOST_REQUIRE_EQUAL(made.status, 201);
        auto const url = made.text("consentUrl");
        return {made.text("authRequestId"), url.substr(url.find("/consent"))};
    }
    Session open_session(Pending const& pending, std::string const& extra = {})
    {
        auto const made = post(
            "/v1/principal-sessions", std::string{R"({"principalId":")"} + person +
                                          R"(","authRequestId":")" + pending.id + "\"" + extra + "}"
        );
        BOOST_REQUIRE_EQUAL(made.status, 201);
        auto const url = made.text("consentUrl");
        auto const start = url.find("/consent");
        return {made.text("sessionToken"), url.substr(start, url.find('#') - start), url};
    }
    Answer open(std::string const& page) { return send("GET", page, "", {.key = ""}); }

    // What a browser that opened the page holds: its cookie, and the form's value.
    http::Headers browser(std::string const& target)
    {
        auto const page = open(target);
        auto const cookie = page.header("Set-Cookie");
        auto const mark = page.body.find("name=\"csrf\" value=\"") + 19;
        return {
            {"cookie", cookie.substr(0, cookie.find(';'))},
            {"x-csrf-token", page.body.substr(mark, page.body.find('"', mark) - mark)}};
    }
    Answer approve(Pending const& pending, http::Headers const& browser, std::string token)
    {
        return send(
            "POST", pending.api("approve"), "", {.key = std::move(token), .headers = browser}
        );
    }
    Answer submit(Pending const& pending, http::Headers const& browser, std::string const& session)
    {
        return send(
            "POST", "/consent",
            "req=" + pending.id + "&csrf=" + browser[1].second + "&decision=approve" + session,
            {.key = "",
             .headers = {browser[0]},
             .content_type = "application/x-www-form-urlencoded"}
        );
    }
    bool is_pending(Pending const& pending)
    {
        return send("GET", pending.api(), "", {}).status == 200;
    }
    std::int64_t live_sessions()
    {
        return app.reader
            .find<int>("SELECT count(*) FROM principal_sessions WHERE ended_at IS NULL")
            .value_or(-1);
    }

    std::string agent_id;
};

bool has(Answer const& page, std::string_view text)
{
    return page.body.find(text) != std::string::npos;
}

constexpr std::string_view field = "<textarea id=\"session\" name=\"session\"";

std::string escaped(std::string_view text)
{
    std::string form;
    for (auto const c : text)
        form += c == '#' ? "%23" : c == '&' ? "%26" : c == '=' ? "%3D" : std::string{c};
    return form;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(consent_session, SessionServer)

BOOST_AUTO_TEST_CASE(an_approval_needs_a_live_session_of_this_person_for_this_request)
{
    auto const earlier = ask();
    auto const code =
        approve(earlier, browser(earlier.page), open_session(earlier).token).text("code");
    auto const granted = post("/v1/token", code_body(code, agent_id));
    BOOST_REQUIRE_EQUAL(granted.status, 201);
    auto const dashboard =
        post("/v1/principal-sessions", std::string{R"({"principalId":")"} + person + "\"}");
    BOOST_REQUIRE_EQUAL(dashboard.status, 201);

    auto const pending = ask();
    auto const mine = browser(pending.page);
    auto const brief = open_session(pending, R"(,"expiresIn":"1m")").token;
    advance(std::chrono::minutes{1});
    auto const good = open_session(pending).token;
    auto const other_person = ask("user_2");
    auto const theirs = post(
        "/v1/principal-sessions",
        R"({"principalId":"user_2","authRequestId":")" + other_person.id + R"("})"
    );
    std::pair<char const*, std::string> const rows[] = {
        {"none", ""},
        {"an API key", live_key},
        {"a grant token", granted.text("grantToken")},
        {"a dashboard session", dashboard.text("sessionToken")},
        {"a session for another request", open_session(ask()).token},
        {"a session of another person", theirs.text("sessionToken")},
        {"an expired session", brief},
        {"an altered session", good.substr(0, good.size() - 4) + "AAAA"},
        {"a session cut short", good.substr(0, good.rfind('.') + 1)},
    };
    for (auto const& [what, token] : rows)
        BOOST_TEST_CONTEXT(what)
        {
            expect_error(
                approve(pending, mine, token), 403, "PRINCIPAL_VERIFICATION_REQUIRED",
                "Sign in to decide"
            );
            BOOST_TEST(is_pending(pending));
        }
    expect_error(approve(pending, {}, good), 403, "CONSENT_LINK_REQUIRED");
    expect_error(approve(pending, {mine[0]}, good), 403, "CSRF_REJECTED");
    BOOST_TEST(send("GET", pending.api(), "", {}).text("authLevel") == "session");
    BOOST_TEST(approve(pending, mine, good).status == 200);
}

BOOST_AUTO_TEST_CASE(a_refusal_never_needs_more_than_the_link)
{
    for (auto const* const level : {"session", "passkey"}) {
        app.config.consent_auth = level;
        auto const pending = ask();
        expect_error(send("POST", pending.api("deny"), "", {}), 403, "CONSENT_LINK_REQUIRED");
        auto const mine = browser(pending.page);
        BOOST_TEST(
            send("POST", pending.api("deny"), "", {.key = "", .headers = mine}).status == 200
        );
    }
}

BOOST_AUTO_TEST_CASE(the_link_of_a_session_opens_the_page_by_itself)
{
    auto const pending = ask();
    auto const session = open_session(pending);
    BOOST_TEST(session.link.ends_with("#session=" + session.token));
    BOOST_TEST(session.page != pending.page);
    auto const secret = session.page.substr(session.page.find("&k=") + 3);
    BOOST_TEST(is_secret(secret));
    BOOST_TEST((browser(session.page) == browser(pending.page)));
    BOOST_TEST(approve(pending, browser(session.page), session.token).status == 200);

    // Also where the request was made when no link was needed, and the level was raised since.
    app.config.consent_auth = "none";
    auto const older = ask();
    app.config.consent_auth = "session";
    BOOST_TEST(older.page.find("&k=") == std::string::npos);
    auto const later = open_session(older);
    BOOST_TEST(approve(older, browser(later.page), later.token).status == 200);

    auto const stored = app.reader.list<std::string>("SELECT link_hash FROM principal_sessions");
    BOOST_REQUIRE_EQUAL(stored.size(), 2U);
    for (auto const& hidden : {secret, session.token}) {
        BOOST_TEST(log_text.find(hidden) == std::string::npos);
        for (auto const& hash : stored)
            BOOST_TEST(hash.find(hidden) == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(the_secret_of_a_session_dies_with_its_session_its_request_and_its_person)
{
    auto const opens = [&](std::string const& page) {
        return !open(page).header("Set-Cookie").empty();
    };
    auto const pending = ask();
    auto const brief = open_session(pending, R"(,"expiresIn":"1m")");
    auto const longer = open_session(pending);
    auto const stranger = ask();
    auto const secret = brief.page.substr(brief.page.find("&k="));
    BOOST_TEST(opens(brief.page));
    BOOST_TEST(opens(brief.page)); // reloads and link scanners do not use it up
    BOOST_TEST(!opens("/consent?req=" + stranger.id + secret));
    BOOST_TEST(!opens(brief.page + "x"));
    advance(std::chrono::minutes{1});
    BOOST_TEST(!opens(brief.page));
    BOOST_TEST(opens(longer.page));
    BOOST_TEST(opens(pending.page));

    auto const mine = browser(longer.page);
    BOOST_TEST(approve(pending, mine, longer.token).status == 200);
    BOOST_TEST(!opens(longer.page));
    expect_error(approve(pending, mine, longer.token), 410, "GONE");

    auto const late = ask(person, R"(,"expiresIn":"10m")");
    auto const until = open_session(late);
    advance(std::chrono::minutes{10});
    BOOST_TEST(!opens(until.page));

    auto const blocked = open_session(stranger);
    storage::insert_deprovisioned_principal(
        app.writer, developer_id(*this, live_key), person, app.clock.now()
    );
    BOOST_TEST(!opens(blocked.page));
    BOOST_TEST(opens(stranger.page)); // to refuse
}

BOOST_AUTO_TEST_CASE(sessions_end_with_the_decision_and_only_with_it)
{
    auto const denied = ask();
    open_session(denied);
    open_session(denied);
    auto const approved = ask();
    auto const session = open_session(approved);
    BOOST_TEST(live_sessions() == 3);
    auto const mine = browser(denied.page);
    send("POST", denied.api("deny"), "", {.key = "", .headers = mine});
    BOOST_TEST(live_sessions() == 1);

    auto const policy = post("/v1/policies", R"({"name":"stop","effect":"deny"})");
    BOOST_REQUIRE_EQUAL(policy.status, 201);
    auto const again = browser(approved.page);
    expect_error(approve(approved, again, session.token), 403, "POLICY_DENIED");
    BOOST_TEST(live_sessions() == 1);
    remove("/v1/policies/" + policy.text("id"));
    BOOST_TEST(approve(approved, again, session.token).status == 200);
    BOOST_TEST(live_sessions() == 0);
}

BOOST_AUTO_TEST_CASE(the_form_takes_the_token_or_the_whole_link)
{
    auto const broken = [](std::string text) { return text.insert(text.size() / 2, "%0D%0A "); };
    for (auto const whole : {false, true})
        for (auto const in_two_lines : {false, true}) {
            auto const pending = ask();
            auto const session = open_session(pending);
            auto const text = escaped(whole ? session.link : session.token);
            auto const mine = browser(session.page);
            auto const done =
                submit(pending, mine, "&session=" + (in_two_lines ? broken(text) : text));
            BOOST_TEST(done.status == 200);
            BOOST_TEST(has(done, "You allowed this request"));
        }
}

BOOST_AUTO_TEST_CASE(a_form_without_proof_is_asked_for_it_again)
{
    auto const pending = ask();
    auto const session = open_session(pending);
    auto const mine = browser(session.page);
    BOOST_TEST(has(open(session.page), field));
    for (auto const& wrong :
         {std::string{}, std::string{"&session="}, std::string{"&session=x"},
          "&session=" + escaped(open_session(ask()).link)})
    {
        auto const refused = submit(pending, mine, wrong);
        BOOST_TEST(refused.status == 403);
        BOOST_TEST(has(refused, "role=\"alert\""));
        BOOST_TEST(has(refused, "we could not tell that it is you"));
        BOOST_TEST(has(refused, field));
        BOOST_TEST(!has(refused, session.token));
        BOOST_TEST(is_pending(pending));
    }
    // The form's session is in the form: a header of another page's making does not count there.
    auto headers = http::Headers{mine[0], {"authorization", "Bearer " + session.token}};
    auto const form = "req=" + pending.id + "&csrf=" + mine[1].second + "&decision=approve";
    auto const by_header = send(
        "POST", "/consent", form,
        {.key = "", .headers = headers, .content_type = "application/x-www-form-urlencoded"}
    );
    BOOST_TEST(by_header.status == 403);
    BOOST_TEST(submit(pending, mine, "&session=" + session.token).status == 200);
}

BOOST_AUTO_TEST_CASE(the_field_stands_only_where_it_helps)
{
    auto const pending = ask();
    BOOST_TEST(has(open(pending.page), field));
    BOOST_TEST(!has(open("/consent?req=" + pending.id), field)); // no link, no decision
    app.config.consent_auth = "link";
    BOOST_TEST(!has(open(pending.page), field));
    app.config.consent_auth = "passkey";
    BOOST_TEST(!has(open(pending.page), field));
}

BOOST_AUTO_TEST_CASE(level_passkey_is_refused_until_there_is_an_assertion)
{
    auto const expect_passkey = [&] {
        auto const pending = ask();
        auto const session = open_session(pending);
        BOOST_TEST(send("GET", pending.api(), "", {}).text("authLevel") == "passkey");
        expect_error(
            approve(pending, browser(session.page), session.token), 403, "FIDO_REQUIRED",
            "Passkey verification needed"
        );
        BOOST_TEST(is_pending(pending));
        auto const page = open(session.page);
        BOOST_TEST(has(page, "This takes a passkey"));
        BOOST_TEST(has(page, "value=\"deny\""));
        BOOST_TEST(!has(page, "value=\"approve\""));
    };
    app.config.consent_auth = "passkey";
    expect_passkey();
    app.config.consent_auth = "none";
    BOOST_TEST(patch("/v1/me", R"({"consentAuth":"passkey"})").status == 200);
    expect_passkey();
    BOOST_TEST(patch("/v1/me", R"({"consentAuth":"none","fidoRequired":true})").status == 200);
    expect_passkey();
}

BOOST_AUTO_TEST_CASE(the_developers_level_raises_the_servers)
{
    app.config.consent_auth = "none";
    auto const before = ask();
    BOOST_TEST(patch("/v1/me", R"({"consentAuth":"session"})").status == 200);
    auto const pending = ask();
    auto const mine = browser(pending.page);
    expect_error(approve(pending, mine, ""), 403, "PRINCIPAL_VERIFICATION_REQUIRED");
    BOOST_TEST(approve(pending, mine, open_session(pending).token).status == 200);
    // It holds for what was asked before, too: the level is that of the moment of the decision.
    expect_error(approve(before, {}, ""), 403, "CONSENT_LINK_REQUIRED");
}

BOOST_AUTO_TEST_SUITE_END()
