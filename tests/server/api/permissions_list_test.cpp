// The permissions page: what it tells a person.
#include "tests/server/api/permissions_server.hpp"

using namespace support;

BOOST_FIXTURE_TEST_SUITE(permissions_list, PermissionsServer)

BOOST_AUTO_TEST_CASE(a_person_sees_each_agent_with_what_it_may_do_and_until_when)
{
    auto const agent_id = agent({}, R"(["calendar:read","payments:initiate:max_250"])");
    auto const made = grant(
        agent_id, R"("scopes":["calendar:read","payments:initiate:max_250","com.x.points:redeem"],
                     "audience":"https://api.bookings.example")"
    );
    auto const page = open(session());
    for (auto const* const part :
         {"user_1", "Trip Planner", "Nimbus Travel", "See the events in your calendar",
          "Start payments of up to 250 in your account currency", "High impact",
          "not a standard permission", "not declared by this agent", "https://api.bookings.example",
          "2 Mar 2026, 09:00 UTC", "3 Mar 2026, 09:00 UTC", "2 Mar 2026, 10:00 UTC",
          "No use recorded yet", "Nothing was recorded yet.", "did:grantex:"})
        BOOST_TEST(shows(page, part), part << " is not shown");
    BOOST_TEST(shows(page, "name=\"ask\" value=\"" + made.text("grantId") + "\""));
}

