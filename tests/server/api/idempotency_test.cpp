// Idempotency-Key: the same request again gets the first answer again, and nothing happens twice.
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct SandboxServer : ApiServer
{
    SandboxServer() : id(agent()) {}

    Answer keyed(
        std::string const& method, std::string const& target, std::string const& body,
        std::string const& idempotency_key = "k1"
    )
    {
        return send(
            method, target, body,
            {.key = sandbox_key, .headers = {{"idempotency-key", idempotency_key}}}
        );
    }
    std::int64_t everything()
    {
        std::int64_t sum = 0;
        for (auto const* const table :
             {"agents", "auth_requests", "grants", "tokens", "refresh_tokens", "audit_entries",
              "events"})
            sum += rows_of(*this, table);
        return sum;
    }

    std::string id;
};

void expect_replay(Answer const& again, Answer const& first)
{
    BOOST_TEST(again.status == first.status);
    BOOST_TEST(again.body == first.body);
    BOOST_TEST(again.header("Content-Type") == first.header("Content-Type"));
    BOOST_TEST(again.header("Idempotent-Replayed") == "true");
    BOOST_TEST(first.header("Idempotent-Replayed").empty());
    BOOST_TEST(again.header("X-Request-Id") != first.header("X-Request-Id"));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(idempotency, SandboxServer)

BOOST_AUTO_TEST_CASE(every_write_of_a_developer_is_replayed_byte_for_byte)
{
    auto const granted = grant(id);
    auto const other = grant(id);
    auto const jti = std::string{token_claims(other.text("grantToken")).at("jti").as_string()};
    auto const doomed = agent();
    struct Row
    {
        std::string method, target, body;
        unsigned status;
    };
    Row const rows[] = {
        {"POST", "/v1/agents", R"({"name":"a"})", 201},
        {"PATCH", "/v1/agents/" + id, R"({"name":"b"})", 200},
        {"POST", "/v1/agents/" + id, R"({"name":"c"})", 200},
        {"POST", "/v1/authorize",
         R"({"agentId":")" + id + R"(","principalId":"u","scopes":["calendar:read"]})", 201},
        {"POST", "/v1/token", code_body(code(id), id), 201},
        {"POST", "/v1/token/refresh", refresh_body(granted, id), 201},
        {"POST", "/v1/grants/delegate",
         R"({"parentGrantToken":")" + granted.text("grantToken") + R"(","subAgentId":")" + id +
             R"(","scopes":["calendar:read"]})",
         201},
        {"POST", "/v1/audit/log", R"({"agentId":"a","grantId":"g","principalId":"p","action":"x"})",
         201},
        {"POST", "/v1/tokens/revoke", R"({"jti":")" + jti + R"("})", 204},
        {"DELETE", "/v1/grants/" + other.text("grantId"), "", 204},
        {"DELETE", "/v1/agents/" + doomed, "", 204},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.method << " " << row.target)
        {
            auto const first = keyed(row.method, row.target, row.body);
            BOOST_TEST(first.status == row.status);
            auto const before = everything();
            advance(std::chrono::seconds{5});
            expect_replay(keyed(row.method, row.target, row.body), first);
            BOOST_TEST(everything() == before);
            // Without the key, or with another, it is a new request.
            auto const fresh = keyed(row.method, row.target, row.body, "k2");
            BOOST_TEST(fresh.header("Idempotent-Replayed").empty());
        }
}

BOOST_AUTO_TEST_CASE(a_lost_refresh_answer_is_seen_again_and_counts_as_no_reuse)
{
    auto const granted = grant(id);
    auto const first = keyed("POST", "/v1/token/refresh", refresh_body(granted, id));
    auto const count = events_of(*this, sandbox_key).size();
    advance(std::chrono::minutes{9});
    expect_replay(keyed("POST", "/v1/token/refresh", refresh_body(granted, id)), first);
    // Also after the successor was used, where a bare repeat would end the family.
    Options const sandbox{.key = sandbox_key};
    auto const next = send("POST", "/v1/token/refresh", refresh_body(first, id), sandbox);
    BOOST_REQUIRE_EQUAL(next.status, 201);
    expect_replay(keyed("POST", "/v1/token/refresh", refresh_body(granted, id)), first);
    BOOST_TEST(events_of(*this, sandbox_key).size() == count + 1);
    BOOST_TEST(send("POST", "/v1/tokens/verify", token_body(first.text("grantToken")), sandbox)
                   .json()
                   .at("valid")
                   .as_bool());
}

