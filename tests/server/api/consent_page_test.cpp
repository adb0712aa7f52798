// The consent page: what its HTTP side promises (what it looks like is tested with the templates).
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct LinkServer : ApiServer
{
    LinkServer() : ApiServer(server::Flags{{"consent-auth", "link"}}) {}
};

struct Pending
{
    std::string id, page;
};

Pending ask(ApiServer& server, std::string const& extra = {})
{
    auto const made = server.post(
        "/v1/authorize", R"({"agentId":")" + server.agent(server.live_key) +
                             R"(","principalId":"user_7421","scopes":["calendar:read"])" +
                             (extra.empty() ? "" : "," + extra) + "}"
    );
    auto const url = made.text("consentUrl");
    return {made.text("authRequestId"), url.substr(url.find("/consent"))};
}

Answer open(ApiServer& server, std::string const& target, http::Headers const& headers = {})
{
    return server.send("GET", target, "", {.key = "", .headers = headers});
}

std::string csrf_in(Answer const& page)
{
    auto const mark = page.body.find("name=\"csrf\" value=\"");
    if (mark == std::string::npos)
        return {};
    return page.body.substr(mark + 19, page.body.find('"', mark + 19) - mark - 19);
}

std::string cookie_in(Answer const& page)
{
    auto const cookie = page.header("Set-Cookie");
    return cookie.substr(0, cookie.find(';'));
}

Answer submit(ApiServer& server, std::string const& form, http::Headers const& headers = {})
{
    return server.send(
        "POST", "/consent", form,
        {.key = "", .headers = headers, .content_type = "application/x-www-form-urlencoded"}
    );
}

bool has_buttons(Answer const& page)
{
    return page.body.find("<form") != std::string::npos;
}

constexpr auto redirect = R"("redirectUri":"https://app.nimbus.example:8443/cb","state":"s1")";

} // namespace

BOOST_FIXTURE_TEST_SUITE(consent_page, LinkServer)

BOOST_AUTO_TEST_CASE(S_051_every_state_of_the_page_is_an_html_answer_with_its_own_policy)
{
    auto const pending = ask(*this, redirect);
    auto const late = ask(*this, R"("expiresIn":"1m")");
    advance(std::chrono::minutes{1});
    for (auto const& target :
         {pending.page, late.page, std::string{"/consent"}, std::string{"/consent?req="},
          std::string{"/consent?req=areq_x&k=y"}, "/consent?req=" + pending.id,
          std::string{"/consent?req=%00&k=%zz"}})
        BOOST_TEST_CONTEXT(target)
        {
            auto const page = open(*this, target);
            BOOST_TEST(page.status == 200);
            BOOST_TEST(page.header("Content-Type") == "text/html; charset=utf-8");
            BOOST_TEST(page.body.find("Authorization Request") != std::string::npos);
            BOOST_TEST(page.header("Referrer-Policy") == "no-referrer");
            BOOST_TEST(page.header("Cache-Control") == "no-store");
            auto const policy = page.header("Content-Security-Policy");
            for (auto const* const part :
                 {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'",
                  "form-action 'self'"})
                BOOST_TEST(policy.find(part) != std::string::npos);
            BOOST_TEST(policy.find("unsafe") == std::string::npos);
            BOOST_TEST(has_buttons(page) == (target == pending.page));
        }
    auto const policy = open(*this, pending.page).header("Content-Security-Policy");
    BOOST_TEST(
        policy.find("form-action 'self' https://app.nimbus.example:8443;") != std::string::npos
    );
}

BOOST_AUTO_TEST_CASE(only_the_right_secret_brings_the_cookie_and_the_buttons)
{
    auto const pending = ask(*this, R"("expiresIn":"10m")");
    auto const page = open(*this, pending.page);
    auto const name = "gx_c_" + pending.id.substr(pending.id.size() - 8);
    BOOST_TEST(
        page.header("Set-Cookie") ==
        cookie_in(page) + "; Path=/; HttpOnly; SameSite=Strict; Max-Age=600"
    );
    BOOST_TEST(cookie_in(page).starts_with(name + "="));
    BOOST_TEST(!csrf_in(page).empty());
    BOOST_TEST(page.body.find("user_7421") != std::string::npos);

    auto const base = "/consent?req=" + pending.id;
    auto const secret = pending.page.substr(pending.page.find("&k=") + 3);
    for (auto const& target :
         {base, base + "&k=", base + "&k=" + secret + "x", base + "&K=" + secret}) {
        auto const strange = open(*this, target);
        BOOST_TEST(strange.header("Set-Cookie").empty());
        BOOST_TEST(!has_buttons(strange));
        BOOST_TEST(strange.body.find("user_7421") == std::string::npos);
    }
    // The cookie stands in for the secret, which the page removes from the address bar.
    auto const reloaded = open(*this, base, {{"cookie", cookie_in(page)}});
    BOOST_TEST(has_buttons(reloaded));
    BOOST_TEST(csrf_in(reloaded) == csrf_in(page));
    auto const other = ask(*this);
    BOOST_TEST(!has_buttons(open(*this, "/consent?req=" + other.id, {{"cookie", cookie_in(page)}}))
    );
}