BOOST_AUTO_TEST_CASE(sub_agents_stand_under_the_agent_that_passed_something_on)
{
    auto const first = grant(
        named_agent("Planner", R"(["calendar:read","email:read"])"),
        R"("scopes":["calendar:read","email:read"])"
    );
    auto const child = delegate(first.text("grantToken"), named_agent("Helper", "[]"));
    auto const leaf = delegate(child.text("grantToken"), named_agent("Leaf", "[]"));
    auto const page = open(session());
    auto const planner = place(page, first.text("grantId"));
    auto const helper = place(page, child.text("grantId"));
    auto const last = place(page, leaf.text("grantId"));
    BOOST_TEST(planner < helper);
    BOOST_TEST(helper < last);
    BOOST_TEST(page.body.find("<h3") == page.body.rfind("<h3")); // one stands at the top
    BOOST_TEST(page.body.find("</ul></li></ul></li>", last) != std::string::npos);
    // Only what was passed on.
    BOOST_TEST(page.body.find("Open and read your e-mail") < helper);
    BOOST_TEST(page.body.find("Open and read your e-mail", helper) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_riskiest_come_first_then_the_one_used_last)
{
    auto const quiet = grant(named_agent("Quiet", "[]"));
    auto const busy = grant(named_agent("Busy", "[]"));
    auto const idle = grant(named_agent("Idle", "[]"));
    auto const risky = grant(named_agent("Risky", "[]"), R"("scopes":["email:send"])");
    advance(std::chrono::minutes{5});
    log(quiet, "calendar.read");
    advance(std::chrono::minutes{1});
    log(busy, "calendar.read");
    log(busy, "calendar.read");
    auto const page = open(session());
    std::vector<std::size_t> const places{
        place(page, risky.text("grantId")), place(page, busy.text("grantId")),
        place(page, quiet.text("grantId")), place(page, idle.text("grantId"))};
    BOOST_TEST(std::is_sorted(places.begin(), places.end()));
    BOOST_TEST(shows(page, "2 Mar 2026, 09:06 UTC"));
    BOOST_TEST(shows(page, "Used <bdi>2</bdi> times in the last 7 days"));
    BOOST_TEST(shows(page, "Used once in the last 7 days"));
}

BOOST_AUTO_TEST_CASE(a_renewed_token_is_a_use_and_old_uses_are_no_longer_counted)
{
    auto const agent_id = agent();
    auto const made = grant(agent_id, R"("expiresIn":"20d")");
    BOOST_TEST(shows(open(session()), "No use recorded yet"));
    log(made, "calendar.read");
    advance(std::chrono::hours{24 * 8});
    BOOST_TEST(shows(open(session()), "2 Mar 2026, 09:00 UTC"));
    BOOST_TEST(!shows(open(session()), "in the last 7 days"));
    BOOST_REQUIRE_EQUAL(
        send("POST", "/v1/token/refresh", refresh_body(made, agent_id), sandbox).status, 201
    );
    auto const page = open(session());
    BOOST_TEST(!shows(page, "No use recorded yet"));
    BOOST_TEST(shows(page, "10 Mar 2026, 09:00 UTC"));
}

BOOST_AUTO_TEST_CASE(history_says_what_was_done_and_how_it_ended)
{
    auto const made = grant(agent());
    log(made, "calendar.read", R"("metadata":{"events":3,"city":"Paris","ok":true,"raw":{"a":1}})");
    advance(std::chrono::minutes{1});
    log(made, "email.send", R"("status":"failure")");
    log(made, "files.delete", R"("status":"blocked")");
    auto const page = open(session());
    BOOST_TEST(place(page, "files delete") < place(page, "email send"));
    BOOST_TEST(place(page, "email send") < place(page, "calendar read"));
    for (auto const* const part :
         {"<bdi>Trip Planner</bdi> did this: <bdi>calendar read</bdi>", "and it failed: <bdi>email",
          "was not allowed to: <bdi>files", "<bdi>events</bdi>: <bdi>3</bdi>",
          "<bdi>city</bdi>: <bdi>Paris</bdi>", "<bdi>ok</bdi>: <bdi>true</bdi>",
          "and more that is not shown", "Done", "Failed", "Blocked"})
        BOOST_TEST(shows(page, part), part << " is not shown");
    BOOST_TEST(!shows(page, "{")); // no raw dump
}

BOOST_AUTO_TEST_CASE(history_ends_at_a_hundred_entries_and_says_so)
{
    auto const made = grant(agent());
    for (int i = 0; i < 100; ++i)
        log(made, "step " + std::to_string(i));
    BOOST_TEST(!shows(open(session()), "These are the newest"));
    log(made, "step 100");
    auto const page = open(session());
    BOOST_TEST(shows(page, "These are the newest <bdi>100</bdi>"));
    BOOST_TEST(shows(page, "<bdi>step 1</bdi>"));
    BOOST_TEST(!shows(page, "<bdi>step 0</bdi>"));
    BOOST_TEST(shows(page, "Used <bdi>100</bdi> times or more"));
}

BOOST_AUTO_TEST_CASE(an_expired_grant_is_not_shown)
{
    auto const agent_id = agent();
    auto const brief = grant(agent_id, R"("expiresIn":"1h")");
    grant(agent_id);
    auto const token = session("user_1", R"("expiresIn":"3h")");
    BOOST_TEST(shows(open(token), brief.text("grantId")));
    advance(std::chrono::hours{2});
    BOOST_TEST(!shows(open(token), brief.text("grantId")));
    BOOST_TEST(stop(token, brief.text("grantId")).status == 404);
}

BOOST_AUTO_TEST_CASE(words_of_strangers_are_shown_as_text_without_controls)
{
    std::string const hostile = "<img src=x onerror=alert(1)> \u202Eevil\u2066 {{session}}";
    auto const made = grant(named_agent(hostile, "[]"), R"("scopes":["<i>:read"])");
    log(made, "<script>x", R"("metadata":{"<b>":)" + json_text(hostile) + "}");
    log(made, "\u202E<>"); // no letter in it
    auto const token = session();
    for (auto const& page :
         {open(token), ask(token, made.text("grantId")), stop(token, made.text("grantId"))})
    {
        for (auto const* const raw : {"<img src=x", "<script>x", "<b>", "<i>", "\u202E", "\u2066"})
            BOOST_TEST(!shows(page, raw));
        BOOST_TEST(shows(page, "&lt;img src"));
    }
}

BOOST_AUTO_TEST_CASE(the_consent_page_says_where_permissions_are_stopped)
{
    auto const asked = post(
        "/v1/authorize",
        R"({"agentId":")" + agent(live_key) + R"(","principalId":"p","scopes":["calendar:read"]})"
    );
    auto const page = send("GET", "/consent?req=" + asked.text("authRequestId"), "", {.key = ""});
    BOOST_TEST(shows(page, "any time at <bdi>127.0.0.1:3001/permissions</bdi>"));
}

BOOST_AUTO_TEST_SUITE_END()
