// Agents: registering, listing, changing and deleting them, and what that does to their grants.
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

constexpr std::string_view agent_members =
    "agentId id did developerId name description scopes allowedRedirectUris status createdAt "
    "updatedAt";

} // namespace

BOOST_FIXTURE_TEST_SUITE(agents, ApiServer)

BOOST_AUTO_TEST_CASE(a_registered_agent_has_every_member_of_the_contract)
{
    auto const made = post(
        "/v1/agents",
        R"({"name":"  Trip Planner ","description":"Finds trips","scopes":["calendar:read","x"],)"
        R"("allowedRedirectUris":["https://app.example/cb"]})"
    );
    BOOST_REQUIRE_EQUAL(made.status, 201);
    expect_members(made, agent_members);
    auto const id = made.text("agentId");
    BOOST_TEST(is_id(id, "ag"));
    BOOST_TEST(made.text("id") == id);
    BOOST_TEST(made.text("did") == "did:grantex:" + id);
    BOOST_TEST(made.text("developerId") == developer_id(*this, live_key));
    BOOST_TEST(made.text("name") == "Trip Planner");
    BOOST_TEST(made.text("description") == "Finds trips");
    BOOST_TEST(made.json().at("scopes") == boost::json::value({"calendar:read", "x"}));
    BOOST_TEST(
        made.json().at("allowedRedirectUris") ==
        boost::json::value(boost::json::array{"https://app.example/cb"})
    );
    BOOST_TEST(made.text("status") == "active");
    BOOST_TEST(made.text("createdAt") == "2026-03-02T09:00:00.000Z");
    BOOST_TEST(made.text("updatedAt") == "2026-03-02T09:00:00.000Z");
    BOOST_TEST(get("/v1/agents/" + id).body == made.body);
}

BOOST_AUTO_TEST_CASE(only_the_name_of_an_agent_is_required)
{
    for (auto const* const body :
         {R"({"name":"Same name"})",
          R"({"name":"Same name","description":null,"scopes":null,"allowedRedirectUris":null})"})
    {
        auto const made = post("/v1/agents", body);
        BOOST_REQUIRE_EQUAL(made.status, 201);
        BOOST_TEST(made.text("description").empty());
        BOOST_TEST(made.json().at("description").is_string());
        BOOST_TEST(made.json().at("scopes").as_array().empty());
        BOOST_TEST(made.json().at("allowedRedirectUris").as_array().empty());
    }
}

