// Rate limits: exact counts, the headers that tell of them, and what a refusal says.
#include "tests/server/api/expect.hpp"

#include "server/http/limits.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct ReferenceServer : ApiServer
{
    explicit ReferenceServer(server::Flags settings = {})
        : ApiServer([&] {
              settings.emplace("rate-profile", "reference");
              return settings;
          }())
    {
        // Into a fresh window, a good way from its end.
        advance(std::chrono::minutes{1} + std::chrono::milliseconds{37'400});
    }
};

constexpr std::string_view rate_headers[] = {
    "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"};

void expect_rate(Answer const& answer, int limit, int remaining, int reset)
{
    BOOST_TEST(answer.header("X-RateLimit-Limit") == std::to_string(limit));
    BOOST_TEST(answer.header("X-RateLimit-Remaining") == std::to_string(remaining));
    BOOST_TEST(answer.header("X-RateLimit-Reset") == std::to_string(reset));
}

void expect_limited(Answer const& answer, char const* code, int limit, int reset)
{
    expect_error(
        answer, 429, code, "Too many requests, retry in " + std::to_string(reset) + " seconds"
    );
    expect_rate(answer, limit, 0, reset);
    BOOST_TEST(answer.header("Retry-After") == std::to_string(reset));
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(limits, ReferenceServer)

BOOST_AUTO_TEST_CASE(each_route_bucket_allows_exactly_its_number)
{
    struct Row
    {
        char const *method, *target, *body;
        bool with_key;
        char const* code;
        int limit;
    };
    constexpr Row rows[] = {
        // Calls that are refused count as well.
        {"POST", "/v1/authorize", "{}", true, "RATE_LIMITED", 10},
        {"POST", "/v1/token", "{}", true, "RATE_LIMIT_EXCEEDED", 20},
        {"POST", "/v1/token/refresh", "{}", true, "RATE_LIMIT_EXCEEDED", 20},
        {"POST", "/v1/audit/log", "{}", true, "RATE_LIMIT_EXCEEDED", 30},
        {"POST", "/v1/signup", "{}", false, "RATE_LIMIT_EXCEEDED", 30},
        {"GET", "/consent", "", false, "RATE_LIMIT_EXCEEDED", 120},
        {"POST", "/v1/consent/x/approve", "", false, "RATE_LIMIT_EXCEEDED", 60},
        {"GET", "/v1/did/x", "", false, "RATE_LIMIT_EXCEEDED", 300},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.method << " " << row.target)
        {
            Options const options{.key = row.with_key ? live_key : ""};
            auto const call = [&] { return send(row.method, row.target, row.body, options); };
            for (int i = 0; i < row.limit; ++i) {
                auto const answer = call();
                BOOST_TEST(answer.status != 429U);
                if (!row.with_key) // a public route reports its bucket
                    expect_rate(answer, row.limit, row.limit - i - 1, 23);
            }
            expect_limited(call(), row.code, row.limit, 23);
            expect_limited(call(), row.code, row.limit, 23);
        }
    // Another developer, and other routes, are not affected.
    auto const other = send("POST", "/v1/authorize", "{}", {.key = sandbox_key});
    expect_error(other, 400, "BAD_REQUEST");
    BOOST_TEST(get("/v1/me").status == 200);
    // The next minute opens everything again.
    advance(std::chrono::milliseconds{22'599});
    BOOST_TEST(post("/v1/authorize", "{}").status == 429);
    advance(std::chrono::milliseconds{1});
    BOOST_TEST(post("/v1/authorize", "{}").status == 400);
}

BOOST_AUTO_TEST_CASE(both_paths_of_key_rotation_share_a_bucket)
{
    for (int i = 0; i < 5; ++i) {
        auto const rotated = post(i % 2 == 0 ? "/v1/keys/rotate" : "/v1/me/rotate-key");
        BOOST_REQUIRE_EQUAL(rotated.status, 200);
        live_key = rotated.text("apiKey");
    }
    for (auto const* const path : {"/v1/keys/rotate", "/v1/me/rotate-key"})
        expect_limited(post(path), "RATE_LIMIT_EXCEEDED", 5, 23);
    BOOST_TEST(get("/v1/me").status == 200); // refused: the key is still the same
}

BOOST_AUTO_TEST_CASE(reading_and_deciding_consent_share_their_buckets_by_kind)
{
    for (int i = 0; i < 60; ++i)
        send("GET", "/v1/consent/x", "", {});
    expect_rate(send("GET", "/consent", "", {}), 120, 59, 23);
    for (int i = 0; i < 30; ++i)
        send("POST", "/v1/consent/x/deny", "", {});
    expect_rate(send("POST", "/v1/consent/x/approve", "", {}), 60, 29, 23);
}

BOOST_AUTO_TEST_CASE(the_plan_bounds_all_requests_of_a_developer)
{
    struct Row
    {
        char const* plan;
        int limit;
    };
    for (auto const& row : {Row{"free", 100}, Row{"pro", 500}, Row{"enterprise", 2000}})
        BOOST_TEST_CONTEXT(row.plan)
        {
            auto const key = developer("sandbox", row.plan);
            auto const call = [&] { return send("GET", "/v1/me", "", {.key = key}); };
            expect_rate(call(), row.limit, row.limit - 1, 23);
            if (row.limit > 500)
                continue;
            // Writes and refusals count like reads.
            expect_rate(
                send("POST", "/v1/authorize", "{}", {.key = key}), row.limit, row.limit - 2, 23
            );
            expect_rate(
                send("GET", "/v1/agents/x", "", {.key = key}), row.limit, row.limit - 3, 23
            );
            for (int i = 3; i < row.limit; ++i)
                BOOST_TEST(call().status == 200);
            expect_limited(call(), "RATE_LIMIT_EXCEEDED", row.limit, 23);
            // Also where the route has a bucket with a code of its own.
            expect_limited(
                send("POST", "/v1/authorize", "{}", {.key = key}), "RATE_LIMIT_EXCEEDED", row.limit,
                23
            );
        }
}

BOOST_AUTO_TEST_CASE(the_address_counts_before_anything_else)
{
    ReferenceServer small{server::Flags{{"rate-ip", "4"}}};
    small.send("GET", "/v1/me", "", {});
    small.send("GET", "/nowhere", "", {});
    small.send("PUT", "/v1/me", "", {});
    auto const last = small.send("GET", "/v1/agents/" + std::string(600, 'a'), "", {});
    BOOST_TEST(last.status == 414);
    expect_rate(last, 4, 0, 23);
    for (auto const* const target : {"/nowhere", "/v1/me", "/health", "/consent"})
        expect_limited(small.get(target), "RATE_LIMIT_EXCEEDED", 4, 23);
    expect_limited(small.send("OPTIONS", "/v1/me", "", {}), "RATE_LIMIT_EXCEEDED", 4, 23);
    // The key set is exempt: verifiers must never be locked out.
    for (int i = 0; i < 10; ++i) {
        auto const jwks = small.send("GET", "/.well-known/jwks.json", "", {});
        BOOST_TEST(jwks.status == 200);
        for (auto const name : rate_headers)
            BOOST_TEST(jwks.header(name).empty());
    }
}

BOOST_AUTO_TEST_CASE(an_authenticated_success_reports_the_plan_and_a_refusal_what_tripped)
{
    expect_rate(get("/v1/me"), 2000, 1999, 23);
    expect_rate(post("/v1/authorize", "{}"), 2000, 1998, 23);
    for (int i = 0; i < 9; ++i)
        post("/v1/authorize", "{}");
    expect_limited(post("/v1/authorize", "{}"), "RATE_LIMITED", 10, 23);
    auto const anonymous = send("GET", "/v1/me", "", {});
    BOOST_TEST(anonymous.header("X-RateLimit-Limit") == "5000");
    advance(std::chrono::milliseconds{22'600}); // the very start of a window
    expect_rate(get("/v1/me"), 2000, 1999, 60);
    advance(std::chrono::milliseconds{59'999});
    expect_rate(get("/v1/me"), 2000, 1998, 1);
}

BOOST_AUTO_TEST_CASE(wrong_keys_make_no_buckets) // S-101
{
    for (int i = 0; i < 50; ++i)
        send("GET", "/v1/me", "", {.key = "gx_live_" + std::string(40, 'a') + std::to_string(i)});
    expect_rate(send("GET", "/v1/me", "", {}), 5000, 4949, 23);
}

BOOST_AUTO_TEST_CASE(a_clock_that_steps_back_opens_no_window_twice)
{
    for (int i = 0; i < 10; ++i)
        post("/v1/authorize", "{}");
    advance(std::chrono::minutes{-2});
    auto const answer = post("/v1/authorize", "{}");
    BOOST_TEST(answer.status == 429);
    auto const reset = std::stoi(answer.header("X-RateLimit-Reset"));
    BOOST_TEST((reset >= 0 && reset <= 60));
}

BOOST_AUTO_TEST_CASE(the_appliance_profile_is_a_hundred_times_as_wide_but_not_for_keys)
{
    ApiServer wide{server::Flags{{"rate-profile", "appliance"}}};
    expect_rate(wide.get("/v1/me"), 200'000, 199'999, 60);
    expect_rate(wide.send("GET", "/consent", "", {}), 12'000, 11'999, 60);
    expect_rate(wide.send("POST", "/v1/signup", "{}", {}), 30, 29, 60);
    for (int i = 0; i < 5; ++i)
        wide.live_key = wide.post("/v1/keys/rotate").text("apiKey");
    expect_limited(wide.post("/v1/keys/rotate"), "RATE_LIMIT_EXCEEDED", 5, 60);

    ApiServer off{server::Flags{{"rate-profile", "off"}}};
    for (auto const& answer : {off.get("/v1/me"), off.send("GET", "/consent", "", {})})
        for (auto const name : rate_headers)
            BOOST_TEST(answer.header(name).empty());
}

BOOST_AUTO_TEST_CASE(the_widest_settings_do_not_overflow)
{
    ApiServer widest{server::Flags{
        {"rate-profile", "appliance"},
        {"rate-ip", "1000000000"},
        {"rate-plan-enterprise", "500000000"},
        {"rate-consent-read", "500000000"}}};
    for (auto const& answer :
         {widest.get("/v1/me"), widest.send("GET", "/consent", "", {}),
          widest.send("GET", "/v1/me", "", {})})
    {
        BOOST_TEST(answer.status != 429U);
        BOOST_TEST(std::stoll(answer.header("X-RateLimit-Limit")) >= 1'000'000'000);
    }
}

BOOST_AUTO_TEST_CASE(S_100_a_forwarded_address_counts_only_from_a_trusted_proxy)
{
    auto const remaining = [](ApiServer& server, char const* forwarded_for) {
        auto const answer = server.send(
            "GET", "/nowhere", "", {.key = {}, .headers = {{"x-forwarded-for", forwarded_for}}}
        );
        return std::stoi(answer.header("X-RateLimit-Remaining"));
    };
    // The peer of every request here is 127.0.0.1.
    BOOST_TEST(remaining(*this, "192.0.2.1") == 4999);
    BOOST_TEST(remaining(*this, "192.0.2.2") == 4998);

    ReferenceServer behind_proxy{server::Flags{{"trust-proxy", "127.0.0.1, 10.0.0.0/8"}}};
    BOOST_TEST(remaining(behind_proxy, "192.0.2.1") == 4999);
    BOOST_TEST(remaining(behind_proxy, "192.0.2.2") == 4999);
    BOOST_TEST(remaining(behind_proxy, "198.51.100.7, 192.0.2.2, 10.3.2.1") == 4998);
    BOOST_TEST(remaining(behind_proxy, "2001:db8:1:2::1") == 4999);
    BOOST_TEST(remaining(behind_proxy, "2001:db8:1:2:3::2") == 4998);

    // Public buckets go by the same address.
    auto const page = [&](char const* forwarded_for) {
        return behind_proxy.send(
            "GET", "/consent", "", {.key = {}, .headers = {{"x-forwarded-for", forwarded_for}}}
        );
    };
    expect_rate(page("203.0.113.1"), 120, 119, 23);
    expect_rate(page("203.0.113.2"), 120, 119, 23);
    expect_rate(page("203.0.113.2"), 120, 118, 23);
}

BOOST_AUTO_TEST_SUITE_END()
