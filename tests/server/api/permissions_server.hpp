// A server with people who look at what they allowed: sessions, the page's form, audit entries.
#pragma once

#include "tests/server/api/expect.hpp"

#include <boost/test/unit_test.hpp>

namespace support {

struct PermissionsServer : ApiServer
{
    Options const sandbox{.key = sandbox_key};

    std::string session(std::string const& principal = "user_1", std::string const& extra = {})
    {
        auto const opened = send(
            "POST", "/v1/principal-sessions",
            R"({"principalId":")" + principal + "\"" + (extra.empty() ? "" : "," + extra) + "}",
            sandbox
        );
        BOOST_REQUIRE_EQUAL(opened.status, 201);
        return opened.text("sessionToken");
    }
    Answer submit(std::string const& form, http::Headers const& headers = {})
    {
        return send(
            "POST", "/permissions", form,
            {.key = "", .headers = headers, .content_type = "application/x-www-form-urlencoded"}
        );
    }
    Answer open(std::string const& token) { return submit("session=" + token); }
    Answer ask(std::string const& token, std::string const& id)
    {
        return submit("session=" + token + "&ask=" + id);
    }
    Answer stop(std::string const& token, std::string const& id)
    {
        return submit("session=" + token + "&stop=" + id);
    }
    std::string status_of(Answer const& granted)
    {
        return send("GET", "/v1/grants/" + granted.text("grantId"), "", sandbox).text("status");
    }
    // Of another person, to the same agent.
    Answer grant_of(std::string const& agent_id, std::string const& principal)
    {
        auto const asked = send(
            "POST", "/v1/authorize",
            R"({"agentId":")" + agent_id + R"(","principalId":")" + principal +
                R"(","scopes":["calendar:read"]})",
            sandbox
        );
        return send("POST", "/v1/token", code_body(asked.text("code"), agent_id), sandbox);
    }
    void log(Answer const& granted, std::string const& action, std::string const& extra = {})
    {
        auto const answer = send(
            "POST", "/v1/audit/log",
            R"({"agentId":")" + agent_of(granted) + R"(","grantId":")" + granted.text("grantId") +
                R"(","action":)" + json_text(action) + (extra.empty() ? "" : "," + extra) + "}",
            sandbox
        );
        BOOST_REQUIRE_EQUAL(answer.status, 201);
    }
    std::string agent_of(Answer const& granted)
    {
        return send("GET", "/v1/grants/" + granted.text("grantId"), "", sandbox).text("agentId");
    }
    std::string named_agent(std::string const& name, std::string const& scopes)
    {
        auto const made = send(
            "POST", "/v1/agents", R"({"name":)" + json_text(name) + R"(,"scopes":)" + scopes + "}",
            sandbox
        );
        BOOST_REQUIRE_EQUAL(made.status, 201);
        return made.text("agentId");
    }
};

inline bool shows(Answer const& page, std::string_view part)
{
    return page.body.find(part) != std::string::npos;
}

inline std::size_t place(Answer const& page, std::string_view part)
{
    auto const found = page.body.find(part);
    BOOST_TEST(found != std::string::npos, part << " is not shown");
    return found;
}

} // namespace support
