// Grants: looking at them, revoking them with everything below.
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

namespace {

constexpr std::string_view root_members =
    "grantId id agentId agentDid principalId developerId scopes status issuedAt expiresAt "
    "delegationDepth origin";

std::vector<std::string> ids_in(Answer const& list)
{
    std::vector<std::string> ids;
    auto const json = list.json();
    for (auto const& grant : json.at("grants").as_array())
        ids.emplace_back(grant.at("grantId").as_string());
    return ids;
}

} // namespace

BOOST_FIXTURE_TEST_SUITE(grants, ApiServer)

BOOST_AUTO_TEST_CASE(revoking_a_grant_revokes_every_delegated_grant)
{
    auto const agent_id = agent();
    auto const root = grant(agent_id);
    auto const child = delegate(root.text("grantToken"), agent_id);
    auto const grandchild = delegate(child.text("grantToken"), agent_id);
    auto const other = grant(agent_id);
    Options const sandbox{.key = sandbox_key};
    BOOST_REQUIRE_EQUAL(grandchild.status, 201);

    BOOST_TEST(send("DELETE", "/v1/grants/" + root.text("grantId"), "", sandbox).status == 204);

    for (auto const* const grant : {&root, &child, &grandchild}) {
        auto const id = grant->text("grantId");
        BOOST_TEST(send("GET", "/v1/grants/" + id, "", sandbox).text("status") == "revoked");
        auto const verdict = send(
            "POST", "/v1/tokens/verify", R"({"token":")" + grant->text("grantToken") + R"("})",
            sandbox
        );
        BOOST_TEST(verdict.body == R"({"valid":false})");
    }
    auto const id = other.text("grantId");
    BOOST_TEST(send("GET", "/v1/grants/" + id, "", sandbox).text("status") == "active");
}

