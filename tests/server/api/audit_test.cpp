// The audit log: the chain, what is derived, reading it in pages and by filter.
#include "tests/server/api/expect.hpp"

#include "crypto/hash.hpp"

#include <SQLiteCpp/Exception.h>

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

std::string entry_body(std::string const& extra = {})
{
    return R"({"agentId":"ag_1","agentDid":"did:grantex:ag_1","grantId":"g_1","principalId":"p_1",)"
           R"("action":"calendar.read")" +
           (extra.empty() ? "" : "," + extra) + "}";
}

// core-notes section 2, written down here once more without the server's code.
std::string hashed_text(Answer const& entry, std::string const& metadata)
{
    std::string text = "{\"id\":" + json_text(entry.text("entryId"));
    for (auto const* const name :
         {"agentId", "agentDid", "grantId", "principalId", "developerId", "action"})
        text += std::string{",\""} + name + "\":" + json_text(entry.text(name));
    text += ",\"metadata\":" + metadata + ",\"timestamp\":" + json_text(entry.text("timestamp"));
    auto const previous = entry.text("prevHash");
    text += ",\"prevHash\":" + (previous.empty() ? std::string{"null"} : json_text(previous));
    return text + ",\"status\":" + json_text(entry.text("status")) + "}";
}

std::string log_entry(ApiServer& server, std::string const& extra = {})
{
    auto const logged = server.post("/v1/audit/log", entry_body(extra));
    BOOST_REQUIRE_EQUAL(logged.status, 201);
    return logged.text("entryId");
}

std::vector<std::string> ids_in(Answer const& list)
{
    std::vector<std::string> ids;
    auto const json = list.json();
    for (auto const& entry : json.at("entries").as_array())
        ids.emplace_back(entry.at("entryId").as_string());
    return ids;
}

constexpr std::string_view entry_members =
    "entryId agentId agentDid grantId principalId developerId action metadata hash prevHash "
    "timestamp status";

} // namespace

BOOST_FIXTURE_TEST_SUITE(audit, ApiServer)

BOOST_AUTO_TEST_CASE(entries_form_a_chain_that_anyone_can_recompute)
{
    auto const first = post("/v1/audit/log", entry_body());
    BOOST_REQUIRE_EQUAL(first.status, 201);
    expect_members(first, entry_members);
    BOOST_TEST(is_id(first.text("entryId"), "alog"));
    BOOST_TEST(first.json().at("prevHash").is_null());
    BOOST_TEST(first.text("status") == "success");
    BOOST_TEST(first.text("timestamp") == "2026-03-02T09:00:00.000Z");
    BOOST_TEST(first.text("developerId") == developer_id(*this, live_key));
    BOOST_TEST(first.json().at("metadata").as_object().empty());
    BOOST_TEST(first.text("hash") == crypto::hex(crypto::sha256(hashed_text(first, "{}"))));

    advance(std::chrono::milliseconds{1250});
    auto const second = post(
        "/v1/audit/log",
        entry_body(R"("status":"blocked","metadata":{"payee":"Café Ω \"North\"","amount":420.50,)"
                   R"("tags":["b","a"],"nested":{"z":null,"a":true},"big":1e21,"none":-0.0})")
    );
    BOOST_TEST(second.text("prevHash") == first.text("hash"));
    auto const metadata = R"({"amount":420.5,"big":1e+21,"nested":{"a":true,"z":null},"none":0,)"
                          R"("payee":"Café Ω \"North\"","tags":["b","a"]})";
    BOOST_TEST(second.body.find(metadata) != std::string::npos);
    BOOST_TEST(second.text("hash") == crypto::hex(crypto::sha256(hashed_text(second, metadata))));

    auto const one = get("/v1/audit/" + second.text("entryId"));
    BOOST_TEST(one.status == 200);
    BOOST_TEST(one.body == second.body);
    // Every developer has a chain of their own, and entries of the same content differ by id.
    auto const other = send("POST", "/v1/audit/log", entry_body(), {.key = sandbox_key});
    BOOST_TEST(other.json().at("prevHash").is_null());
}

