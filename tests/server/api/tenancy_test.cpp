// What belongs to another developer does not exist: every operation that takes an id answers for a
// foreign one exactly as for one that exists nowhere.
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

struct TwoTenants : ApiServer
{
    TwoTenants()
        : stranger(developer("sandbox")), id(agent()), granted(grant(id)), spare_code(code(id))
    {
        auto const logged = send(
            "POST", "/v1/audit/log",
            R"({"agentId":"a","grantId":"g","principalId":"p","action":"x"})", {.key = sandbox_key}
        );
        entry = logged.text("entryId");
        jti = std::string{token_claims(granted.text("grantToken")).at("jti").as_string()};
        request = app.reader.list<std::string>("SELECT id FROM auth_requests").back();
        app.writer.execute(
            "UPDATE auth_requests SET status = 'pending' WHERE id = '" + request + "'"
        );
        strangers_agent = agent(stranger);
    }

    std::string stranger, id;
    Answer granted;
    std::string spare_code, entry, jti, request, strangers_agent;
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(tenancy, TwoTenants)

BOOST_AUTO_TEST_CASE(S_074_foreign_ids_answer_like_ids_that_exist_nowhere)
{
    struct Row
    {
        std::string method, target, body; // "@" stands for the id
        std::string foreign, random;
    };
    auto const grant_id = granted.text("grantId");
    auto const refresh = granted.text("refreshToken");
    std::string const ulid = "01KJPWD6M0W17VDP01P914P7ZE";
    std::string const asked = R"(","principalId":"u","scopes":["a"]})";
    Row const rows[] = {
        {"GET", "/v1/agents/@", "", id, "ag_" + ulid},
        {"PATCH", "/v1/agents/@", R"({"name":"x"})", id, "ag_" + ulid},
        {"POST", "/v1/agents/@", R"({"name":"x"})", id, "ag_" + ulid},
        {"DELETE", "/v1/agents/@", "", id, "ag_" + ulid},
        {"POST", "/v1/authorize", R"({"agentId":"@)" + asked, id, "ag_" + ulid},
        {"POST", "/v1/authorize/@/approve", "", request, "areq_" + ulid},
        {"POST", "/v1/authorize/@/deny", "", request, "areq_" + ulid},
        {"POST", "/v1/token", R"({"code":"@","agentId":")" + id + R"("})", spare_code,
         std::string(43, 'a')},
        {"POST", "/v1/token/refresh", R"({"refreshToken":"@","agentId":")" + id + R"("})", refresh,
         "ref_" + ulid + "." + std::string(43, 'a')},
        {"POST", "/v1/tokens/revoke", R"({"jti":"@"})", jti, "tok_" + ulid},
        {"POST", "/v1/tokens/verify", R"({"token":"@"})", granted.text("grantToken"), "a.b.c"},
        {"GET", "/v1/grants/@", "", grant_id, "grnt_" + ulid},
        {"DELETE", "/v1/grants/@", "", grant_id, "grnt_" + ulid},
        {"GET", "/v1/grants?agentId=@", "", id, "ag_" + ulid},
        {"GET", "/v1/grants?principalId=@", "", "user_1", "user_nobody"},
        {"GET", "/v1/audit/@", "", entry, "alog_" + ulid},
        {"GET", "/v1/audit/entries?agentId=@", "", "a", "zzz"},
        {"GET", "/v1/audit/entries?grantId=@", "", "g", "zzz"},
        {"POST", "/v1/audit/log", R"({"agentId":"a","grantId":"@","action":"x"})", grant_id,
         "grnt_" + ulid},
    };
    auto const fill = [](std::string text, std::string const& with) {
        if (auto const at = text.find('@'); at != std::string::npos)
            text.replace(at, 1, with);
        return text;
    };
    auto const before = events_of(*this, sandbox_key).size();
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.method << " " << row.target)
        {
            auto const ask = [&](std::string const& with) {
                return send(
                    row.method, fill(row.target, with), fill(row.body, with), {.key = stranger}
                );
            };
            auto const foreign = ask(row.foreign);
            auto const random = ask(row.random);
            BOOST_TEST(foreign.status == random.status);
            BOOST_TEST(
                without(foreign, {"requestId"}) == without(random, {"requestId"}),
                foreign.body << " and " << random.body
            );
            for (auto const& [name, value] : foreign.headers)
                if (name != "X-Request-Id")
                    BOOST_TEST(random.header(name) == value);
        }
    BOOST_TEST(events_of(*this, sandbox_key).size() == before);
    BOOST_TEST(events_of(*this, stranger).empty());
}

BOOST_AUTO_TEST_CASE(a_foreign_sub_agent_does_not_exist)
{
    auto const foreign = delegate(granted.text("grantToken"), strangers_agent);
    auto const random = delegate(granted.text("grantToken"), "ag_01KJPWD6M0W17VDP01P914P7ZE");
    expect_error(foreign, 404, "NOT_FOUND", "Sub-agent not found");
    BOOST_TEST(without(foreign, {"requestId"}) == without(random, {"requestId"}));
}

BOOST_AUTO_TEST_CASE(S_074_nothing_of_the_owner_was_touched_by_a_stranger)
{
    for (auto const& [method, target] :
         {std::pair{std::string{"DELETE"}, "/v1/agents/" + id},
          {"DELETE", "/v1/grants/" + granted.text("grantId")},
          {"PATCH", "/v1/agents/" + id},
          {"POST", "/v1/authorize/" + request + "/deny"}})
        send(method, target, method == "PATCH" ? R"({"name":"x"})" : "", {.key = stranger});
    Options const owner{.key = sandbox_key};
    BOOST_TEST(send("GET", "/v1/agents/" + id, "", owner).text("name") == "Trip Planner");
    BOOST_TEST(send("POST", "/v1/tokens/verify", token_body(granted.text("grantToken")), owner)
                   .json()
                   .at("valid")
                   .as_bool());
    BOOST_TEST(send("POST", "/v1/authorize/" + request + "/approve", "", owner).status == 200);
    for (auto const* const list : {"/v1/grants", "/v1/audit/entries"})
        BOOST_TEST(send("GET", list, "", {.key = stranger}).json().at("total").as_int64() == 0);
    BOOST_TEST(send("GET", "/v1/agents", "", {.key = stranger}).json().at("total").as_int64() == 1);
}

BOOST_AUTO_TEST_SUITE_END()