BOOST_AUTO_TEST_CASE(a_grant_has_the_members_of_the_contract)
{
    auto const id = agent();
    auto const root = grant(id);
    auto const with_audience = grant(id, R"("audience":"https://api.example")");
    auto const child = delegate(with_audience.text("grantToken"), id);
    Options const sandbox{.key = sandbox_key};
    auto const shown = [&](Answer const& granted) {
        return send("GET", "/v1/grants/" + granted.text("grantId"), "", sandbox);
    };
    auto const plain = shown(root);
    BOOST_TEST(plain.status == 200);
    expect_members(plain, root_members);
    BOOST_TEST(plain.text("grantId") == root.text("grantId"));
    BOOST_TEST(plain.text("id") == root.text("grantId"));
    BOOST_TEST(plain.text("agentId") == id);
    BOOST_TEST(plain.text("agentDid") == "did:grantex:" + id);
    BOOST_TEST(plain.text("principalId") == "user_1");
    BOOST_TEST(plain.text("developerId") == developer_id(*this, sandbox_key));
    BOOST_TEST(plain.json().at("scopes") == root.json().at("scopes"));
    BOOST_TEST(plain.text("status") == "active");
    BOOST_TEST(plain.text("issuedAt") == "2026-03-02T09:00:00.000Z");
    BOOST_TEST(plain.text("expiresAt") == root.text("grantExpiresAt"));
    BOOST_TEST(plain.json().at("delegationDepth").as_int64() == 0);
    BOOST_TEST(plain.text("origin") == "grantex");

    auto const delegated = shown(child);
    expect_members(delegated, std::string{root_members} + " parentGrantId audience audiences");
    BOOST_TEST(delegated.text("parentGrantId") == with_audience.text("grantId"));
    BOOST_TEST(delegated.json().at("delegationDepth").as_int64() == 1);
    BOOST_TEST(delegated.text("audience") == "https://api.example");
    BOOST_TEST(delegated.json().at("audiences").as_array().size() == 1U);
    BOOST_TEST(delegated.text("origin") == "delegation");

    advance(std::chrono::minutes{5});
    send("DELETE", "/v1/grants/" + root.text("grantId"), "", sandbox);
    auto const revoked = shown(root);
    expect_members(revoked, std::string{root_members} + " revokedAt");
    BOOST_TEST(revoked.text("revokedAt") == "2026-03-02T09:05:00.000Z");
    advance(std::chrono::hours{24});
    BOOST_TEST(shown(with_audience).text("status") == "expired");
    BOOST_TEST(shown(root).text("status") == "revoked");
    expect_error(
        send("GET", "/v1/grants/grnt_x", "", sandbox), 404, "NOT_FOUND", "Grant not found"
    );
}

BOOST_AUTO_TEST_CASE(grants_are_listed_newest_first_and_filtered_by_effective_status)
{
    auto const one = agent();
    auto const two = agent();
    auto const brief = grant(one, R"("expiresIn":"1h")").text("grantId");
    auto const revoked = grant(two, R"("principalId":"user_2")").text("grantId");
    auto const active = grant(two).text("grantId");
    Options const sandbox{.key = sandbox_key};
    send("DELETE", "/v1/grants/" + revoked, "", sandbox);
    advance(std::chrono::hours{1});

    struct Row
    {
        std::string query;
        std::vector<std::string> ids;
    };
    Row const rows[] = {
        {"", {active, revoked, brief}},
        {"?agentId=" + two, {active, revoked}},
        {"?agentId=" + two + "&principalId=user_2", {revoked}},
        {"?agentId=" + one + "&principalId=user_2", {}},
        {"?principalId=user%5F2", {revoked}},
        {"?status=active", {active}},
        {"?status=expired", {brief}},
        {"?status=revoked", {revoked}},
        {"?status=Active", {}},
        {"?status=", {}},
        {"?status=active&agentId=" + one, {}},
        {"?status=expired&principalId=user_1", {brief}},
        {"?agentId=ag_x", {}},
        {"?pageSize=2", {active, revoked}},
        {"?pageSize=2&page=2", {brief}},
        {"?pageSize=1&page=2&agentId=" + two, {revoked}},
        {"?unknown=1&unknown=2", {active, revoked, brief}},
    };
    for (auto const& row : rows)
        BOOST_TEST_CONTEXT(row.query)
        {
            auto const list = send("GET", "/v1/grants" + row.query, "", sandbox);
            BOOST_TEST(list.status == 200);
            expect_members(list, "grants total page pageSize");
            BOOST_TEST(ids_in(list) == row.ids, boost::test_tools::per_element());
            if (row.query.find("pageSize") == std::string::npos)
                BOOST_TEST(list.json().at("total").as_int64() == std::ssize(row.ids));
        }
    for (auto const* const name : {"agentId", "principalId", "status", "page", "pageSize"}) {
        auto const query = std::string{"?"} + name + "=1&" + name + "=1";
        expect_error(send("GET", "/v1/grants" + query, "", sandbox), 400, "BAD_REQUEST");
    }
}

BOOST_AUTO_TEST_CASE(a_revocation_writes_an_event_for_every_grant_it_reaches)
{
    auto const id = agent();
    auto const root = grant(id);
    auto const child = delegate(root.text("grantToken"), id);
    auto const grandchild = delegate(child.text("grantToken"), id);
    Options const sandbox{.key = sandbox_key};
    auto const before = events_of(*this, sandbox_key).size();
    auto const target = "/v1/grants/" + root.text("grantId");
    auto const done = send("DELETE", target, "", sandbox);
    BOOST_TEST(done.status == 204);
    BOOST_TEST(done.body.empty());

    auto events = events_of(*this, sandbox_key);
    events.erase(events.begin(), events.begin() + static_cast<long>(before));
    BOOST_REQUIRE_EQUAL(events.size(), 3U);
    Answer const* const order[] = {&root, &child, &grandchild};
    for (std::size_t i = 0; i < 3; ++i) {
        auto const data = event_data(events[i]);
        BOOST_TEST(events[i].type == "grant.revoked");
        expect_members(
            data, std::string{"grantId agentId principalId cascade descendantCount revokedBy"} +
                      (i == 0 ? "" : " cascadedFrom")
        );
        BOOST_TEST(data.at("grantId").as_string() == order[i]->text("grantId"));
        BOOST_TEST(data.at("cascade").as_bool() == (i == 0));
        BOOST_TEST(data.at("descendantCount").as_int64() == (i == 0 ? 2 : 0));
        BOOST_TEST(data.at("revokedBy") == "developer");
        if (i > 0)
            BOOST_TEST(data.at("cascadedFrom").as_string() == root.text("grantId"));
    }
    constexpr auto text = "Grant not found or already revoked";
    expect_error(send("DELETE", target, "", sandbox), 404, "NOT_FOUND", text);
    expect_error(send("DELETE", "/v1/grants/x", "", sandbox), 404, "NOT_FOUND", text);
    auto const expired = grant(agent(), R"("expiresIn":"1m")").text("grantId");
    advance(std::chrono::minutes{1});
    expect_error(send("DELETE", "/v1/grants/" + expired, "", sandbox), 404, "NOT_FOUND", text);
    BOOST_TEST(
        events_of(*this, sandbox_key).size() == before + 5
    ); // with the expired one's own two
}

BOOST_AUTO_TEST_CASE(revoking_a_child_leaves_its_ancestors)
{
    auto const id = agent();
    auto const root = grant(id);
    auto const child = delegate(root.text("grantToken"), id);
    Options const sandbox{.key = sandbox_key};
    send("DELETE", "/v1/grants/" + child.text("grantId"), "", sandbox);
    auto const shown = send("GET", "/v1/grants/" + root.text("grantId"), "", sandbox);
    BOOST_TEST(shown.text("status") == "active");
    auto const data = event_data(events_of(*this, sandbox_key).back());
    BOOST_TEST(!data.at("cascade").as_bool());
    BOOST_TEST(data.at("descendantCount").as_int64() == 0);
    // The rest of the tree goes later, without telling of the child twice.
    auto const before = events_of(*this, sandbox_key).size();
    send("DELETE", "/v1/grants/" + root.text("grantId"), "", sandbox);
    BOOST_TEST(events_of(*this, sandbox_key).size() == before + 1);
}

BOOST_AUTO_TEST_SUITE_END()
