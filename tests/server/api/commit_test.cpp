// No answer to a write leaves before it is durable, one commit serves many, and a request that
// fails takes nobody with it. SQLite's own commit hook stands where the disk would be waited for:
// it runs on the commit thread, may hold the commit up, and may make it fail.
#include "tests/server/api/expect.hpp"

#include <SQLiteCpp/Database.h>

#include <boost/test/unit_test.hpp>

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <semaphore>

using namespace support;

namespace {

struct HookedServer : ApiServer
{
    HookedServer()
    {
        sqlite3_commit_hook(
            app.writer.connection().getHandle(),
            [](void* self) { return static_cast<HookedServer*>(self)->on_commit(); }, this
        );
    }
    ~HookedServer() { sqlite3_commit_hook(app.writer.connection().getHandle(), nullptr, nullptr); }
    HookedServer(HookedServer const&) = delete;
    HookedServer& operator=(HookedServer const&) = delete;

    int on_commit()
    {
        ++commits;
        if (hold) {
            held = true;
            go_on.acquire();
            held = false;
        }
        return fail ? 1 : 0; // not 0: SQLite rolls back instead
    }
    // Runs what is ready until a commit is held up.
    void run_until_held()
    {
        while (!held)
            loop.run_one_for(std::chrono::milliseconds{5});
        settle();
    }
    // Lets everything happen that can happen without the commit, signatures included.
    void settle()
    {
        for (int i = 0; i < 20; ++i)
            loop.run_for(std::chrono::milliseconds{2});
    }
    void write(std::vector<Answer>& answers, std::string const& name = "a")
    {
        start("POST", "/v1/agents", R"({"name":")" + name + R"("})", {.key = live_key}, answers);
    }