BOOST_AUTO_TEST_CASE(missing_parties_are_derived_when_they_can_be)
{
    auto const id = agent();
    auto const granted = grant(id, R"("principalId":"user_9")");
    Options const sandbox{.key = sandbox_key};
    auto const log = [&](std::string const& agent_text, std::string const& more) {
        return send(
            "POST", "/v1/audit/log",
            R"({"agentId":")" + agent_text + R"(","grantId":")" + granted.text("grantId") +
                R"(","action":"a.b")" + more + "}",
            sandbox
        );
    };
    auto const bare = log(id, "");
    BOOST_REQUIRE_EQUAL(bare.status, 201);
    BOOST_TEST(bare.text("agentId") == id);
    BOOST_TEST(bare.text("agentDid") == "did:grantex:" + id);
    BOOST_TEST(bare.text("principalId") == "user_9");
    auto const by_did = log("did:grantex:" + id, "");
    BOOST_TEST(by_did.text("agentId") == id);
    BOOST_TEST(by_did.text("agentDid") == "did:grantex:" + id);
    auto const given = log("x", R"(,"agentDid":"did:other:1","principalId":"someone")");
    BOOST_TEST(given.text("agentId") == "x");
    BOOST_TEST(given.text("agentDid") == "did:other:1");
    BOOST_TEST(given.text("principalId") == "someone");
    // Another developer's grant tells nothing about its person.
    expect_error(
        post(
            "/v1/audit/log",
            R"({"agentId":"x","grantId":")" + granted.text("grantId") + R"(","action":"a"})"
        ),
        400, "BAD_REQUEST"
    );
}

BOOST_AUTO_TEST_CASE(bad_entries_are_refused_and_name_the_member)
{
    auto const a = [](std::size_t length) { return "\"" + std::string(length, 'a') + "\""; };
    std::pair<std::string, std::string> const rows[] = {
        {R"("agentId":null)", "agentId"},
        {R"("agentId":"")", "agentId"},
        {R"("agentId":)" + a(257), "agentId"},
        {R"("agentDid":"")", "agentDid"},
        {R"("agentDid":)" + a(513), "agentDid"},
        {R"("grantId":null)", "grantId"},
        {R"("grantId":4)", "grantId"},
        {R"("principalId":"")", "principalId"},
        {R"("principalId":null)", "principalId"}, // g_1 is no grant to take it from
        {R"("action":null)", "action"},
        {R"("action":"")", "action"},
        {R"("action":)" + a(257), "action"},
        {R"("action":"a\nb")", "action"},
        {R"("status":"ok")", "status"},
        {R"("status":"")", "status"},
        {R"("status":1)", "status"},
        {R"("metadata":[])", "metadata"},
        {R"("metadata":"x")", "metadata"},
    };
    for (auto const& [extra, names] : rows)
        BOOST_TEST_CONTEXT(extra.substr(0, 60))
        {
            auto const answer = post("/v1/audit/log", entry_body(extra));
            expect_error(answer, 400, "BAD_REQUEST");
            BOOST_TEST(answer.text("message").starts_with(names));
        }
    expect_error(post("/v1/audit/log"), 400, "BAD_REQUEST");
    BOOST_TEST(rows_of(*this, "audit_entries") == 0);
    for (auto const* const status : {"success", "failure", "blocked"})
        log_entry(*this, R"("status":")" + std::string{status} + R"(","metadata":null)");
}

