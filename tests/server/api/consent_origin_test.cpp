// The Origin header of the consent page's own form. Under `Referrer-Policy: no-referrer` browsers
// send `Origin: null` with it (Fetch, "append a request Origin header").
#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

using namespace support;

BOOST_FIXTURE_TEST_SUITE(consent_origin, ApiServer)

BOOST_AUTO_TEST_CASE(S_054_a_form_without_origin_counts_only_when_the_browser_vouches_for_it)
{
    struct Row
    {
        http::Headers headers;
        unsigned status;
    };
    Row const rows[] = {
        {{{"origin", "null"}, {"sec-fetch-site", "same-origin"}}, 200},
        {{{"origin", "null"}}, 403}, // a sandboxed frame in a browser without Sec-Fetch-Site
        {{{"origin", "null"}, {"sec-fetch-site", "cross-site"}}, 403},
        {{{"origin", "null"}, {"sec-fetch-site", "same-site"}}, 403},
        {{{"origin", "null"}, {"sec-fetch-site", "none"}}, 403},
        {{{"origin", "https://evil.example"}, {"sec-fetch-site", "same-origin"}}, 403},
    };
    auto const agent_id = agent(live_key);
    for (auto const& [headers, status] : rows)
        BOOST_TEST_CONTEXT(headers.front().second << ", " << headers.back().second)
        {
            auto const id =
                post(
                    "/v1/authorize", R"({"agentId":")" + agent_id +
                                         R"(","principalId":"p","scopes":["calendar:read"]})"
                )
                    .text("authRequestId");
            auto const page = send("GET", "/consent?req=" + id, "", {.key = ""}).body;
            auto const csrf = page.find("name=\"csrf\" value=\"") + 19;
            auto const form = "req=" + id + "&decision=deny&csrf=" +
                              page.substr(csrf, page.find('"', csrf) - csrf);
            auto const answer = send(
                "POST", "/consent", form,
                {.key = "", .headers = headers, .content_type = "application/x-www-form-urlencoded"}
            );
            BOOST_TEST(answer.status == status);
        }
}

BOOST_AUTO_TEST_SUITE_END()
