// GET /metrics: who may read it, and that what the server does moves its numbers.
#include "tests/server/api/expect.hpp"

#include "server/jobs/count_active_grants.hpp"
#include "server/jobs/measure_loop_lag.hpp"

#include <boost/test/unit_test.hpp>

#include <charconv>
#include <thread>

using namespace support;

namespace {

constexpr char const* scraper_key = "scraper-key-of-the-tests";

struct MetricsServer : ApiServer
{
    explicit MetricsServer(server::Flags settings = {})
        : ApiServer([&] {
              settings.emplace("metrics-api-key", scraper_key);
              return settings;
          }())
    {}

    Answer scrape(std::string const& key = scraper_key)
    {
        return send("GET", "/metrics", "", {.key = key});
    }
    // The value of the sample whose line starts so; -1 when there is none. `service` is left out.
    double value(std::string sample)
    {
        auto const answer = scrape();
        BOOST_REQUIRE_EQUAL(answer.status, 200);
        auto const brace = sample.find('}');
        auto const service = std::string{R"(service="grantex-auth-service"})"};
        if (brace == std::string::npos)
            sample += "{" + service;
        else
            sample.replace(brace, 1, "," + service);
        auto const at = answer.body.find("\n" + sample + " ");
        if (at == std::string::npos)
            return -1;
        auto const* const start = answer.body.data() + at + sample.size() + 2;
        double found = 0;
        std::from_chars(start, answer.body.data() + answer.body.size(), found);
        return found;
    }
    double requests(std::string const& method, std::string const& route, std::string const& status)
    {
        return value(
            R"(grantex_http_request_duration_seconds_count{method=")" + method + R"(",route=")" +
            route + R"(",status_code=")" + status + R"("})"
        );
    }
    Answer sandbox(std::string method, std::string target, std::string body = {})
    {
        return send(std::move(method), std::move(target), std::move(body), {.key = sandbox_key});
    }
    jobs::Host host()
    {
        return {loop, app, dispatch.batches(), http::Log{[](auto) {}}, {}};
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(metrics, MetricsServer)

BOOST_AUTO_TEST_CASE(S_133_only_the_key_of_the_settings_opens_them)
{
    std::string const key = scraper_key;
    for (auto const& wrong :
         {std::string{}, key.substr(1), key.substr(0, key.size() - 1), key + "x",
          "S" + key.substr(1), std::string(600, 'a'), live_key, sandbox_key})
        expect_error(scrape(wrong), 401, "UNAUTHORIZED");
    Options const basic{.key = "", .headers = {{"authorization", "Basic " + key}}};
    expect_error(send("GET", "/metrics", "", basic), 401, "UNAUTHORIZED");
    Options const twice{.key = key, .headers = {{"authorization", "Bearer " + key}}};
    expect_error(send("GET", "/metrics", "", twice), 400, "BAD_REQUEST");
    expect_error(send("GET", "/metrics?key=" + key, "", {}), 401, "UNAUTHORIZED");
    auto const answer = scrape();
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.header("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
    BOOST_TEST(answer.header("Cache-Control") == "no-store");
    // It is no key for anything else.
    expect_error(send("GET", "/v1/me", "", {.key = key}), 401, "UNAUTHORIZED");
    BOOST_TEST(log_text.find(key) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(without_a_key_in_the_settings_the_answer_says_what_to_set) // S-133
{
    ApiServer bare;
    for (auto const& key : {std::string{}, bare.live_key}) {
        auto const answer = bare.send("GET", "/metrics", "", {.key = key});
        expect_error(answer, 503, "SERVICE_UNAVAILABLE");
        BOOST_TEST(answer.text("message").find("GRANTEXD_METRICS_API_KEY") != std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(the_settings_can_open_them_or_switch_them_off)
{
    ApiServer open{server::Flags{{"metrics-require-auth", "false"}}};
    BOOST_TEST(open.send("GET", "/metrics", "", {}).status == 200);
    BOOST_TEST(open.get("/metrics").status == 200);
    for (auto const* const required : {"true", "false"}) {
        MetricsServer off{
            server::Flags{{"metrics-enabled", "false"}, {"metrics-require-auth", required}}};
        expect_error(off.scrape(), 404, "NOT_FOUND");
        expect_error(off.scrape(""), 404, "NOT_FOUND");
    }
}

BOOST_AUTO_TEST_CASE(right_and_wrong_keys_count_in_the_bucket_of_their_address)
{
    MetricsServer narrow{server::Flags{{"rate-profile", "reference"}}};
    for (int i = 0; i < 59; ++i)
        BOOST_TEST(narrow.scrape("a-wrong-key-of-the-tests").status == 401);
    auto const last = narrow.scrape();
    BOOST_TEST(last.status == 200);
    BOOST_TEST(last.header("X-RateLimit-Limit") == "60");
    BOOST_TEST(last.header("X-RateLimit-Remaining") == "0");
    expect_error(narrow.scrape(), 429, "RATE_LIMIT_EXCEEDED");
    narrow.advance(std::chrono::minutes{1});
    BOOST_TEST(narrow.scrape().status == 200);
}

BOOST_AUTO_TEST_CASE(requests_are_told_by_route_template_method_and_status)
{
    BOOST_TEST(requests("GET", "/v1/agents/:agentId", "200") == -1);
    auto const id = agent(live_key);
    get("/v1/agents/" + id);
    get("/v1/agents/" + id + "?x=1");
    get("/v1/agents/nobody");
    send("HEAD", "/v1/agents/" + id, "", {.key = live_key});
    BOOST_TEST(requests("GET", "/v1/agents/:agentId", "200") == 2);
    BOOST_TEST(requests("GET", "/v1/agents/:agentId", "404") == 1);
    BOOST_TEST(requests("HEAD", "/v1/agents/:agentId", "200") == 1);
    BOOST_TEST(requests("POST", "/v1/agents", "201") == 1);
    // What the client makes up becomes no label.
    get("/nowhere/" + id);
    send("BREW", "/v1/agents", "", {});
    send("OPTIONS", "/v1/agents", "", {});
    send("DELETE", "/v1/me", "", {});
    BOOST_TEST(requests("GET", "unmatched", "404") == 1);
    BOOST_TEST(requests("other", "unmatched", "405") == 1);
    BOOST_TEST(requests("OPTIONS", "unmatched", "204") == 1);
    BOOST_TEST(requests("DELETE", "unmatched", "405") == 1);
    auto const text = scrape().body;
    for (auto const& word : {id, std::string{"BREW"}, std::string{"nowhere"}, live_key})
        BOOST_TEST(text.find(word) == std::string::npos, word);
    BOOST_TEST(text.find("/metrics") == std::string::npos);
}

BOOST_AUTO_TEST_CASE(authorizations_and_exchanges_are_told_with_their_failures)
{
    auto const id = agent();
    auto const body = code_body(code(id), id);
    BOOST_TEST(sandbox("POST", "/v1/token", body).status == 201);
    BOOST_TEST(sandbox("POST", "/v1/token", body).status == 400);
    BOOST_TEST(send("POST", "/v1/token", body, {}).status == 401);
    BOOST_TEST(sandbox("POST", "/v1/authorize", "{}").status == 400);
    BOOST_TEST(value(R"(grantex_authorize_total{status="success"})") == 1);
    BOOST_TEST(value(R"(grantex_authorize_total{status="failure"})") == 1);
    BOOST_TEST(value(R"(grantex_token_exchange_total{status="success"})") == 1);
    BOOST_TEST(value(R"(grantex_token_exchange_total{status="failure"})") == 2);
    BOOST_TEST(value("grantex_authorize_duration_seconds_count") == 2);
    BOOST_TEST(value("grantex_token_exchange_duration_seconds_count") == 3);
    BOOST_TEST(value("grantex_token_exchange_duration_seconds_sum") > 0);
}

BOOST_AUTO_TEST_CASE(agents_are_labels_when_the_settings_say_so)
{
    MetricsServer labelled{server::Flags{{"metrics-agent-labels", "true"}}};
    auto const id = labelled.agent();
    auto const granted = labelled.grant(id);
    auto const nobody = std::string{"ag_01KJPWD6M0W17VDP01P914P7ZE"};
    BOOST_TEST(labelled.sandbox("POST", "/v1/token", code_body("x", nobody)).status == 400);
    auto const label = R"(agent_id=")" + id + R"("})";
    BOOST_TEST(labelled.value(R"(grantex_token_exchange_total{status="success",)" + label) == 1);
    BOOST_TEST(labelled.value("grantex_authorize_duration_seconds_count{" + label) == 1);
    BOOST_TEST(labelled.value(R"(grantex_token_exchange_total{status="failure"})") == 1);
    BOOST_TEST(labelled.scrape().body.find(nobody) == std::string::npos);

    auto const other = agent();
    grant(other);
    BOOST_TEST(scrape().body.find(other) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(revoked_grants_are_counted_with_their_descendants)
{
    auto const id = agent();
    auto const root = grant(id);
    auto const child = delegate(root.text("grantToken"), id);
    BOOST_TEST(delegate(child.text("grantToken"), id).status == 201);
    auto const lone = grant(id);
    BOOST_TEST(sandbox("DELETE", "/v1/grants/" + root.text("grantId")).status == 204);
    BOOST_TEST(value("grantex_grants_revoked_total") == 3);
    BOOST_TEST(sandbox("DELETE", "/v1/grants/" + root.text("grantId")).status == 404);
    BOOST_TEST(value("grantex_grants_revoked_total") == 3);
    BOOST_TEST(sandbox("DELETE", "/v1/agents/" + id).status == 204);
    BOOST_TEST(value("grantex_grants_revoked_total") == 4);
}

BOOST_AUTO_TEST_CASE(writes_that_share_a_commit_are_one_batch)
{
    auto const commits = value("grantex_commit_batch_writes_count");
    auto const writes = value("grantex_commit_batch_writes_sum");
    std::vector<Answer> answers;
    for (int i = 0; i < 40; ++i)
        start("POST", "/v1/agents", R"({"name":"a"})", {.key = live_key}, answers);
    run_until(answers, 40);
    BOOST_TEST(value("grantex_commit_batch_writes_count") == commits + 1);
    BOOST_TEST(value("grantex_commit_batch_writes_sum") == writes + 40);
}

BOOST_AUTO_TEST_CASE(active_grants_are_those_that_count_now)
{
    auto const id = agent();
    auto const other_key = developer("sandbox");
    auto const step = static_cast<int>(jobs::CountActiveGrants::grants_per_step);
    // More than one step, many of them with the same end.
    auto const developer = developer_id(*this, sandbox_key);
    app.writer.execute(
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < " +
        std::to_string(2 * step + 5) +
        ") INSERT INTO grants (id, developer_id, agent_id, principal_id, scopes, status, issued_at,"
        " expires_at, depth, origin) SELECT printf('grnt_%026d', i), '" +
        developer + "', '" + id +
        "', 'u', 'a', 'active', 0, 1772442000001 + i % 3, 0, 'grantex'"
        " FROM n"
    );
    auto const lasting = grant(id, R"("expiresIn":"2h")");
    grant(id, R"("expiresIn":"1h")");
    auto const count = [&] {
        jobs::CountActiveGrants job{host()};
        app.metrics.set_active_grants(-1);
        job.start();
        while (value("grantex_active_grants") == -1)
            loop.run_one_for(std::chrono::milliseconds{20});
        job.stop();
        loop.run_for(std::chrono::milliseconds{5});
        return value("grantex_active_grants");
    };
    BOOST_TEST(count() == 2 * step + 5 + 2);
    advance(std::chrono::milliseconds{1}); // those whose time is over now do not count
    BOOST_TEST(count() == 2 * step + 5 + 2 - (2 * step + 5) / 3);
    advance(std::chrono::minutes{1});
    BOOST_TEST(count() == 2);
    advance(std::chrono::hours{1});
    BOOST_TEST(count() == 1);
    BOOST_TEST(sandbox("DELETE", "/v1/grants/" + lasting.text("grantId")).status == 204);
    BOOST_TEST(count() == 0);
}

BOOST_AUTO_TEST_CASE(a_loop_that_is_held_up_shows_in_its_lag)
{
    jobs::MeasureLoopLag job{host()};
    job.start();
    auto const until_measured = [&](double count) {
        while (value("grantex_loop_lag_seconds_count") < count)
            loop.run_one_for(std::chrono::milliseconds{20});
    };
    until_measured(1);
    auto const before = value("grantex_loop_lag_seconds_sum");
    std::this_thread::sleep_for(jobs::MeasureLoopLag::interval + std::chrono::milliseconds{300});
    until_measured(2);
    BOOST_TEST(value("grantex_loop_lag_seconds_sum") >= before + 0.25);
    job.stop();
    loop.run_for(std::chrono::milliseconds{5});
}

BOOST_AUTO_TEST_SUITE_END()