BOOST_AUTO_TEST_CASE(S_079_the_chain_never_runs_backwards_when_the_clock_does)
{
    log_entry(*this);
    advance(std::chrono::hours{-1});
    log_entry(*this);
    advance(std::chrono::minutes{61});
    log_entry(*this);
    auto const entries = get("/v1/audit/entries").json().at("entries").as_array();
    BOOST_REQUIRE_EQUAL(entries.size(), 3U);
    BOOST_TEST(entries[1].at("timestamp") == entries[0].at("timestamp"));
    BOOST_TEST(entries[2].at("timestamp") == "2026-03-02T09:01:00.000Z");
    for (std::size_t i = 1; i < entries.size(); ++i) {
        BOOST_TEST(entries[i].at("prevHash") == entries[i - 1].at("hash"));
        BOOST_TEST((entries[i].at("entryId").as_string() > entries[i - 1].at("entryId").as_string())
        );
    }
}

BOOST_AUTO_TEST_CASE(entries_are_filtered_by_every_member_together)
{
    std::vector<std::string> ids;
    for (auto const* const extra :
         {R"("agentId":"A")", R"("grantId":"G")", R"("principalId":"P")", R"("action":"x y+z")",
          R"("status":"failure")", R"("agentId":"A","status":"blocked")"})
    {
        ids.push_back(log_entry(*this, extra));
        advance(std::chrono::minutes{1});
    }
    struct Row
    {
        std::string query;
        std::vector<std::size_t> found;
    };
    Row const rows[] = {
        {"", {0, 1, 2, 3, 4, 5}},
        {"?agentId=A", {0, 5}},
        {"?agentId=A&status=blocked", {5}},
        {"?grantId=G", {1}},
        {"?principalId=P", {2}},
        {"?action=x%20y%2Bz", {3}},
        {"?action=x+y%2Bz", {3}},
        {"?action=x", {}},
        {"?status=failure", {4}},
        {"?status=nonsense", {}},
        {"?agentId=", {}},
        {"?since=2026-03-02T09:03:00Z", {3, 4, 5}},
        {"?since=2026-03-02T09:03:00.001Z", {4, 5}},
        {"?until=2026-03-02T09:01:00.000Z", {0, 1}},
        {"?since=2026-03-02T09:01:00Z&until=2026-03-02T09:02:00Z", {1, 2}},
        {"?since=2026-03-02T11:01:00%2B02:00", {1, 2, 3, 4, 5}},
        {"?until=2026-03-02t04:00:59-05:00", {0}},
        {"?since=2026-03-02", {0, 1, 2, 3, 4, 5}},
        {"?until=2026-03-02", {}},
        {"?since=2026-03-03", {}},
        {"?since=2026-03-02T09:03:00Z&agentId=A", {5}},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.query)
        {
            auto const list = get("/v1/audit/entries" + row.query);
            BOOST_REQUIRE_EQUAL(list.status, 200);
            expect_members(list, "entries total page pageSize");
            std::vector<std::string> expected;
            for (auto const index : row.found)
                expected.push_back(ids[index]);
            BOOST_TEST(ids_in(list) == expected, boost::test_tools::per_element());
            BOOST_TEST(list.json().at("total").as_int64() == std::ssize(expected));
        }
}

BOOST_AUTO_TEST_CASE(times_that_cannot_be_read_and_repeated_parameters_are_refused)
{
    for (auto const* const name : {"since", "until"}) {
        for (auto const* const text :
             {"", "yesterday", "1772442000", "2026-13-01", "2026-02-30", "2026-03-02T09:00:00",
              "2026-03-02T25:00:00Z", "2026-03-02T09:00Z", "2026-03-02T09:00:00.Z", "%00"})
            BOOST_TEST_CONTEXT(name << "=" << text)
            {
                auto const refused = get(std::string{"/v1/audit/entries?"} + name + "=" + text);
                expect_error(refused, 400, "BAD_REQUEST");
                BOOST_TEST(refused.text("message").starts_with(std::string{name} + " is not"));
            }
    }
    for (auto const* const name :
         {"agentId", "grantId", "principalId", "action", "status", "since", "until", "page",
          "pageSize"})
    {
        auto const pair = std::string{name} + "=2026-03-02";
        expect_error(get("/v1/audit/entries?" + pair + "&" + pair), 400, "BAD_REQUEST");
    }
}

