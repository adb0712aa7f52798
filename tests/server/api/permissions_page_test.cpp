// The permissions page: who is let in, and what the buttons do.
#include "tests/server/api/permissions_server.hpp"

using namespace support;

BOOST_FIXTURE_TEST_SUITE(permissions_page, PermissionsServer)

BOOST_AUTO_TEST_CASE(every_state_is_an_html_answer_with_its_own_policy)
{
    auto const made = grant(agent());
    auto const token = session();
    Answer const pages[] = {
        send("GET", "/permissions", "", {.key = ""}),
        open(token),
        ask(token, made.text("grantId")),
        ask(token, "all"),
        ask(token, "grnt_unknown"),
        open("nothing"),
        submit("session=" + token, {{"origin", "https://evil.example"}}),
        stop(token, made.text("grantId")),
        stop(token, "all")};
    unsigned const statuses[] = {200, 200, 200, 200, 404, 401, 403, 200, 200};
    for (std::size_t i = 0; i < std::size(pages); ++i)
        BOOST_TEST_CONTEXT(i)
        {
            auto const& page = pages[i];
            BOOST_TEST(page.status == statuses[i]);
            BOOST_TEST(page.header("Content-Type") == "text/html; charset=utf-8");
            BOOST_TEST(shows(page, "Manage Permissions</title>"));
            BOOST_TEST(page.header("Referrer-Policy") == "no-referrer");
            BOOST_TEST(page.header("Cache-Control") == "no-store");
            BOOST_TEST(page.header("X-Frame-Options") == "DENY");
            BOOST_TEST(page.header("Cross-Origin-Opener-Policy") == "same-origin");
            BOOST_TEST(page.header("Set-Cookie").empty());
            BOOST_TEST(
                page.header("Content-Security-Policy") ==
                "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
                "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
            );
        }
    BOOST_TEST(shows(pages[0], "<h1>Manage Permissions</h1>"));
}

BOOST_AUTO_TEST_CASE(the_older_address_leads_to_the_page)
{
    for (auto const* const target :
         {"/dashboard/principal", "/dashboard/principal?id=a&id=b", "/dashboard/principal?id="})
    {
        auto const answer = send("GET", target, "", {.key = ""});
        BOOST_TEST(answer.status == 302);
        BOOST_TEST(answer.header("Location") == "/permissions");
    }
}

BOOST_AUTO_TEST_CASE(a_stop_is_asked_for_before_it_is_done)
{
    auto const agent_id = agent();
    auto const made = grant(agent_id);
    delegate(made.text("grantToken"), agent_id);
    auto const token = session();
    auto question = ask(token, made.text("grantId"));
    BOOST_TEST(shows(question, "It and its sub-agent lose access at once."));
    delegate(made.text("grantToken"), agent_id);
    question = ask(token, made.text("grantId"));
    BOOST_TEST(shows(question, "Stop <bdi>Trip Planner</bdi>?"));
    BOOST_TEST(shows(question, "It and its <bdi>2</bdi> sub-agents lose access at once."));
    BOOST_TEST(shows(question, "name=\"stop\" value=\"" + made.text("grantId") + "\""));
    BOOST_TEST(status_of(made) == "active");
}

BOOST_AUTO_TEST_CASE(stopping_revokes_the_grant_with_everything_below_it_and_says_so)
{
    auto const agent_id = agent();
    auto const made = grant(agent_id);
    auto const child = delegate(made.text("grantToken"), agent_id);
    auto const leaf = delegate(child.text("grantToken"), agent_id);
    auto const other = grant(agent_id);
    auto const token = session();

    auto const page = stop(token, made.text("grantId"));
    BOOST_TEST(page.status == 200);
    BOOST_TEST(shows(page, "You stopped <bdi>Trip Planner</bdi> and its <bdi>2</bdi> sub-agents."));
    BOOST_TEST(shows(page, "role=\"status\""));
    for (auto const* const each : {&made, &child, &leaf}) {
        BOOST_TEST(status_of(*each) == "revoked");
        BOOST_TEST(!shows(page, each->text("grantId")));
    }
    BOOST_TEST(status_of(other) == "active");
    BOOST_TEST(shows(page, other.text("grantId")));

    int revoked = 0;
    for (auto const& event : events_of(*this, sandbox_key))
        if (event.type == "grant.revoked") {
            BOOST_TEST(event_data(event).at("revokedBy").as_string() == "principal");
            ++revoked;
        }
    BOOST_TEST(revoked == 3);

    auto const again = stop(token, made.text("grantId"));
    BOOST_TEST(again.status == 404);
    BOOST_TEST(shows(again, "it has ended or was stopped before. Nothing was changed now."));
}

BOOST_AUTO_TEST_CASE(a_sub_agent_can_be_stopped_alone)
{
    auto const agent_id = agent();
    auto const made = grant(agent_id);
    auto const child = delegate(made.text("grantToken"), agent_id);
    BOOST_TEST(shows(stop(session(), child.text("grantId")), "It can no longer act for you."));
    BOOST_TEST(status_of(child) == "revoked");
    BOOST_TEST(status_of(made) == "active");
}

