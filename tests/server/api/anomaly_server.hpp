// The server with an agent of a sandbox developer, and short words for what makes anomalies.
#pragma once

#include "tests/server/api/expect.hpp"

#include <boost/json/array.hpp>
#include <boost/test/unit_test.hpp>

#include <functional>
#include <optional>
#include <string>
#include <utility>

namespace support {

struct AnomalyServer : ApiServer
{
    explicit AnomalyServer(server::Flags settings = {})
        : ApiServer(std::move(settings)), sandbox{.key = sandbox_key}, id(agent())
    {}

    Answer ask(std::string method, std::string target, std::string body = {})
    {
        return send(std::move(method), std::move(target), std::move(body), sandbox);
    }
    Answer detect(std::string body = {}) { return ask("POST", "/v1/anomalies/detect", body); }

    // The finding of this rule in what detection answers now.
    std::optional<boost::json::object> found(std::string_view rule_id)
    {
        auto const answer = detect();
        BOOST_REQUIRE_EQUAL(answer.status, 200);
        auto const result = answer.json();
        auto const& anomalies = result.at("anomalies").as_array();
        BOOST_TEST(result.at("total").as_int64() == static_cast<std::int64_t>(anomalies.size()));
        for (auto const& each : anomalies)
            if (each.at("ruleId").as_string() == rule_id)
                return each.as_object();
        return {};
    }
    bool fires(std::string_view rule_id) { return found(rule_id).has_value(); }

    // How often the open alert of this rule was seen; 0 when there is none.
    std::int64_t occurrences(std::string_view rule_id)
    {
        auto const alerts = ask("GET", "/v1/anomaly/alerts?status=open&limit=1000").json();
        for (auto const& alert : alerts.at("data").as_array())
            if (alert.at("ruleId").as_string() == rule_id)
                return alert.at("occurrences").as_int64();
        return 0;
    }

    // Acknowledges what fires; the same again stays quiet for a day and then is a new alert.
    void expect_a_quiet_day(std::string_view rule_id, std::function<void()> const& again)
    {
        auto const first = found(rule_id);
        BOOST_REQUIRE(first);
        std::string const first_id{first->at("id").as_string()};
        auto const path = "/v1/anomalies/" + first_id + "/acknowledge";
        BOOST_TEST(ask("PATCH", path).text("status") == "acknowledged");
        again();
        BOOST_TEST(!fires(rule_id));
        advance(std::chrono::hours{24});
        again();
        auto const second = found(rule_id);
        BOOST_REQUIRE(second);
        BOOST_TEST(second->at("id").as_string() != first_id);
        BOOST_TEST(second->at("status").as_string() == "open");
    }

    void audit(int times, std::string const& status = "success", std::string agent_id = {})
    {
        auto const body = R"({"agentId":")" + (agent_id.empty() ? id : agent_id) +
                          R"(","grantId":"grnt_x","principalId":"user_1","action":"a","status":")" +
                          status + R"("})";
        for (int i = 0; i < times; ++i)
            BOOST_REQUIRE_EQUAL(ask("POST", "/v1/audit/log", body).status, 201);
    }
    void grants(int times)
    {
        for (int i = 0; i < times; ++i)
            grant(id);
    }
    void revoke(std::string const& grant_id)
    {
        BOOST_REQUIRE_EQUAL(ask("DELETE", "/v1/grants/" + grant_id).status, 204);
    }
    // To a time of the same or the next day, "21:59".
    void go_to(std::chrono::minutes time_of_day)
    {
        auto const day = std::chrono::floor<std::chrono::days>(app.clock.now());
        auto const time = day + time_of_day;
        app.clock.fix(time < app.clock.now() ? time + std::chrono::hours{24} : time);
    }

    Options sandbox;
    std::string id;
};

} // namespace support