BOOST_AUTO_TEST_CASE(the_key_with_another_body_or_query_is_refused)
{
    auto const first = keyed("POST", "/v1/agents", R"({"name":"a"})");
    auto const before = everything();
    for (auto const* const other :
         {R"({"name":"b"})", R"({"name": "a"})", "", R"({"name":"a","x":1})"})
        expect_error(keyed("POST", "/v1/agents", other), 422, "IDEMPOTENCY_KEY_REUSED");
    expect_error(keyed("POST", "/v1/agents?x=1", R"({"name":"a"})"), 422, "IDEMPOTENCY_KEY_REUSED");
    BOOST_TEST(everything() == before);
    expect_replay(keyed("POST", "/v1/agents", R"({"name":"a"})"), first);
}

BOOST_AUTO_TEST_CASE(the_scope_of_a_key_is_caller_method_and_path)
{
    BOOST_TEST(keyed("POST", "/v1/agents", R"({"name":"a"})").status == 201);
    auto const update = keyed("PATCH", "/v1/agents/" + id, R"({"name":"a"})");
    BOOST_TEST(update.status == 200);
    auto const via_post = keyed("POST", "/v1/agents/" + id, R"({"name":"z"})");
    BOOST_TEST(via_post.status == 200);
    for (auto const* const key : {&via_post, &update})
        BOOST_TEST(key->header("Idempotent-Replayed").empty());
    auto const stranger = developer("sandbox");
    auto const foreign = send(
        "POST", "/v1/agents", R"({"name":"other"})",
        {.key = stranger, .headers = {{"idempotency-key", "k1"}}}
    );
    BOOST_TEST(foreign.status == 201);
    BOOST_TEST(foreign.text("developerId") == developer_id(*this, stranger));
}