    std::atomic<bool> hold = false;
    std::atomic<bool> held = false;
    std::atomic<bool> fail = false;
    std::atomic<int> commits = 0;
    std::binary_semaphore go_on{0};
};

void expect_unavailable(Answer const& answer)
{
    expect_error(answer, 503, "SERVICE_UNAVAILABLE");
    BOOST_TEST(answer.header("Retry-After") == "1");
    BOOST_TEST(answer.text("message").find("retry in 1") != std::string::npos);
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(commit, HookedServer)

BOOST_AUTO_TEST_CASE(a_commit_that_fails_becomes_503_and_stores_nothing)
{
    auto const id = agent();
    auto const used = code(id);
    auto const body = code_body(used, id);
    Options const keyed{.key = sandbox_key, .headers = {{"idempotency-key", "k"}}};
    fail = true;
    expect_unavailable(post("/v1/agents", R"({"name":"lost"})"));
    expect_unavailable(send("POST", "/v1/token", body, keyed));
    expect_unavailable(post("/v1/keys/rotate"));
    // What would have been refused anyway says so only when that is certain, too.
    expect_unavailable(remove("/v1/grants/x"));
    std::vector<Answer> batch;
    for (int i = 0; i < 5; ++i)
        write(batch);
    run_until(batch, 5);
    for (auto const& answer : batch)
        expect_unavailable(answer);
    fail = false;

    BOOST_TEST(fatal.empty());
    BOOST_TEST(rows_of(*this, "agents") == 1);
    BOOST_TEST(rows_of(*this, "grants") == 0);
    BOOST_TEST(rows_of(*this, "events") == 0);
    BOOST_TEST(rows_of(*this, "idempotency_records") == 0);
    BOOST_TEST(log_text.find("the commit failed") != std::string::npos);
    // The key was not rotated, the code is unused, and the next write works.
    BOOST_TEST(get("/v1/me").status == 200);
    auto const exchanged = send("POST", "/v1/token", body, keyed);
    BOOST_TEST(exchanged.status == 201);
    BOOST_TEST(exchanged.header("Idempotent-Replayed").empty());
    BOOST_TEST(post("/v1/agents", R"({"name":"kept"})").status == 201);
}

BOOST_AUTO_TEST_CASE(health_is_degraded_from_a_refused_write_until_one_is_stored)
{
    auto const health = [this] {
        auto const answer = send("GET", "/health", "", {});
        BOOST_TEST(answer.status == 200); // it goes on verifying
        return answer.text("status") + ", database " + answer.text("database");
    };
    BOOST_TEST(health() == "healthy, database ok");
    fail = true;
    expect_unavailable(post("/v1/agents", R"({"name":"lost"})"));
    BOOST_TEST(health() == "degraded, database error");
    fail = false;
    // Nothing to store asks nothing of the disk.
    BOOST_TEST(remove("/v1/grants/x").status == 404);
    BOOST_TEST(health() == "degraded, database error");
    BOOST_TEST(post("/v1/agents", R"({"name":"kept"})").status == 201);
    BOOST_TEST(health() == "healthy, database ok");
}

BOOST_AUTO_TEST_CASE(no_answer_leaves_while_the_disk_is_waited_for_but_reads_go_on)
{
    auto const id = agent();
    auto const exchange = code_body(code(id), id);
    auto const batches = dispatch.batches().batches();
    hold = true;
    std::vector<Answer> answers;
    start("POST", "/v1/token", exchange, {.key = sandbox_key}, answers);
    run_until_held();
    BOOST_TEST(answers.empty()); // signed long since, but not durable
    BOOST_TEST(!dispatch.batches().idle());

    for (int i = 0; i < 7; ++i)
        write(answers);
    start("DELETE", "/v1/grants/x", "", {.key = live_key}, answers);
    start("POST", "/v1/agents", "{}", {.key = live_key}, answers);
    settle();
    BOOST_TEST(answers.empty());

    // Reads are answered meanwhile and see only what is durable.
    auto const grants = send("GET", "/v1/grants", "", {.key = sandbox_key});
    BOOST_TEST(grants.status == 200);
    BOOST_TEST(grants.json().at("total").as_int64() == 0);
    BOOST_TEST(send("GET", "/.well-known/jwks.json", "", {}).status == 200);
    BOOST_TEST(answers.empty());
    BOOST_TEST(dispatch.batches().batches() == batches);

    hold = false;
    auto const before = commits.load();
    go_on.release();
    run_until(answers, 10);
    BOOST_TEST(answers[0].status == 201);
    expect_error(answers[1], 404, "NOT_FOUND"); // a revocation goes first
    for (std::size_t i = 2; i < 9; ++i)
        BOOST_TEST(answers[i].status == 201);
    expect_error(answers[9], 400, "BAD_REQUEST");
    // Everything that waited shared one commit.
    BOOST_TEST(dispatch.batches().batches() == batches + 2);
    BOOST_TEST(commits == before + 1);
    BOOST_TEST(dispatch.batches().idle());
    BOOST_TEST(get("/v1/agents").json().at("total").as_int64() == 7);
}

BOOST_AUTO_TEST_CASE(writes_that_are_ready_together_share_a_commit)
{
    auto const batches = dispatch.batches().batches();
    std::vector<Answer> answers;
    for (int i = 0; i < 40; ++i)
        write(answers);
    run_until(answers, 40);
    BOOST_TEST(dispatch.batches().batches() == batches + 1);
    for (auto const& answer : answers)
        BOOST_TEST(answer.status == 201);
}

BOOST_AUTO_TEST_CASE(a_write_sees_the_writes_before_it_in_the_same_batch)
{
    auto const id = agent();
    auto const granted = grant(id);
    Options const sandbox{.key = sandbox_key};
    std::vector<Answer> answers;
    start("DELETE", "/v1/grants/" + granted.text("grantId"), "", sandbox, answers);
    start("POST", "/v1/token/refresh", refresh_body(granted, id), sandbox, answers);
    start(
        "POST", "/v1/grants/delegate",
        R"({"parentGrantToken":")" + granted.text("grantToken") + R"(","subAgentId":")" + id +
            R"(","scopes":["calendar:read"]})",
        sandbox, answers
    );
    start("DELETE", "/v1/grants/" + granted.text("grantId"), "", sandbox, answers);
    run_until(answers, 4);
    BOOST_TEST(answers[0].status == 204);
    expect_error(answers[1], 400, "BAD_REQUEST", "Grant has been revoked");
    expect_error(answers[2], 400, "BAD_REQUEST", "Parent grant has been revoked");
    expect_error(answers[3], 404, "NOT_FOUND");
}

BOOST_AUTO_TEST_CASE(of_many_uses_of_one_code_or_refresh_token_one_wins) // S-021, S-032
{
    auto const id = agent();
    auto const exchange = code_body(code(id), id);
    auto const granted = grant(id);
    for (auto const& [path, body] :
         {std::pair{"/v1/token", exchange}, {"/v1/token/refresh", refresh_body(granted, id)}})
    {
        std::vector<Answer> answers;
        for (int i = 0; i < 20; ++i)
            start("POST", path, body, {.key = sandbox_key}, answers);
        run_until(answers, 20);
        auto const won = std::ranges::count(answers, 201U, &Answer::status);
        auto const lost = std::ranges::count(answers, 400U, &Answer::status);
        BOOST_TEST(won == 1);
        BOOST_TEST(lost == 19);
    }
    BOOST_TEST(rows_of(*this, "grants") == 2);
}

