// Which operations leave events behind, and that what did not happen leaves none. What the events
// say is tested with the operations that write them.
#include "server/event_place.hpp"
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

#include <algorithm>

using namespace support;

BOOST_FIXTURE_TEST_SUITE(events, ApiServer)

BOOST_AUTO_TEST_CASE(only_grants_and_tokens_make_events)
{
    Options const sandbox{.key = sandbox_key};
    auto const id = agent();
    send("PATCH", "/v1/agents/" + id, R"({"name":"b","status":"suspended"})", sandbox);
    send("PATCH", "/v1/agents/" + id, R"({"status":"active"})", sandbox);
    auto const open_code = code(id);
    send(
        "POST", "/v1/audit/log", R"({"agentId":"a","grantId":"g","principalId":"p","action":"x"})",
        sandbox
    );
    send("DELETE", "/v1/agents/" + agent(), "", sandbox);
    BOOST_TEST(event_types(*this, sandbox_key).empty());

    auto const granted = send("POST", "/v1/token", code_body(open_code, id), sandbox);
    BOOST_TEST(event_types(*this, sandbox_key) == "grant.created token.issued");
    auto const jti = std::string{token_claims(granted.text("grantToken")).at("jti").as_string()};
    send("POST", "/v1/tokens/revoke", R"({"jti":")" + jti + R"("})", sandbox);
    send("POST", "/v1/tokens/verify", token_body(granted.text("grantToken")), sandbox);
    BOOST_TEST(event_types(*this, sandbox_key) == "grant.created token.issued");
    send("POST", "/v1/token/refresh", refresh_body(granted, id), sandbox);
    BOOST_TEST(event_types(*this, sandbox_key) == "grant.created token.issued token.issued");
    send("DELETE", "/v1/agents/" + id, "", sandbox);
    BOOST_TEST(
        event_types(*this, sandbox_key) == "grant.created token.issued token.issued grant.revoked"
    );
    BOOST_TEST(events_of(*this, live_key).empty());
}

BOOST_AUTO_TEST_CASE(a_time_before_1970_is_a_place_before_everything_that_is_held)
{
    server::Turn const turn{app, app.reader, app.clock.now()};
    auto const ancient = server::place_after_time(turn, storage::Timestamp{-std::chrono::hours{1}});
    BOOST_TEST(ancient.is_gap);
    BOOST_TEST(ancient.after_id == server::place_after_time(turn, storage::Timestamp{}).after_id);
}

BOOST_AUTO_TEST_CASE(a_refused_request_leaves_no_event)
{
    Options const sandbox{.key = sandbox_key};
    auto const id = agent();
    auto const granted = grant(id);
    auto const spare = code(id);
    auto const before = event_types(*this, sandbox_key);
    struct Row
    {
        char const* target;
        std::string body;
    };
    Row const rows[] = {
        {"/v1/token", code_body("unknown", id)},
        {"/v1/token",
         R"({"code":")" + spare + R"(","agentId":")" + id + R"(","codeVerifier":"x"})"},
        {"/v1/token/refresh", refresh_body(granted, "ag_other")},
        {"/v1/grants/delegate", R"({"parentGrantToken":")" + granted.text("grantToken") +
                                    R"(","subAgentId":"ag_x","scopes":["calendar:read"]})"},
        {"/v1/grants/delegate", R"({"parentGrantToken":")" + granted.text("grantToken") +
                                    R"(","subAgentId":")" + id + R"(","scopes":["email:send"]})"},
    };
    for (auto const& row : rows)
        BOOST_TEST(send("POST", row.target, row.body, sandbox).status >= 400U);
    send("DELETE", "/v1/grants/grnt_x", "", sandbox);
    BOOST_TEST(event_types(*this, sandbox_key) == before);
}

BOOST_AUTO_TEST_CASE(events_of_one_batch_stand_in_the_order_in_which_they_happened)
{
    Options const sandbox{.key = sandbox_key};
    auto const id = agent();
    std::vector<std::string> codes;
    for (int i = 0; i < 5; ++i)
        codes.push_back(code(id));
    std::vector<Answer> answers;
    for (auto const& one : codes)
        start("POST", "/v1/token", code_body(one, id), sandbox, answers);
    run_until(answers, codes.size());
    auto const written = events_of(*this, sandbox_key);
    BOOST_REQUIRE_EQUAL(written.size(), 10U);
    // Signatures may finish in another order; the events do not.
    std::vector<std::string> granted, told;
    for (auto const& answer : answers)
        granted.push_back(answer.text("grantId"));
    std::ranges::sort(granted);
    for (std::size_t i = 0; i < written.size(); i += 2) {
        BOOST_TEST(written[i].type == "grant.created");
        BOOST_TEST(written[i + 1].type == "token.issued");
        told.emplace_back(event_data(written[i]).at("grantId").as_string());
    }
    BOOST_TEST(told == granted, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_SUITE_END()