BOOST_AUTO_TEST_CASE(without_a_page_the_newest_entries_come_oldest_first)
{
    std::vector<std::string> ids;
    for (int i = 0; i < 7; ++i)
        ids.push_back(log_entry(*this, i % 2 == 0 ? R"("status":"failure")" : ""));
    auto const slice = [&](std::initializer_list<std::size_t> indexes) {
        std::vector<std::string> part;
        for (auto const index : indexes)
            part.push_back(ids[index]);
        return part;
    };
    auto const expect_ids = [&](std::string const& query, std::vector<std::string> const& wanted) {
        BOOST_TEST_CONTEXT(query)
        BOOST_TEST(
            ids_in(get("/v1/audit/entries" + query)) == wanted, boost::test_tools::per_element()
        );
    };
    expect_ids("", ids);
    expect_ids("?pageSize=3", slice({4, 5, 6}));
    expect_ids("?pageSize=3&page=1", slice({0, 1, 2}));
    expect_ids("?pageSize=3&page=2", slice({3, 4, 5}));
    expect_ids("?pageSize=3&page=3", slice({6}));
    expect_ids("?pageSize=3&page=4", {});
    expect_ids("?pageSize=2&status=failure", slice({4, 6}));
    expect_ids("?pageSize=2&status=failure&page=1", slice({0, 2}));
    auto const list = get("/v1/audit/entries?pageSize=99999").json();
    BOOST_TEST(list.at("pageSize").as_int64() == 10'000);
    BOOST_TEST(list.at("page").as_int64() == 1);
    BOOST_TEST(list.at("total").as_int64() == 7);
}

BOOST_AUTO_TEST_CASE(entries_are_found_by_id_and_never_changed)
{
    auto const id = log_entry(*this);
    for (auto const* const method : {"PUT", "PATCH", "DELETE", "POST"}) {
        auto const refused = send(method, "/v1/audit/" + id, "{}");
        expect_error(refused, 405, "METHOD_NOT_ALLOWED");
        BOOST_TEST(refused.header("Allow") == "GET, HEAD");
    }
    expect_error(get("/v1/audit/alog_x"), 404, "NOT_FOUND", "Audit entry not found");
    expect_error(send("GET", "/v1/audit/" + id, "", {.key = sandbox_key}), 404, "NOT_FOUND");
    for (auto const* const sql :
         {"UPDATE audit_entries SET action = 'x'", "DELETE FROM audit_entries",
          "DELETE FROM developers"})
        BOOST_CHECK_THROW(app.writer.execute(sql), SQLite::Exception);
    BOOST_TEST(get("/v1/audit/" + id).text("action") == "calendar.read");
}

BOOST_AUTO_TEST_CASE(the_audit_quota_does_not_count_the_servers_own_entries)
{
    ApiServer small{server::Flags{{"quota-audit", "2,0,0"}}};
    small.sandbox_key = small.developer("sandbox", "free");
    Options const options{.key = small.sandbox_key};
    auto const id = small.agent();
    auto const first = small.grant(id);
    auto const refresh = [&] {
        return small.send("POST", "/v1/token/refresh", refresh_body(first, id), options);
    };
    auto const log = [&] { return small.send("POST", "/v1/audit/log", entry_body(), options); };
    BOOST_TEST(log().status == 201);
    refresh();
    small.advance(std::chrono::minutes{3});
    refresh(); // reuse: the server appends an entry
    BOOST_TEST(log().status == 201);
    expect_error(log(), 402, "PLAN_LIMIT_EXCEEDED", "Audit quota of the free plan (2) is used up");
    auto const list = small.send("GET", "/v1/audit/entries", "", options).json();
    BOOST_TEST(list.at("total").as_int64() == 3);
    auto const& entries = list.at("entries").as_array();
    BOOST_TEST(entries[1].at("prevHash") == entries[0].at("hash"));
    BOOST_TEST(entries[2].at("prevHash") == entries[1].at("hash"));
}

BOOST_AUTO_TEST_SUITE_END()
