// What a developer used: what counts, exact at any moment, day by day.
#include "tests/server/api/expect.hpp"

#include "server/jobs/write_usage.hpp"
#include "storage/usage.hpp"

#include <SQLiteCpp/Database.h>

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <sqlite3.h>

#include <atomic>
#include <semaphore>
#include <thread>

using namespace support;

namespace {

struct UsageServer : ApiServer
{
    explicit UsageServer(server::Flags settings = {})
        : ApiServer(std::move(settings)), job({loop, app, dispatch.batches(), log(), {}})
    {}

    http::Log log()
    {
        return http::Log{[this](std::string_view line) { log_text.append(line).append("\n"); }};
    }
    Answer sandbox(std::string method, std::string target, std::string body = {})
    {
        return send(std::move(method), std::move(target), std::move(body), {.key = sandbox_key});
    }
    void verify(int times)
    {
        for (int i = 0; i < times; ++i)
            sandbox("POST", "/v1/tokens/verify", token_body("nonsense"));
    }
    void expect_used(int exchanges, int authorizations, int verifications)
    {
        auto const used = sandbox("GET", "/v1/usage");
        BOOST_TEST(used.status == 200);
        BOOST_TEST(used.json().at("tokenExchanges") == exchanges);
        BOOST_TEST(used.json().at("authorizations") == authorizations);
        BOOST_TEST(used.json().at("verifications") == verifications);
        BOOST_TEST(used.json().at("totalRequests") == exchanges + authorizations + verifications);
    }
    // As a server that stops.
    void write_all()
    {
        bool finished = false;
        job.start();
        job.finish([&] { finished = true; });
        while (!finished)
            BOOST_REQUIRE(loop.run_one_for(std::chrono::seconds{30}) == 1);
    }
    std::int64_t stored(std::string const& day = "2026-03-02")
    {
        auto const row = storage::find_usage(app.reader, developer_id(*this, sandbox_key), day);
        return row ? row->verifications : 0;
    }
    std::int64_t unwritten(std::int64_t stored)
    {
        return app.verification_counts.missing_in(
            stored, developer_id(*this, sandbox_key), "2026-03-02"
        );
    }

    jobs::WriteUsage job;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(usage, UsageServer)

BOOST_AUTO_TEST_CASE(a_day_without_use_is_all_zeros)
{
    auto const id = developer_id(*this, sandbox_key);
    BOOST_TEST(
        sandbox("GET", "/v1/usage").body ==
        R"({"developerId":")" + id +
            R"(","period":"2026-03-02","tokenExchanges":0,)"
            R"("authorizations":0,"verifications":0,"totalRequests":0})"
    );
    BOOST_TEST(
        sandbox("GET", "/v1/usage/history").body ==
        R"({"developerId":")" + id + R"(","days":30,"entries":[]})"
    );
}

BOOST_AUTO_TEST_CASE(what_succeeded_counts_once)
{
    auto const id = agent();
    auto const used = code(id);
    expect_used(0, 1, 0);
    auto const body = code_body(used, id);
    Options const keyed{.key = sandbox_key, .headers = {{"idempotency-key", "k"}}};
    auto const granted = send("POST", "/v1/token", body, keyed);
    BOOST_TEST(granted.status == 201);
    expect_used(1, 1, 0);
    // The same again from the record is the same use, and a refusal is none.
    BOOST_TEST(send("POST", "/v1/token", body, keyed).header("Idempotent-Replayed") == "true");
    BOOST_TEST(sandbox("POST", "/v1/token", body).status == 400);
    BOOST_TEST(sandbox("POST", "/v1/authorize", "{}").status == 400);
    BOOST_TEST(sandbox("POST", "/v1/token/refresh", refresh_body(granted, id)).status == 201);
    BOOST_TEST(delegate(granted.text("grantToken"), id).status == 201);
    expect_used(1, 1, 0);
    // Nobody else's.
    BOOST_TEST(get("/v1/usage").json().at("totalRequests") == 0);
}

