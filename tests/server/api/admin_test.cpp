// Operator endpoints: one key of the settings, what it shows of all developers, and what it sets.
#include "tests/server/api/expect.hpp"

#include "server/rules/audit_chain.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

constexpr char const* operator_key = "operator-key-of-the-tests";

struct OperatorServer : ApiServer
{
    explicit OperatorServer(server::Flags settings = {})
        : ApiServer([&] {
              settings.emplace("admin-api-key", operator_key);
              return settings;
          }())
    {}

    Answer as_operator(
        std::string method, std::string const& target, std::string const& body = {},
        http::Headers headers = {}
    )
    {
        return send(
            std::move(method), target, body, {.key = operator_key, .headers = std::move(headers)}
        );
    }
    Answer stats() { return as_operator("GET", "/v1/admin/stats"); }
    Answer list(std::string const& query = {})
    {
        return as_operator("GET", "/v1/admin/developers" + query);
    }
    Answer set_plan(std::string const& id, std::string const& plan, http::Headers headers = {})
    {
        return as_operator(
            "PATCH", path_of(id), R"({"plan":")" + plan + R"("})", std::move(headers)
        );
    }
    static std::string path_of(std::string const& id)
    {
        return "/v1/admin/developers/" + id + "/plan";
    }
    boost::json::array entries(std::string const& key)
    {
        return send("GET", "/v1/audit/entries", "", {.key = key}).json().at("entries").as_array();
    }
};

