// A sandbox developer with a grant, and the calls that spend on it.
#pragma once

#include "tests/server/api/expect.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

namespace support {

struct BudgetServer : ApiServer
{
    explicit BudgetServer(server::Flags settings = {})
        : ApiServer(std::move(settings)), sandbox{.key = sandbox_key}, agent_id(agent()),
          granted(grant(agent_id)), id(granted.text("grantId"))
    {}

    Answer call(
        std::string const& method, std::string const& path, std::string const& body = {},
        http::Headers const& headers = {}
    )
    {
        return send(method, "/v1/budget/" + path, body, {.key = sandbox_key, .headers = headers});
    }
    // The amount as JSON text; `more`: further members.
    Answer allocate(std::string const& amount, std::string const& more = {})
    {
        return call("POST", "allocate", body_of("initialBudget", amount, more));
    }
    Answer debit(std::string const& amount, std::string const& more = {})
    {
        return call("POST", "debit", body_of("amount", amount, more));
    }
    std::string
    body_of(std::string const& name, std::string const& amount, std::string const& more = {}) const
    {
        return R"({"grantId":")" + id + R"(",")" + name + R"(":)" + amount + more + "}";
    }
    std::string left() { return call("GET", "balance/" + id).text("remainingBudget"); }
    boost::json::value ledger(std::string const& query = {})
    {
        return call("GET", "transactions/" + id + query).json();
    }
    // Only those of budgets: "budget.threshold 50, budget.exhausted"
    std::string announced()
    {
        std::string all;
        for (auto const& event : events_of(*this, sandbox_key)) {
            if (!event.type.starts_with("budget."))
                continue;
            all += (all.empty() ? "" : ", ") + event.type;
            auto const data = event_data(event);
            if (auto const* const level = data.if_contains("pct"))
                all += " " + std::to_string(level->as_int64());
        }
        return all;
    }

    Options sandbox;
    std::string agent_id;
    Answer granted;
    std::string id; // of the grant
};

} // namespace support