BOOST_AUTO_TEST_CASE(verifications_count_whatever_the_verdict)
{
    auto const id = agent();
    auto const token = grant(id).text("grantToken");
    for (auto const* const path : {"/v1/tokens/verify", "/v1/grants/verify"}) {
        BOOST_TEST(sandbox("POST", path, token_body(token)).status == 200);
        BOOST_TEST(send("POST", path, token_body(token), {.key = live_key}).status == 200);
        auto const refused = sandbox("POST", path, token_body("nonsense"));
        BOOST_TEST((refused.status == 200 || refused.status == 400));
        // Not well-formed, or nobody's.
        BOOST_TEST(sandbox("POST", path, "{}").status == 400);
        BOOST_TEST(sandbox("POST", path, "[").status == 400);
        BOOST_TEST(send("POST", path, token_body(token), {}).status == 401);
    }
    expect_used(1, 1, 4);
    BOOST_TEST(get("/v1/usage").json().at("verifications") == 2);
}

BOOST_AUTO_TEST_CASE(what_is_rolled_back_was_not_used)
{
    auto const id = agent();
    auto const body = code_body(code(id), id);
    app.writer.execute("CREATE TEMP TRIGGER broken BEFORE INSERT ON refresh_tokens "
                       "BEGIN SELECT RAISE(ABORT, 'broken'); END");
    BOOST_TEST(sandbox("POST", "/v1/token", body).status == 503);
    expect_used(0, 1, 0);
    app.writer.execute("DROP TRIGGER broken");
    BOOST_TEST(sandbox("POST", "/v1/token", body).status == 201);
    expect_used(1, 1, 0);
}

BOOST_AUTO_TEST_CASE(history_is_by_day_newest_first)
{
    auto const id = agent();
    grant(id);
    verify(2);
    write_all();
    advance(std::chrono::hours{14}); // 23:00, the same day
    verify(1);
    advance(std::chrono::hours{1}); // the next day, and the last one is not written yet
    verify(4);
    advance(std::chrono::days{2});
    code(id);
    auto const entry = [](char const* date, int exchanges, int authorizations, int verifications) {
        return boost::json::object{
            {"date", date},
            {"tokenExchanges", exchanges},
            {"authorizations", authorizations},
            {"verifications", verifications},
            {"totalRequests", exchanges + authorizations + verifications}};
    };
    BOOST_TEST(
        sandbox("GET", "/v1/usage/history?days=4").json() ==
        (boost::json::object{
            {"developerId", developer_id(*this, sandbox_key)},
            {"days", 4},
            {"entries",
             boost::json::array{
                 entry("2026-03-05", 0, 1, 0), entry("2026-03-03", 0, 0, 4),
                 entry("2026-03-02", 1, 1, 3)}}})
    );
    BOOST_TEST(
        sandbox("GET", "/v1/usage/history?days=3").json().at("entries").as_array().size() == 2U
    );
    expect_used(0, 1, 0);
    BOOST_TEST(get("/v1/usage/history").json().at("entries").as_array().empty());
}

BOOST_AUTO_TEST_CASE(days_that_make_no_sense_become_30_and_many_become_90)
{
    for (auto const& [text, days] :
         {std::pair{"", 30},
          {"?days=", 30},
          {"?days=x", 30},
          {"?days=0", 30},
          {"?days=-3", 30},
          {"?days=7.5", 30},
          {"?days=%207", 30},
          {"?days=1", 1},
          {"?days=90", 90},
          {"?days=91", 90},
          {"?days=180", 90},
          {"?days=99999999999999999999999", 90},
          {"?days=-99999999999999999999999", 30}})
    {
        auto const answer = sandbox("GET", std::string{"/v1/usage/history"} + text);
        BOOST_TEST(answer.status == 200, text);
        BOOST_TEST(answer.json().at("days") == days, text);
    }
}