struct Call
{
    std::string method, target, body;
};
Call const calls[] = {
    {"GET", "/v1/admin/stats", ""},
    {"GET", "/v1/admin/developers", ""},
    {"PATCH", "/v1/admin/developers/dev_1/plan", R"({"plan":"pro"})"},
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(admin, OperatorServer)

BOOST_AUTO_TEST_CASE(without_a_key_in_the_settings_everything_is_off) // S-073
{
    ApiServer off;
    for (auto const& [method, target, body] : calls)
        for (auto const& key : {std::string{}, std::string{operator_key}, off.live_key}) {
            auto const answer = off.send(method, target, body, {.key = key});
            expect_error(answer, 503, "SERVICE_UNAVAILABLE");
            BOOST_TEST(answer.text("message").find("GRANTEXD_ADMIN_API_KEY") != std::string::npos);
        }
    BOOST_TEST(off.send("DELETE", "/v1/admin/stats", "", {}).status == 405);
}

BOOST_AUTO_TEST_CASE(only_the_very_key_opens) // S-073
{
    std::string const key = operator_key;
    auto const plan = rows_of(*this, "audit_entries");
    for (auto const& [method, target, body] : calls) {
        for (auto const& wrong :
             {std::string{}, key.substr(1), key.substr(0, key.size() - 1), key + "x",
              "X" + key.substr(1), std::string(600, 'a'), live_key, sandbox_key})
            expect_error(send(method, target, body, {.key = wrong}), 401, "UNAUTHORIZED");
        Options const basic{.key = "", .headers = {{"authorization", "Basic " + key}}};
        expect_error(send(method, target, body, basic), 401, "UNAUTHORIZED");
        Options const twice{.key = key, .headers = {{"authorization", "Bearer " + key}}};
        expect_error(send(method, target, body, twice), 400, "BAD_REQUEST");
    }
    BOOST_TEST(rows_of(*this, "audit_entries") == plan);
    BOOST_TEST(stats().status == 200);
    Options const lower{.key = "", .headers = {{"authorization", "bearer \t" + key}}};
    BOOST_TEST(send("GET", "/v1/admin/stats", "", lower).status == 200);
}

BOOST_AUTO_TEST_CASE(the_operator_key_is_no_key_of_a_developer_or_person) // S-136
{
    for (auto const* const target : {"/v1/me", "/v1/agents", "/v1/principal/grants"})
        expect_error(as_operator("GET", target), 401, "UNAUTHORIZED");
    BOOST_TEST(log_text.find(operator_key) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(the_counters_are_those_of_all_developers)
{
    // The fixture made one live and one sandbox developer.
    auto const first = stats();
    BOOST_TEST(first.status == 200);
    BOOST_TEST(
        first.body == R"({"totalDevelopers":2,"last24h":2,"last7d":2,"last30d":2,)"
                      R"("byMode":{"live":1,"sandbox":1},"totalAgents":0,"totalGrants":0})"
    );
    auto const id = agent();
    auto const doomed = agent(live_key);
    auto const granted = grant(id);
    BOOST_TEST(delegate(granted.text("grantToken"), id).status == 201);
    BOOST_TEST(remove("/v1/agents/" + doomed).status == 204);
    send("DELETE", "/v1/grants/" + granted.text("grantId"), "", {.key = sandbox_key});
    advance(std::chrono::hours{24});
    developer("live");
    advance(std::chrono::milliseconds{1});
    BOOST_TEST(
        stats().body == R"({"totalDevelopers":3,"last24h":1,"last7d":3,"last30d":3,)"
                        R"("byMode":{"live":2,"sandbox":1},"totalAgents":1,"totalGrants":2})"
    );
    advance(std::chrono::hours{24 * 7});
    BOOST_TEST(stats().json().at("last7d") == 0);
    BOOST_TEST(stats().json().at("last30d") == 3);
    advance(std::chrono::hours{24 * 30});
    BOOST_TEST(stats().json().at("last30d") == 0);
    BOOST_TEST(stats().json().at("totalDevelopers") == 3);
}

BOOST_AUTO_TEST_CASE(a_change_that_is_refused_is_not_counted)
{
    auto const before = stats().body;
    post("/v1/agents", "{}");
    remove("/v1/agents/ag_nobody");
    send("POST", "/v1/signup", R"({"name":" "})", {});
    BOOST_TEST(stats().body == before);
    BOOST_TEST(send("POST", "/v1/signup", R"({"name":"a"})", {}).status == 201);
    BOOST_TEST(stats().json().at("totalDevelopers") == 3);
}

BOOST_AUTO_TEST_CASE(a_mode_that_nobody_has_is_left_out)
{
    app.writer.execute("DELETE FROM totals_by_mode WHERE mode = 'sandbox'");
    BOOST_TEST(stats().json().at("byMode") == (boost::json::object{{"live", 1}}));
}

BOOST_AUTO_TEST_CASE(developers_are_listed_newest_first_and_without_their_keys)
{
    advance(std::chrono::seconds{1});
    auto const made =
        send("POST", "/v1/signup", R"({"name":"Nimbus","email":"ops@nimbus.example"})", {});
    auto const answer = list();
    BOOST_TEST(answer.status == 200);
    expect_members(answer, "developers total page pageSize");
    auto const document = answer.json();
    BOOST_TEST(document.at("total") == 3);
    BOOST_TEST(document.at("page") == 1);
    BOOST_TEST(document.at("pageSize") == 50);
    auto const& developers = document.at("developers").as_array();
    BOOST_REQUIRE_EQUAL(developers.size(), 3U);
    for (auto const& each : developers)
        expect_members(each.as_object(), "id name email mode plan createdAt");
    BOOST_TEST(developers[0].at("id").as_string() == made.text("developerId"));
    BOOST_TEST(developers[0].at("email") == "ops@nimbus.example");
    BOOST_TEST(developers[0].at("mode") == "live");
    BOOST_TEST(developers[0].at("plan") == "enterprise");
    BOOST_TEST(developers[0].at("createdAt") == "2026-03-02T09:00:01.000Z");
    BOOST_TEST(developers[1].at("id").as_string() == developer_id(*this, sandbox_key));
    BOOST_TEST(developers[2].at("id").as_string() == developer_id(*this, live_key));
    BOOST_TEST(developers[2].at("email").is_null());
    BOOST_TEST(answer.body.find("gx_") == std::string::npos);
    for (auto const& hash : app.reader.list<std::string>("SELECT key_hash FROM api_keys"))
        BOOST_TEST(answer.body.find(hash) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(pages_are_clamped_and_nonsense_falls_back)
{
    for (int i = 0; i < 100; ++i)
        developer("live");
    struct Row
    {
        std::string query;
        int page, size;
        std::size_t items;
    };
    Row const rows[] = {
        {"", 1, 50, 50},
        {"?page=2", 2, 50, 50},
        {"?page=3", 3, 50, 2},
        {"?page=4", 4, 50, 0},
        {"?pageSize=100", 1, 100, 100},
        {"?pageSize=101", 1, 100, 100},
        {"?page=2&pageSize=1000000000000000000000", 2, 100, 2},
        {"?pageSize=0", 1, 1, 1},
        {"?pageSize=-5", 1, 1, 1},
        {"?pageSize=abc&page=x", 1, 50, 50},
        {"?pageSize=&page=", 1, 50, 50},
        {"?pageSize=7&page=-1", 1, 7, 7},
        {"?page=0", 1, 50, 50},
        {"?page=1e9", 1, 50, 50},
        {"?page=99999999999999999999", 1'000'000'000, 50, 0},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.query)
        {
            auto const page = list(row.query).json();
            BOOST_TEST(page.at("page") == row.page);
            BOOST_TEST(page.at("pageSize") == row.size);
            BOOST_TEST(page.at("developers").as_array().size() == row.items);
            BOOST_TEST(page.at("total") == 102);
        }
    expect_error(list("?page=1&page=2"), 400, "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(a_plan_is_effective_on_the_next_request)
{
    OperatorServer limited{server::Flags{{"rate-profile", "reference"}, {"quota-agents", "1,2,0"}}};
    auto const key = limited.developer("live", "free");
    auto const id = developer_id(limited, key);
    Answer answer;
    auto const create = [&] {
        return limited.send("POST", "/v1/agents", R"({"name":"a"})", {.key = key}).status;
    };
    BOOST_TEST(create() == 201);
    BOOST_TEST(create() == 402);
    answer = limited.set_plan(id, "pro");
    BOOST_TEST(answer.status == 200);
    BOOST_TEST(answer.body == R"({"developerId":")" + id + R"(","plan":"pro"})");
    BOOST_TEST(create() == 201);
    BOOST_TEST(create() == 402);
    auto const me = limited.send("GET", "/v1/me", "", {.key = key});
    BOOST_TEST(me.text("plan") == "pro");
    BOOST_TEST(me.header("X-RateLimit-Limit") == "500");
    BOOST_TEST(limited.set_plan(id, "enterprise").status == 200);
    BOOST_TEST(create() == 201);
    BOOST_TEST(
        limited.send("GET", "/v1/me", "", {.key = key}).header("X-RateLimit-Limit") == "2000"
    );
}

BOOST_AUTO_TEST_CASE(a_smaller_plan_never_leaves_less_than_nothing)
{
    OperatorServer limited{server::Flags{
        {"rate-profile", "reference"}, {"rate-plan-pro", "5"}, {"rate-plan-free", "2"}}};
    auto const key = limited.developer("live", "pro");
    auto const call = [&] { return limited.send("GET", "/v1/me", "", {.key = key}); };
    auto const id = call().text("developerId");
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(call().status == 200);
    BOOST_TEST(limited.set_plan(id, "free").status == 200);
    auto const refused = call();
    BOOST_TEST(refused.status == 429);
    BOOST_TEST(refused.header("X-RateLimit-Limit") == "2");
    BOOST_TEST(refused.header("X-RateLimit-Remaining") == "0");
}

BOOST_AUTO_TEST_CASE(bad_plans_and_unknown_developers_change_nothing)
{
    auto const id = developer_id(*this, live_key);
    for (auto const* const body :
         {"", "{}", R"({"plan":null})", R"({"plan":""})", R"({"plan":"Pro"})", R"({"plan":"gold"})",
          R"({"plan":7})", R"({"plan":["pro"]})", "[]", "{", R"({"plans":"pro"})"})
        BOOST_TEST_CONTEXT(body)
        {
            expect_error(as_operator("PATCH", path_of(id), body), 400, "BAD_REQUEST");
            expect_error(as_operator("PATCH", path_of("dev_nobody"), body), 400, "BAD_REQUEST");
        }
    expect_error(
        set_plan("dev_nobody", "gold"), 400, "BAD_REQUEST", "plan must be free, pro or enterprise"
    );
    for (auto const& nobody : {std::string{"dev_nobody"}, agent(), std::string{"%00"}})
        expect_error(set_plan(nobody, "pro"), 404, "NOT_FOUND", "Developer not found");
    Options const form{.key = operator_key, .content_type = "text/plain"};
    expect_error(send("PATCH", path_of(id), R"({"plan":"pro"})", form), 415, "BAD_REQUEST");
    BOOST_TEST(get("/v1/me").text("plan") == "enterprise");
    BOOST_TEST(rows_of(*this, "audit_entries") == 0);
    // Other members of a developer are not the operator's to set here (S-071).
    BOOST_TEST(
        as_operator("PATCH", path_of(id), R"({"plan":"pro","mode":"sandbox","id":"dev_x"})")
            .status == 200
    );
    BOOST_TEST(get("/v1/me").text("mode") == "live");
}

BOOST_AUTO_TEST_CASE(the_developer_finds_the_change_in_its_own_chain) // S-081
{
    auto const key = developer("live", "free");
    auto const id = developer_id(*this, key);
    set_plan(id, "pro");
    advance(std::chrono::seconds{1});
    set_plan(id, "pro");
    BOOST_TEST(entries(live_key).empty());
    auto const chain = entries(key);
    BOOST_REQUIRE_EQUAL(chain.size(), 2U);
    auto const& entry = chain[0].as_object();
    BOOST_TEST(entry.at("action") == "admin.plan.changed");
    BOOST_TEST(entry.at("status") == "success");
    for (auto const* const name : {"agentId", "agentDid", "grantId", "principalId"})
        BOOST_TEST(entry.at(name) == "", name);
    BOOST_TEST(
        entry.at("metadata") ==
        (boost::json::object{{"plan", "pro"}, {"previousPlan", "free"}, {"source", "server"}})
    );
    BOOST_TEST(chain[1].at("metadata").at("previousPlan") == "pro");
    BOOST_TEST(chain[1].at("prevHash") == entry.at("hash"));
    auto const timestamp = std::string{entry.at("timestamp").as_string()};
    auto const entry_id = std::string{entry.at("entryId").as_string()};
    BOOST_TEST(
        entry.at("hash").as_string() ==
        rules::audit_hash(
            {.id = entry_id,
             .agent_id = "",
             .agent_did = "",
             .grant_id = "",
             .principal_id = "",
             .developer_id = id,
             .action = "admin.plan.changed",
             .metadata_text = R"({"plan":"pro","previousPlan":"free","source":"server"})",
             .timestamp = timestamp,
             .prev_hash = {},
             .status = "success"}
        )
    );
}

BOOST_AUTO_TEST_CASE(the_entry_does_not_count_against_the_audit_quota)
{
    OperatorServer small{server::Flags{{"quota-audit", "1,1,1"}}};
    auto const id = developer_id(small, small.live_key);
    for (auto const* const plan : {"free", "pro", "enterprise"})
        BOOST_TEST(small.set_plan(id, plan).status == 200);
    auto const log = [&] {
        return small
            .post(
                "/v1/audit/log", R"({"agentId":"a","grantId":"g","principalId":"p","action":"x"})"
            )
            .status;
    };
    BOOST_TEST(log() == 201);
    BOOST_TEST(log() == 402);
    BOOST_TEST(small.set_plan(id, "free").status == 200);
}

BOOST_AUTO_TEST_CASE(wrong_keys_count_in_the_bucket_of_their_address)
{
    OperatorServer wide{server::Flags{{"rate-profile", "appliance"}}};
    for (int i = 0; i < 19; ++i)
        BOOST_TEST(
            wide.send("GET", "/v1/admin/stats", "", {.key = "a-wrong-operator-key"}).status == 401
        );
    auto const last = wide.stats();
    BOOST_TEST(last.status == 200);
    BOOST_TEST(last.header("X-RateLimit-Limit") == "20");
    BOOST_TEST(last.header("X-RateLimit-Remaining") == "0");
    // All three share the bucket, and the right key does not help.
    for (auto const& [method, target, body] : calls)
        expect_error(wide.as_operator(method, target, body), 429, "RATE_LIMIT_EXCEEDED");
    BOOST_TEST(wide.get("/v1/me").status == 200);
    wide.advance(std::chrono::minutes{1});
    BOOST_TEST(wide.stats().status == 200);
}

BOOST_AUTO_TEST_CASE(the_log_names_the_operator_and_not_its_key)
{
    stats();
    BOOST_TEST(log_text.find("operator") != std::string::npos);
    BOOST_TEST(log_text.find(operator_key) == std::string::npos);
}

BOOST_AUTO_TEST_SUITE_END()