BOOST_AUTO_TEST_CASE(a_request_that_fails_half_way_leaves_nothing_and_its_neighbours_alone)
{
    auto const id = agent();
    auto const exchange = code_body(code(id), id);
    // The grant and its token are inserted before this.
    app.writer.execute("CREATE TEMP TRIGGER broken BEFORE INSERT ON refresh_tokens "
                       "BEGIN SELECT RAISE(ABORT, 'broken'); END");
    auto const before = commits.load();
    std::vector<Answer> answers;
    write(answers, "before");
    start("POST", "/v1/token", exchange, {.key = sandbox_key}, answers);
    start("DELETE", "/v1/grants/x", "", {.key = live_key}, answers);
    start("POST", "/v1/agents", "{}", {.key = live_key}, answers);
    write(answers, "after");
    run_until(answers, 5);
    BOOST_TEST(commits == before + 1);
    BOOST_TEST(answers[0].status == 201);
    expect_unavailable(answers[1]);
    expect_error(answers[2], 404, "NOT_FOUND");
    expect_error(answers[3], 400, "BAD_REQUEST");
    BOOST_TEST(answers[4].status == 201);
    BOOST_TEST(answers[1].body.find("broken") == std::string::npos);
    BOOST_TEST(log_text.find("broken") != std::string::npos);
    for (auto const* const table : {"grants", "tokens", "events"})
        BOOST_TEST(rows_of(*this, table) == 0, table);
    BOOST_TEST(get("/v1/agents").json().at("total").as_int64() == 2);

    app.writer.execute("DROP TRIGGER broken");
    BOOST_TEST(send("POST", "/v1/token", exchange, {.key = sandbox_key}).status == 201);
}

// Some failures (a full disk, for one) make SQLite roll the whole transaction back at once.
BOOST_AUTO_TEST_CASE(when_the_database_drops_a_batch_nobody_in_it_is_told_otherwise)
{
    app.writer.execute("CREATE TEMP TRIGGER full BEFORE INSERT ON agents WHEN NEW.name = 'full' "
                       "BEGIN SELECT RAISE(ROLLBACK, 'disk is full'); END");
    std::vector<Answer> answers;
    for (auto const* const name : {"before", "full", "after", "last"})
        write(answers, name);
    run_until(answers, 4);
    for (auto const& answer : answers)
        expect_unavailable(answer);
    BOOST_TEST(rows_of(*this, "agents") == 0);
    BOOST_TEST(get("/v1/agents").json().at("total").as_int64() == 0);
    BOOST_TEST(fatal.empty());
    BOOST_TEST(post("/v1/agents", R"({"name":"next"})").status == 201);
    BOOST_TEST(get("/v1/agents").json().at("total").as_int64() == 1);
}

// A person who revokes must not wait for those who only want more.
BOOST_AUTO_TEST_CASE(when_too_many_writes_wait_a_revocation_is_taken_and_comes_first)
{
    auto const issued = grant(agent(sandbox_key));
    auto const revocation = "/v1/grants/" + issued.text("grantId");
    hold = true;
    std::vector<Answer> first;
    write(first);
    run_until_held();
    std::vector<Answer> waiting;
    for (std::size_t i = 0; i < http::WriteBatches::waiting_max; ++i)
        start("POST", "/v1/agents", "{}", {}, waiting);
    std::vector<Answer> revoked;
    start("DELETE", revocation, "", {.key = sandbox_key}, revoked);
    BOOST_TEST(revoked.empty());
    hold = false;
    go_on.release();
    run_until(revoked, 1);
    BOOST_TEST(revoked[0].status == 204);
    // Those that came long before it wait still, all but the batch that it was a part of.
    BOOST_TEST(waiting.size() < http::WriteBatches::batch_max);
    run_until(waiting, http::WriteBatches::waiting_max);
}

BOOST_AUTO_TEST_CASE(when_too_many_writes_wait_the_next_is_told_to_come_back)
{
    hold = true;
    std::vector<Answer> first;
    write(first);
    run_until_held();
    std::vector<Answer> waiting;
    for (std::size_t i = 0; i < http::WriteBatches::waiting_max; ++i)
        start("POST", "/v1/agents", "{}", {}, waiting); // no key: cheap to answer
    BOOST_TEST(waiting.empty());
    std::vector<Answer> refused;
    write(refused);
    BOOST_REQUIRE_EQUAL(refused.size(), 1U);
    expect_unavailable(refused[0]);
    hold = false;
    go_on.release();
    run_until(first, 1);
    run_until(waiting, http::WriteBatches::waiting_max);
    BOOST_TEST(std::ranges::count(waiting, 401U, &Answer::status) == std::ssize(waiting));
    BOOST_TEST(rows_of(*this, "agents") == 1);
}

BOOST_AUTO_TEST_SUITE_END()