BOOST_AUTO_TEST_CASE(bad_agents_are_refused_and_name_the_member)
{
    struct Row
    {
        std::string body, names;
    };
    auto const many = [](std::size_t count, std::string const& item) {
        std::string list = "[" + item;
        for (std::size_t i = 1; i < count; ++i)
            list += "," + item;
        return list + "]";
    };
    auto const a = [](std::size_t length) { return "\"" + std::string(length, 'a') + "\""; };
    Row const rows[] = {
        {"{}", "name"},
        {R"({"name":null})", "name"},
        {R"({"name":""})", "name"},
        {R"({"name":" \t "})", "name"},
        {R"({"name":7})", "name"},
        {R"({"name":)" + a(201) + "}", "name"},
        {R"({"name":"a\u0007b"})", "name"},
        {R"({"name":"a","description":1})", "description"},
        {R"({"name":"a","description":)" + a(2001) + "}", "description"},
        {R"({"name":"a","scopes":"read"})", "scopes"},
        {R"({"name":"a","scopes":["read",1]})", "scopes[1]"},
        {R"({"name":"a","scopes":[""]})", "scopes[0]"},
        {R"({"name":"a","scopes":["a b"]})", "scopes[0]"},
        {R"({"name":"a","scopes":[)" + a(257) + "]}", "scopes[0]"},
        {R"({"name":"a","scopes":)" + many(101, "\"x\"") + "}", "scopes"},
        {R"({"name":"a","allowedRedirectUris":{}})", "allowedRedirectUris"},
        {R"({"name":"a","allowedRedirectUris":["https://a.example/","javascript:1"]})",
         "allowedRedirectUris[1]"},
        {R"({"name":"a","allowedRedirectUris":["https://a.example/#x"]})",
         "allowedRedirectUris[0]"},
        {R"({"name":"a","allowedRedirectUris":["http://a.example/"]})", "allowedRedirectUris[0]"},
        {R"({"name":"a","allowedRedirectUris":)" + many(51, "\"https://a.example/\"") + "}",
         "allowedRedirectUris"},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.body.substr(0, 80))
        {
            auto const answer = post("/v1/agents", row.body);
            expect_error(answer, 400, "BAD_REQUEST");
            BOOST_TEST(answer.text("message").starts_with(row.names));
        }
    BOOST_TEST(rows_of(*this, "agents") == 0);
}

BOOST_AUTO_TEST_CASE(the_longest_texts_are_counted_in_characters)
{
    std::string name, description;
    for (int i = 0; i < 200; ++i)
        name += "\xC3\xA9";
    for (int i = 0; i < 2000; ++i)
        description += "\xF0\x9F\x98\x80";
    auto const made =
        post("/v1/agents", R"({"name":")" + name + R"(","description":")" + description + R"("})");
    BOOST_REQUIRE_EQUAL(made.status, 201);
    BOOST_TEST(made.text("name") == name);
    BOOST_TEST(made.text("description") == description);
}

BOOST_AUTO_TEST_CASE(agents_are_listed_newest_first_in_pages)
{
    std::vector<std::string> ids;
    for (int i = 0; i < 5; ++i)
        ids.push_back(agent(live_key));
    remove("/v1/agents/" + ids[1]);

    auto const all = get("/v1/agents");
    BOOST_TEST(all.status == 200);
    expect_members(all, "agents total page pageSize");
    BOOST_TEST(all.json().at("total").as_int64() == 4);
    BOOST_TEST(all.json().at("page").as_int64() == 1);
    BOOST_TEST(all.json().at("pageSize").as_int64() == 1000);
    std::vector<std::string> found;
    auto const json = all.json();
    for (auto const& item : json.at("agents").as_array()) {
        expect_members(item.as_object(), agent_members);
        found.emplace_back(item.at("id").as_string());
    }
    std::vector<std::string> const expected{ids[4], ids[3], ids[2], ids[0]};
    BOOST_TEST(found == expected, boost::test_tools::per_element());

    auto const second = get("/v1/agents?page=2&pageSize=3");
    BOOST_TEST(second.json().at("agents").as_array().size() == 1U);
    BOOST_TEST(second.json().at("agents").at(0).at("id").as_string() == ids[0]);
    BOOST_TEST(second.json().at("total").as_int64() == 4);
    BOOST_TEST(send("GET", "/v1/agents", "", {.key = sandbox_key}).json().at("total") == 0);
}

BOOST_AUTO_TEST_CASE(bad_paging_falls_back_and_large_sizes_are_clamped)
{
    agent(live_key);
    struct Row
    {
        char const* query;
        std::int64_t page, size;
    };
    constexpr Row rows[] = {
        {"", 1, 1000},
        {"?page=0", 1, 1000},
        {"?page=-3", 1, 1000},
        {"?page=x&pageSize=y", 1, 1000},
        {"?page=1.5", 1, 1000},
        {"?page=&pageSize=", 1, 1000},
        {"?pageSize=0", 1, 1000},
        {"?pageSize=-1", 1, 1000},
        {"?pageSize=1001", 1, 1000},
        {"?pageSize=99999999999999999999999", 1, 1000},
        {"?pageSize=7", 1, 7},
        {"?page=3&pageSize=1000", 3, 1000},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.query)
        {
            auto const list = get(std::string{"/v1/agents"} + row.query);
            BOOST_TEST(list.status == 200);
            BOOST_TEST(list.json().at("page").as_int64() == row.page);
            BOOST_TEST(list.json().at("pageSize").as_int64() == row.size);
            BOOST_TEST(list.json().at("agents").as_array().size() == (row.page == 1 ? 1U : 0U));
        }
    BOOST_TEST(get("/v1/agents?page=99999999999999999999").status == 200);
    expect_error(get("/v1/agents?page=1&page=2"), 400, "BAD_REQUEST");
    expect_error(get("/v1/agents?pageSize=1&pag%65Size=1"), 400, "BAD_REQUEST");
}

BOOST_AUTO_TEST_CASE(an_update_changes_only_what_is_sent)
{
    auto const id = agent(live_key);
    advance(std::chrono::milliseconds{1500});
    for (auto const* const method : {"PATCH", "POST"}) {
        auto const changed = send(method, "/v1/agents/" + id, R"({"name":" New ","x":1})");
        BOOST_TEST(changed.status == 200);
        expect_members(changed, agent_members);
        BOOST_TEST(changed.text("name") == "New");
        BOOST_TEST(changed.json().at("scopes").as_array().size() == 1U);
        BOOST_TEST(changed.text("createdAt") == "2026-03-02T09:00:00.000Z");
        BOOST_TEST(changed.text("updatedAt") == "2026-03-02T09:00:01.500Z");
        BOOST_TEST(get("/v1/agents/" + id).body == changed.body);
    }
    auto const cleared =
        patch("/v1/agents/" + id, R"({"scopes":[],"description":"d","status":"suspended"})");
    BOOST_TEST(cleared.json().at("scopes").as_array().empty());
    BOOST_TEST(cleared.text("description") == "d");
    BOOST_TEST(cleared.text("status") == "suspended");
    BOOST_TEST(cleared.text("name") == "New");
    auto const uris =
        patch("/v1/agents/" + id, R"({"allowedRedirectUris":["https://a.example/"]})");
    BOOST_TEST(uris.json().at("allowedRedirectUris").as_array().size() == 1U);
    BOOST_TEST(uris.text("status") == "suspended");
}

BOOST_AUTO_TEST_CASE(bad_updates_are_refused_before_the_agent_is_looked_for)
{
    auto const id = agent(live_key);
    auto const before = get("/v1/agents/" + id).body;
    for (auto const& target : {"/v1/agents/" + id, std::string{"/v1/agents/ag_unknown"}})
        for (auto const* const method : {"PATCH", "POST"})
            for (auto const* const body :
                 {"", "{}", R"({"unknown":1})", R"({"name":null})", R"({"name":" "})",
                  R"({"name":1})", R"({"status":"deleted"})", R"({"status":true})",
                  R"({"scopes":[1]})", R"({"allowedRedirectUris":["x"]})"})
                BOOST_TEST_CONTEXT(method << " " << target << " " << body)
    expect_error(send(method, target, body), 400, "BAD_REQUEST");
    BOOST_TEST(get("/v1/agents/" + id).body == before);
}

BOOST_AUTO_TEST_CASE(a_deleted_agent_is_gone_and_its_grants_are_revoked)
{
    auto const root_agent = agent();
    auto const sub_agent = agent();
    auto const root = grant(root_agent);
    auto const child = delegate(root.text("grantToken"), sub_agent);
    auto const grandchild = delegate(child.text("grantToken"), root_agent);
    auto const other = grant(sub_agent);
    auto const open_code = code(root_agent);
    Options const sandbox{.key = sandbox_key};
    BOOST_REQUIRE_EQUAL(grandchild.status, 201);
    auto const before = events_of(*this, sandbox_key).size();

    auto const gone = send("DELETE", "/v1/agents/" + root_agent, "", sandbox);
    BOOST_TEST(gone.status == 204);
    BOOST_TEST(gone.body.empty());
    BOOST_TEST(gone.header("Content-Type").empty());

    auto const target = "/v1/agents/" + root_agent;
    expect_error(send("GET", target, "", sandbox), 404, "NOT_FOUND", "Agent not found");
    expect_error(send("DELETE", target, "", sandbox), 404, "NOT_FOUND");
    expect_error(send("PATCH", target, R"({"name":"x"})", sandbox), 404, "NOT_FOUND");
    expect_error(
        send("POST", "/v1/token", code_body(open_code, root_agent), sandbox), 400, "BAD_REQUEST",
        "Invalid code"
    );
    expect_error(
        send("POST", "/v1/token/refresh", refresh_body(root, root_agent), sandbox), 400,
        "BAD_REQUEST", "Invalid refresh token"
    );
    for (auto const* const dead : {&root, &child, &grandchild}) {
        auto const shown = send("GET", "/v1/grants/" + dead->text("grantId"), "", sandbox);
        BOOST_TEST(shown.text("status") == "revoked");
        BOOST_TEST(
            send("POST", "/v1/tokens/verify", token_body(dead->text("grantToken")), sandbox).body ==
            R"({"valid":false})"
        );
    }
    auto const kept = send("GET", "/v1/grants/" + other.text("grantId"), "", sandbox);
    BOOST_TEST(kept.text("status") == "active");

    auto const events = events_of(*this, sandbox_key);
    BOOST_REQUIRE_EQUAL(events.size(), before + 3);
    for (auto event = events.begin() + static_cast<long>(before); event != events.end(); ++event) {
        BOOST_TEST(event->type == "grant.revoked");
        BOOST_TEST(event_data(*event).at("revokedBy") == "system");
        BOOST_TEST(event_data(*event).at("reason") == "agent_deleted");
    }
}

BOOST_AUTO_TEST_CASE(a_suspended_agent_can_do_nothing_until_it_is_active_again)
{
    auto const id = agent();
    auto const granted = grant(id);
    auto const open_code = code(id);
    Options const sandbox{.key = sandbox_key};
    auto const set_status = [&](std::string const& status) {
        auto const body = R"({"status":")" + status + R"("})";
        BOOST_REQUIRE_EQUAL(send("PATCH", "/v1/agents/" + id, body, sandbox).status, 200);
    };
    auto const verified = [&] {
        auto const body = token_body(granted.text("grantToken"));
        return send("POST", "/v1/tokens/verify", body, sandbox).json().at("valid").as_bool();
    };
    set_status("suspended");
    BOOST_TEST(!verified());
    BOOST_TEST(
        send("POST", "/v1/grants/verify", token_body(granted.text("grantToken")), sandbox).body ==
        R"({"active":false,"reason":"agent_inactive"})"
    );
    auto const asked = R"({"agentId":")" + id + R"(","principalId":"u","scopes":["a"]})";
    expect_error(send("POST", "/v1/authorize", asked, sandbox), 404, "NOT_FOUND");
    expect_error(
        send("POST", "/v1/token", code_body(open_code, id), sandbox), 400, "BAD_REQUEST",
        "Invalid code"
    );
    expect_error(
        send("POST", "/v1/token/refresh", refresh_body(granted, id), sandbox), 400, "BAD_REQUEST",
        "Invalid refresh token"
    );
    expect_error(
        delegate(granted.text("grantToken"), agent()), 400, "BAD_REQUEST",
        "Parent grant has been revoked"
    );
    BOOST_TEST(
        send("GET", "/v1/grants/" + granted.text("grantId"), "", sandbox).text("status") == "active"
    );
    // As a sub-agent it is as good as unknown.
    expect_error(
        delegate(grant(agent()).text("grantToken"), id), 404, "NOT_FOUND", "Sub-agent not found"
    );

    set_status("active");
    BOOST_TEST(verified());
    BOOST_TEST(send("POST", "/v1/token", code_body(open_code, id), sandbox).status == 201);
    BOOST_TEST(send("POST", "/v1/token/refresh", refresh_body(granted, id), sandbox).status == 201);
}

BOOST_AUTO_TEST_CASE(the_agent_quota_of_the_plan_counts_what_is_not_deleted)
{
    ApiServer small{server::Flags{{"quota-agents", "2,3,0"}}};
    auto const free_key = small.developer("live", "free");
    auto const first = small.agent(free_key);
    small.agent(free_key);
    auto const make = [&](std::string const& key) {
        return small.send("POST", "/v1/agents", R"({"name":"a"})", {.key = key});
    };
    expect_error(
        make(free_key), 402, "PLAN_LIMIT_EXCEEDED", "Agent quota of the free plan (2) is used up"
    );
    // Fields are checked before the quota.
    auto const bad = small.send("POST", "/v1/agents", "{}", {.key = free_key});
    expect_error(bad, 400, "BAD_REQUEST");
    small.send("DELETE", "/v1/agents/" + first, "", {.key = free_key});
    BOOST_TEST(make(free_key).status == 201);

    auto const pro_key = small.developer("live", "pro");
    for (int i = 0; i < 3; ++i)
        BOOST_TEST(make(pro_key).status == 201);
    expect_error(make(pro_key), 402, "PLAN_LIMIT_EXCEEDED");
    for (int i = 0; i < 5; ++i) // the live developer of the fixture is on enterprise: no quota
        BOOST_TEST(make(small.live_key).status == 201);
}

BOOST_AUTO_TEST_SUITE_END()