BOOST_AUTO_TEST_CASE(a_replayed_token_needs_its_grant_alive)
{
    auto const exchanged = code_body(code(id), id);
    auto const first = keyed("POST", "/v1/token", exchanged);
    auto const refresh = refresh_body(first, id);
    BOOST_TEST(keyed("POST", "/v1/token/refresh", refresh).status == 201);
    send("DELETE", "/v1/grants/" + first.text("grantId"), "", {.key = sandbox_key});
    expect_error(
        keyed("POST", "/v1/token", exchanged), 400, "BAD_REQUEST",
        "Authorization request is not approved"
    );
    expect_error(
        keyed("POST", "/v1/token/refresh", refresh), 400, "BAD_REQUEST",
        "Refresh token already used"
    );
    expect_error(keyed("POST", "/v1/token", "{}"), 422, "IDEMPOTENCY_KEY_REUSED");

    auto const brief = code_body(code(id, R"("expiresIn":"5m")"), id);
    BOOST_TEST(keyed("POST", "/v1/token", brief, "k3").status == 201);
    advance(std::chrono::minutes{5});
    expect_error(keyed("POST", "/v1/token", brief, "k3"), 400, "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(answers_are_kept_for_ten_minutes)
{
    auto const first = keyed("POST", "/v1/agents", R"({"name":"a"})");
    advance(std::chrono::minutes{10} - std::chrono::milliseconds{1});
    expect_replay(keyed("POST", "/v1/agents", R"({"name":"a"})"), first);
    advance(std::chrono::milliseconds{1});
    auto const second = keyed("POST", "/v1/agents", R"({"name":"b"})");
    BOOST_TEST(second.status == 201);
    BOOST_TEST(second.header("Idempotent-Replayed").empty());
    expect_replay(keyed("POST", "/v1/agents", R"({"name":"b"})"), second);

    auto const granted = grant(id);
    keyed("POST", "/v1/token/refresh", refresh_body(granted, id));
    advance(std::chrono::minutes{10});
    expect_error(
        keyed("POST", "/v1/token/refresh", refresh_body(granted, id)), 400, "BAD_REQUEST",
        "Refresh token already used"
    );
    Options const sandbox{.key = sandbox_key};
    BOOST_TEST(
        send("GET", "/v1/grants/" + granted.text("grantId"), "", sandbox).text("status") ==
        "revoked"
    );
}

BOOST_AUTO_TEST_CASE(keys_are_1_to_255_visible_ascii_characters)
{
    for (auto const& bad :
         {std::string{}, std::string(256, 'k'), std::string{"a b"}, std::string{"a\tb"},
          std::string{"\x7F"}, std::string{"k\xC3\xA9"}})
        BOOST_TEST_CONTEXT(bad)
    expect_error(keyed("POST", "/v1/agents", R"({"name":"a"})", bad), 400, "BAD_REQUEST");
    for (auto const& good : {std::string(255, 'k'), std::string{"!"}, std::string{"~\"\\,;"}})
        BOOST_TEST(keyed("POST", "/v1/agents", R"({"name":"a"})", good).status == 201);
}

BOOST_AUTO_TEST_CASE(errors_leave_no_record)
{
    expect_error(keyed("POST", "/v1/agents", "{}"), 400, "BAD_REQUEST");
    expect_error(keyed("DELETE", "/v1/grants/x", ""), 404, "NOT_FOUND");
    BOOST_TEST(rows_of(*this, "idempotency_records") == 0);
    BOOST_TEST(keyed("POST", "/v1/agents", R"({"name":"a"})").status == 201);
    BOOST_TEST(rows_of(*this, "idempotency_records") == 1);
}

BOOST_AUTO_TEST_CASE(rotations_reads_and_public_operations_take_no_part)
{
    auto const first = keyed("POST", "/v1/keys/rotate", "");
    BOOST_REQUIRE_EQUAL(first.status, 200);
    expect_error(keyed("POST", "/v1/keys/rotate", ""), 401, "UNAUTHORIZED");
    sandbox_key = first.text("apiKey");
    auto const second = keyed("POST", "/v1/keys/rotate", "");
    BOOST_TEST(second.text("apiKey") != first.text("apiKey"));
    sandbox_key = second.text("apiKey");

    auto const body = token_body(grant(id).text("grantToken"));
    for (int i = 0; i < 2; ++i) {
        auto const verdict = keyed("POST", "/v1/tokens/verify", body);
        BOOST_TEST(verdict.status == 200);
        BOOST_TEST(verdict.header("Idempotent-Replayed").empty());
        auto const signup = keyed("POST", "/v1/signup", R"({"name":"a"})");
        BOOST_TEST(signup.status == 201);
        BOOST_TEST(signup.header("Idempotent-Replayed").empty());
    }
    BOOST_TEST(rows_of(*this, "idempotency_records") == 0);
}

BOOST_AUTO_TEST_CASE(what_a_person_revoked_is_answered_again)
{
    auto const granted = grant(id);
    auto const other = grant(id);
    Options const sandbox{.key = sandbox_key};
    auto const open = [&] {
        return send("POST", "/v1/principal-sessions", R"({"principalId":"user_1"})", sandbox)
            .text("sessionToken");
    };
    auto const session = open();
    auto const revoke = [&](std::string const& token, Answer const& which) {
        return send(
            "DELETE", "/v1/principal/grants/" + which.text("grantId"), "",
            {.key = token, .headers = {{"idempotency-key", "k1"}}}
        );
    };
    auto const first = revoke(session, granted);
    BOOST_TEST(first.status == 204);
    auto const before = everything();
    expect_replay(revoke(session, granted), first);
    BOOST_TEST(everything() == before);
    // Another path is another request, and another session another caller.
    auto const next = revoke(session, other);
    BOOST_TEST(next.status == 204);
    BOOST_TEST(next.header("Idempotent-Replayed").empty());
    grant(id);
    expect_error(revoke(open(), granted), 404, "NOT_FOUND");
    BOOST_TEST(
        app.reader.list<std::string>("SELECT DISTINCT developer_id FROM idempotency_records")
            .back() == developer_id(*this, sandbox_key)
    );
    // A session that ended replays nothing.
    advance(std::chrono::hours{2});
    expect_error(revoke(session, granted), 401, "UNAUTHORIZED");
}

BOOST_AUTO_TEST_CASE(what_the_operator_set_is_answered_again)
{
    constexpr auto const* operator_key = "operator-key-of-the-tests";
    ApiServer server{server::Flags{{"admin-api-key", operator_key}}};
    auto const set = [&](std::string const& developer, std::string const& plan) {
        return server.send(
            "PATCH", "/v1/admin/developers/" + developer + "/plan", R"({"plan":")" + plan + R"("})",
            {.key = operator_key, .headers = {{"idempotency-key", "k1"}}}
        );
    };
    auto const live = developer_id(server, server.live_key);
    auto const sandbox = developer_id(server, server.sandbox_key);
    auto const first = set(live, "pro");
    BOOST_TEST(first.status == 200);
    expect_replay(set(live, "pro"), first);
    expect_error(set(live, "free"), 422, "IDEMPOTENCY_KEY_REUSED");
    BOOST_TEST(rows_of(server, "audit_entries") == 1);
    BOOST_TEST(set(sandbox, "free").header("Idempotent-Replayed").empty());
    expect_error(set("dev_nobody", "free"), 404, "NOT_FOUND");
    // Each is kept and sealed for the developer it is about.
    BOOST_TEST(
        server.app.reader.list<std::string>(
            "SELECT developer_id FROM idempotency_records ORDER BY developer_id"
        ) == (std::vector{live, sandbox}),
        boost::test_tools::per_element()
    );
    BOOST_TEST(server.app.writer.list<std::string>("PRAGMA foreign_key_check").empty());
    server.advance(std::chrono::minutes{10});
    BOOST_TEST(set(live, "free").header("Idempotent-Replayed").empty());
}

BOOST_AUTO_TEST_CASE(two_requests_at_once_with_one_key_happen_once)
{
    std::vector<Answer> answers;
    Options const options{.key = sandbox_key, .headers = {{"idempotency-key", "k"}}};
    auto const body = code_body(code(id), id);
    for (int i = 0; i < 3; ++i)
        start("POST", "/v1/token", body, options, answers);
    run_until(answers, 3);
    for (auto const& answer : answers) {
        BOOST_TEST(answer.status == 201);
        BOOST_TEST(answer.body == answers.front().body);
    }
    BOOST_TEST(rows_of(*this, "grants") == 1);
}

BOOST_AUTO_TEST_CASE(kept_answers_are_sealed)
{
    auto const body = code_body(code(id), id);
    auto const first = keyed("POST", "/v1/token", body, "secret-name");
    auto const rows = app.reader.list<std::string>(
        "SELECT key_hash || request_hash || sealed_body FROM idempotency_records"
    );
    BOOST_REQUIRE_EQUAL(rows.size(), 1U);
    for (auto const& clear :
         {first.text("refreshToken"), first.text("grantToken").substr(0, 60), first.text("grantId"),
          std::string{"secret-name"}})
        BOOST_TEST(rows[0].find(clear) == std::string::npos);
    // An altered one does not open: no guess, and nothing happens.
    app.writer.execute("UPDATE idempotency_records SET sealed_body = replace(sealed_body, 'a', 'b')"
    );
    auto const before = everything();
    expect_error(
        keyed("POST", "/v1/token", body, "secret-name"), 500, "INTERNAL_ERROR", "Internal error"
    );
    BOOST_TEST(everything() == before);
    BOOST_TEST(log_text.find("a kept answer does not open") != std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
