// Grants: looking at them, revoking them with everything below.
#include "tests/support/api_server.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

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

BOOST_AUTO_TEST_SUITE_END()