BOOST_AUTO_TEST_CASE(stopping_everything_ends_every_grant_of_this_person_and_no_other)
{
    auto const agent_id = agent();
    auto const first = grant(agent_id);
    auto const child = delegate(first.text("grantToken"), agent_id);
    auto const second = grant(named_agent("Second", "[]"));
    auto const foreign = grant_of(agent_id, "user_2");
    auto const token = session();
    BOOST_TEST(shows(ask(token, "all"), "Stop everything?"));
    BOOST_TEST(status_of(first) == "active");

    auto const page = stop(token, "all");
    BOOST_TEST(shows(page, "You stopped everything."));
    BOOST_TEST(shows(page, "There is nothing to stop."));
    for (auto const* const each : {&first, &child, &second})
        BOOST_TEST(status_of(*each) == "revoked");
    BOOST_TEST(status_of(foreign) == "active");
    BOOST_TEST(!shows(page, "name=\"ask\""));
}

BOOST_AUTO_TEST_CASE(another_persons_grant_is_neither_shown_nor_stopped)
{
    auto const agent_id = agent();
    grant(agent_id);
    auto const foreign = grant_of(agent_id, "user_2");
    auto const token = session();
    BOOST_TEST(!shows(open(token), foreign.text("grantId")));
    for (auto const& id : {foreign.text("grantId"), std::string{"grnt_x"}, std::string{}})
        for (auto const* const field : {"ask", "stop"}) {
            auto const page = submit("session=" + token + "&" + field + "=" + id);
            BOOST_TEST(page.status == 404);
            BOOST_TEST(shows(page, "There is no such permission of yours any more"));
        }
    BOOST_TEST(status_of(foreign) == "active");
}

BOOST_AUTO_TEST_CASE(only_a_live_session_of_the_dashboard_kind_opens_the_page)
{
    auto const made = grant(agent());
    auto const token = session("user_1", R"("expiresIn":"10m")");
    BOOST_TEST(open(token).status == 200);

    auto const live_agent = agent(live_key);
    auto const pending = post(
        "/v1/authorize",
        R"({"agentId":")" + live_agent + R"(","principalId":"user_1","scopes":["calendar:read"]})"
    );
    auto const consent = post(
        "/v1/principal-sessions",
        R"({"principalId":"user_1","authRequestId":")" + pending.text("authRequestId") + R"("})"
    );
    BOOST_REQUIRE_EQUAL(consent.status, 201);
    for (auto const& wrong :
         {consent.text("sessionToken"), made.text("grantToken"), sandbox_key, std::string{},
          token.substr(0, token.size() - 4), "x" + token, std::string{"a.b.c"}})
        BOOST_TEST_CONTEXT(wrong)
        {
            for (auto const* const action : {"", "&ask=all", "&stop=all"}) {
                auto const page = submit("session=" + wrong + action);
                BOOST_TEST(page.status == 401);
                BOOST_TEST(shows(page, "This link does not work any more"));
                BOOST_TEST((wrong.empty() || !shows(page, wrong)));
            }
        }
    BOOST_TEST(submit("").status == 401);
    advance(std::chrono::minutes{10});
    BOOST_TEST(stop(token, "all").status == 401);
    BOOST_TEST(status_of(made) == "active");
}

BOOST_AUTO_TEST_CASE(the_whole_link_the_fragment_or_the_token_can_be_pasted)
{
    grant(agent());
    auto const token = session();
    auto const link = "http%3A%2F%2F127.0.0.1%3A3001%2Fpermissions%23session%3D" + token;
    for (auto const& pasted :
         {link, "%23session%3D" + token, "session%3D" + token, "+" + link + "%0A",
          link + "%26more%3D1", token.substr(0, 40) + "%0D%0A" + token.substr(40)})
        BOOST_TEST_CONTEXT(pasted)
        {
            auto const page = submit("session=" + pasted);
            BOOST_TEST(page.status == 200);
            BOOST_TEST(shows(page, "name=\"session\" value=\"" + token + "\""));
        }
}

BOOST_AUTO_TEST_CASE(a_form_from_another_site_is_refused_and_changes_nothing)
{
    auto const made = grant(agent());
    auto const token = session();
    http::Headers const foreign[] = {
        {{"origin", "https://evil.example"}},
        {{"origin", "http://127.0.0.1:3002"}},
        {{"origin", "null"}},
        {{"origin", "null"}, {"sec-fetch-site", "cross-site"}},
        {{"sec-fetch-site", "cross-site"}},
        {{"sec-fetch-site", "same-site"}},
        {{"sec-fetch-site", "none"}},
        {{"origin", "https://evil.example"}, {"sec-fetch-site", "same-origin"}}};
    for (auto const& headers : foreign) {
        auto const page = submit("session=" + token + "&stop=all", headers);
        BOOST_TEST(page.status == 403);
        BOOST_TEST(shows(page, "It was sent from another website"));
        BOOST_TEST(!shows(page, token));
        BOOST_TEST(page.header("Access-Control-Allow-Origin").empty());
    }
    BOOST_TEST(status_of(made) == "active");
    http::Headers const own[] = {
        {{"origin", "http://127.0.0.1:3001"}, {"sec-fetch-site", "same-origin"}},
        {{"origin", "null"}, {"sec-fetch-site", "same-origin"}}};
    for (auto const& headers : own)
        BOOST_TEST(submit("session=" + token, headers).status == 200);
}

BOOST_AUTO_TEST_CASE(the_session_is_never_logged)
{
    grant(agent());
    auto const token = session();
    open(token);
    stop(token, "all");
    submit("session=" + token, {{"origin", "https://evil.example"}});
    open(token + "x");
    BOOST_TEST(log_text.find("POST /permissions") != std::string::npos);
    BOOST_TEST(log_text.find(token.substr(token.rfind('.'))) == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