BOOST_AUTO_TEST_CASE(the_oldest_day_of_90_is_shown_and_the_one_before_is_not)
{
    verify(1);
    write_all();
    auto const shown = [&] {
        return sandbox("GET", "/v1/usage/history?days=90").json().at("entries").as_array().size();
    };
    advance(std::chrono::days{89});
    BOOST_TEST(shown() == 1U);
    advance(std::chrono::days{1});
    BOOST_TEST(shown() == 0U);
}

BOOST_AUTO_TEST_CASE(a_write_that_fails_is_done_again)
{
    verify(3);
    app.writer.execute("CREATE TEMP TRIGGER broken BEFORE INSERT ON usage_days "
                       "BEGIN SELECT RAISE(ABORT, 'broken'); END");
    write_all();
    BOOST_TEST(log_text.find("counted verifications are lost") != std::string::npos);
    BOOST_TEST(stored() == 0);
    expect_used(0, 0, 3);
    app.writer.execute("DROP TRIGGER broken");
    jobs::WriteUsage again{{loop, app, dispatch.batches(), log(), {}}};
    again.start();
    for (int i = 0; i < 10 && stored() == 0; ++i)
        loop.run_for(jobs::WriteUsage::interval);
    BOOST_TEST(stored() == 3);
    expect_used(0, 0, 3);
    again.finish([] {});
    loop.run_for(std::chrono::milliseconds{50});
}

BOOST_AUTO_TEST_CASE(every_developer_is_written_however_many_there_are)
{
    auto const many = static_cast<int>(jobs::WriteUsage::rows_per_write_max) * 2 + 7;
    for (int i = 0; i < many; ++i) {
        auto const key = developer("sandbox");
        send("POST", "/v1/tokens/verify", token_body("nonsense"), {.key = key});
    }
    auto const batches = dispatch.batches().batches();
    write_all();
    BOOST_TEST(rows_of(*this, "usage_days") == many);
    BOOST_TEST(dispatch.batches().batches() - batches <= 4U);
}

BOOST_AUTO_TEST_CASE(without_metering_nothing_is_counted)
{
    UsageServer off{server::Flags{{"usage-metering-enabled", "false"}}};
    auto const id = off.agent();
    off.grant(id);
    off.verify(3);
    off.write_all();
    off.expect_used(0, 0, 0);
    BOOST_TEST(rows_of(off, "usage_days") == 0);
}

// The reader sees a commit before the loop hears of it, and the loop may answer in between.
BOOST_AUTO_TEST_CASE(the_count_is_exact_while_a_write_is_on_its_way)
{
    std::binary_semaphore go_on{0};
    struct Hook
    {
        std::binary_semaphore& go_on;
        std::atomic<bool> held = false;
    } hook{go_on};
    auto* const handle = app.writer.connection().getHandle();
    verify(3);
    sqlite3_commit_hook(
        handle,
        [](void* self) {
            auto& hold = *static_cast<Hook*>(self);
            hold.held = true;
            hold.go_on.acquire();
            return 0;
        },
        &hook
    );
    bool finished = false;
    job.start();
    job.finish([&] { finished = true; });
    while (!hook.held)
        loop.run_one_for(std::chrono::milliseconds{5});
    expect_used(0, 0, 3); // handed over, not yet durable
    verify(2);
    expect_used(0, 0, 5);
    go_on.release();
    while (stored() == 0)
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    BOOST_TEST(!finished);
    BOOST_TEST(unwritten(stored()) == 2); // the loop has not run since
    expect_used(0, 0, 5);
    sqlite3_commit_hook(handle, nullptr, nullptr);
    while (!finished)
        BOOST_REQUIRE(loop.run_one_for(std::chrono::seconds{30}) == 1);
    BOOST_TEST(stored() == 3);
    BOOST_TEST(unwritten(3) == 2);
    expect_used(0, 0, 5);
}

BOOST_AUTO_TEST_SUITE_END()