BOOST_AUTO_TEST_CASE(over_https_the_cookie_is_bound_to_the_host)
{
    ApiServer server{
        server::Flags{{"consent-auth", "link"}, {"public-base-url", "https://auth.example.com/"}}};
    auto const pending = ask(server);
    auto const cookie = open(server, pending.page).header("Set-Cookie");
    BOOST_TEST(cookie.starts_with("__Host-gx_c_" + pending.id.substr(pending.id.size() - 8) + "="));
    BOOST_TEST(cookie.find("; Path=/; HttpOnly; SameSite=Strict; Max-Age=") != std::string::npos);
    BOOST_TEST(cookie.ends_with("; Secure"));
    BOOST_TEST(cookie.find("Domain") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_form_approves_or_denies_and_sends_the_browser_back)
{
    for (auto const approve : {true, false}) {
        auto const pending = ask(*this, redirect);
        auto const page = open(*this, pending.page);
        auto const decided = submit(
            *this,
            "req=" + pending.id + "&csrf=" + csrf_in(page) +
                (approve ? "&decision=approve" : "&decision=deny"),
            {{"cookie", cookie_in(page)}, {"origin", "http://127.0.0.1:3001"}}
        );
        BOOST_TEST(decided.status == 303);
        auto const location = decided.header("Location");
        auto const start = std::string{"https://app.nimbus.example:8443/cb?"} +
                           (approve ? "code=" : "error=access_denied");
        BOOST_TEST(location.starts_with(start));
        BOOST_TEST(location.ends_with("&state=s1"));
        BOOST_TEST(decided.header("Referrer-Policy") == "no-referrer");
        expect_error(send("GET", "/v1/consent/" + pending.id, "", {}), 410, "GONE");
    }
    auto const stays = ask(*this);
    auto const page = open(*this, stays.page);
    auto const done = submit(
        *this, "req=" + stays.id + "&csrf=" + csrf_in(page) + "&decision=approve",
        {{"cookie", cookie_in(page)}}
    );
    BOOST_TEST(done.status == 200);
    BOOST_TEST(done.body.find("You allowed this request") != std::string::npos);
}

BOOST_AUTO_TEST_CASE(a_refused_form_changes_nothing)
{
    auto const pending = ask(*this);
    auto const page = open(*this, pending.page);
    auto const csrf = csrf_in(page);
    http::Headers const cookie{{"cookie", cookie_in(page)}};
    struct Row
    {
        std::string form;
        http::Headers headers;
        unsigned status;
    };
    auto const good = "req=" + pending.id + "&csrf=" + csrf + "&decision=approve";
    Row const rows[] = {
        {"", {}, 404},
        {"req=areq_x&csrf=" + csrf + "&decision=approve", cookie, 404},
        {good, {}, 403}, // no cookie
        {"req=" + pending.id + "&decision=approve", cookie, 403},
        {"req=" + pending.id + "&csrf=x&decision=approve", cookie, 403},
        {good, {cookie[0], {"origin", "https://evil.example"}}, 403},
        {good, {cookie[0], {"sec-fetch-site", "cross-site"}}, 403},
        {"req=" + pending.id + "&csrf=" + csrf, cookie, 400},
        {"req=" + pending.id + "&csrf=" + csrf + "&decision=maybe", cookie, 400},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.form)
        {
            auto const refused = submit(*this, row.form, row.headers);
            BOOST_TEST(refused.status == row.status);
            BOOST_TEST(refused.header("Set-Cookie").empty());
            BOOST_TEST(send("GET", "/v1/consent/" + pending.id, "", {}).status == 200);
        }
    BOOST_TEST(submit(*this, good, cookie).status == 200);
    BOOST_TEST(submit(*this, good, cookie).status == 410);
}

BOOST_AUTO_TEST_CASE(the_form_needs_its_csrf_value_also_at_level_none)
{
    ApiServer server;
    auto const pending = ask(server);
    auto const page = open(server, pending.page);
    BOOST_TEST(page.header("Set-Cookie").empty());
    BOOST_REQUIRE(!csrf_in(page).empty());
    auto const form = "req=" + pending.id + "&decision=approve";
    BOOST_TEST(submit(server, form).status == 403);
    BOOST_TEST(submit(server, form + "&csrf=" + csrf_in(page)).status == 200);
}

BOOST_AUTO_TEST_CASE(a_repeated_parameter_of_the_page_is_refused)
{
    auto const pending = ask(*this);
    for (auto const& target : {pending.page + "&k=x", pending.page + "&req=" + pending.id})
        expect_error(open(*this, target), 400, "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(hostile_names_are_shown_as_text)
{
    auto const made = post(
        "/v1/agents",
        R"({"name":"<img src=x> \u202Eevil","description":"<script>alert(1)</script>"})"
    );
    auto const asked = post(
        "/v1/authorize", R"({"agentId":")" + made.text("agentId") +
                             R"(","principalId":"u\"><b>","scopes":["<i>:read"]})"
    );
    auto const url = asked.text("consentUrl");
    auto const page = open(*this, url.substr(url.find("/consent")));
    for (auto const* const raw : {"<img src=x", "<script>alert", "\"><b>", "<i>", "\xE2\x80\xAE"})
        BOOST_TEST(page.body.find(raw) == std::string::npos);
    BOOST_TEST(page.body.find("&lt;img src") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
