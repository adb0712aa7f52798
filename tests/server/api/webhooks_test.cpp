#include "tests/server/api/expect.hpp"
#include "tests/support/api_server.hpp"

#include "storage/deliveries.hpp"

#include <boost/json/array.hpp>
#include <boost/json/serialize.hpp>
#include <boost/test/unit_test.hpp>

using support::Answer;
using support::ApiServer;

namespace {

constexpr auto two_events = R"({"url":"https://hooks.nimbus.example/a?b=c",
    "events":["grant.revoked","grant.created","grant.revoked"]})";

struct WebhookServer : ApiServer
{
    explicit WebhookServer(server::Flags settings = {}) : ApiServer(std::move(settings)) {}

    Answer sandbox(std::string method, std::string target, std::string body = {})
    {
        return send(std::move(method), std::move(target), std::move(body), {.key = sandbox_key});
    }
    Answer registered(std::string body = two_events)
    {
        auto answer = sandbox("POST", "/v1/webhooks", std::move(body));
        BOOST_REQUIRE(answer.status == 201U);
        return answer;
    }
    boost::json::array deliveries(std::string const& id, std::string const& query = {})
    {
        auto const log = sandbox("GET", "/v1/webhooks/" + id + "/deliveries" + query);
        BOOST_REQUIRE(log.status == 200U);
        return log.json().at("deliveries").as_array();
    }
    void finish(std::string const& delivery_id, std::string const& webhook_id, std::string status)
    {
        storage::update_delivery_attempt(
            app.writer, {.id = delivery_id,
                         .webhook_id = webhook_id,
                         .url = "https://hooks.nimbus.example/a",
                         .status = std::move(status),
                         .error = {},
                         .due_at = {},
                         .at = app.clock.now()}
        );
    }
};

} // namespace

BOOST_AUTO_TEST_SUITE(webhooks)

BOOST_AUTO_TEST_CASE(an_endpoint_is_answered_as_it_was_sent_with_its_secret_once)
{
    WebhookServer server;
    auto const made = server.registered();
    auto const text = made.json().as_object();
    BOOST_TEST(made.text("url") == "https://hooks.nimbus.example/a?b=c");
    BOOST_TEST(boost::json::serialize(text.at("events")) == R"(["grant.revoked","grant.created"])");
    BOOST_TEST(made.text("secret").starts_with("whsec_"));
    auto const id = made.text("id");
    auto const got = server.sandbox("GET", "/v1/webhooks/" + id);
    BOOST_TEST(got.status == 200U);
    BOOST_TEST(!got.json().as_object().contains("secret"));
    auto const list = server.sandbox("GET", "/v1/webhooks");
    BOOST_TEST(list.json().at("webhooks").as_array().size() == 1U);
    BOOST_TEST(server.get("/v1/webhooks").body == R"({"webhooks":[]})");
}

BOOST_AUTO_TEST_CASE(what_an_update_does_not_name_stays)
{
    WebhookServer server;
    auto const id = server.registered().text("id");
    auto const path = "/v1/webhooks/" + id;
    auto const changed = server.sandbox("PATCH", path, R"({"events":["token.issued"],"url":""})");
    BOOST_TEST(changed.status == 200U);
    BOOST_TEST(changed.text("url") == "https://hooks.nimbus.example/a?b=c");
    BOOST_TEST(boost::json::serialize(changed.json().at("events")) == R"(["token.issued"])");
    for (auto const* const body : {"{}", R"({"url":"","secret":""})", R"({"name":"x"})"})
        BOOST_TEST(server.sandbox("PATCH", path, body).status == 400U, body);
    for (auto const* const body :
         {R"({"url":"http://hooks.nimbus.example/"})", R"({"events":[]})",
          R"({"events":["grant.exploded"]})", R"({"secret":"too short"})",
          R"({"secret":"with a space in it, and long"})"})
        BOOST_TEST(server.sandbox("PATCH", path, body).status == 400U, body);
    BOOST_TEST(server.sandbox("GET", path).body == changed.body);
}

BOOST_AUTO_TEST_CASE(a_change_of_events_decides_what_is_delivered_from_then_on)
{
    WebhookServer server;
    auto const id =
        server.registered(R"({"url":"https://a.example/","events":["token.issued"]})").text("id");
    auto const agent = server.agent(server.sandbox_key);
    server.grant(agent);
    BOOST_TEST(server.deliveries(id).size() == 1U);
    server.sandbox("PATCH", "/v1/webhooks/" + id, R"({"events":["grant.created"]})");
    server.grant(agent);
    auto const log = server.deliveries(id);
    BOOST_REQUIRE(log.size() == 2U);
    BOOST_TEST(log[0].at("eventType").as_string() == "grant.created");
    BOOST_TEST(log[1].at("eventType").as_string() == "token.issued");
}

BOOST_AUTO_TEST_CASE(a_refused_request_leaves_no_delivery)
{
    WebhookServer server;
    auto const id = server.registered().text("id");
    BOOST_TEST(server.sandbox("DELETE", "/v1/grants/grnt_nothing").status == 404U);
    BOOST_TEST(server.deliveries(id).empty());
}

BOOST_AUTO_TEST_CASE(the_delivery_log_is_paged_exactly_and_counts_by_state)
{
    WebhookServer server;
    auto const id = server.registered().text("id");
    auto const agent = server.agent(server.sandbox_key);
    for (int i = 0; i < 3; ++i)
        server.grant(agent);
    auto const path = "/v1/webhooks/" + id + "/deliveries";
    auto const first = server.deliveries(id, "?pageSize=2");
    BOOST_REQUIRE(first.size() == 2U);
    auto const newest = std::string{first[0].at("id").as_string()};
    server.finish(newest, id, "delivered");
    auto const page = server.sandbox("GET", path + "?status=pending&pageSize=500").json();
    BOOST_TEST(page.at("total").as_int64() == 2);
    BOOST_TEST(page.at("pageSize").as_int64() == 100);
    BOOST_TEST(server.deliveries(id, "?status=delivered").size() == 1U);
    BOOST_TEST(server.sandbox("GET", path).json().at("total").as_int64() == 3);
    for (auto const* const query :
         {"?page=0", "?page=x", "?pageSize=0", "?pageSize=1.5", "?status=lost"})
    {
        BOOST_TEST(server.sandbox("GET", path + query).status == 400U, query);
        // The endpoint is looked for first.
        auto const foreign = server.get(path + query);
        BOOST_TEST(foreign.status == 404U, query);
    }
}

BOOST_AUTO_TEST_CASE(only_a_finished_delivery_is_sent_again)
{
    WebhookServer server;
    auto const id = server.registered().text("id");
    server.grant(server.agent(server.sandbox_key));
    auto const delivery = std::string{server.deliveries(id)[0].at("id").as_string()};
    auto const path = "/v1/webhooks/" + id + "/deliveries/" + delivery + "/redeliver";
    auto const early = server.sandbox("POST", path);
    BOOST_TEST(early.status == 409U);
    BOOST_TEST(early.code() == "CONFLICT");
    server.finish(delivery, id, "failed");
    auto const again = server.sandbox("POST", path);
    BOOST_TEST(again.status == 202U);
    BOOST_TEST(again.text("status") == "pending");
    BOOST_TEST(again.text("id") != delivery);
    BOOST_TEST(server.deliveries(id).size() == 2U);
    BOOST_TEST(server.post(path).status == 404U);
}

BOOST_AUTO_TEST_CASE(S_134_the_quota_of_the_plan_holds)
{
    WebhookServer server{server::Flags{{"quota-webhooks", "1,2,0"}}};
    auto const key = server.developer("sandbox", "pro");
    auto const send = [&] { return server.send("POST", "/v1/webhooks", two_events, {.key = key}); };
    BOOST_TEST(send().status == 201U);
    BOOST_TEST(send().status == 201U);
    auto const refused = send();
    BOOST_TEST(refused.status == 402U);
    BOOST_TEST(refused.code() == "PLAN_LIMIT_EXCEEDED");
}

BOOST_AUTO_TEST_CASE(an_endpoint_goes_with_its_log)
{
    WebhookServer server;
    auto const id = server.registered().text("id");
    server.grant(server.agent(server.sandbox_key));
    BOOST_TEST(server.remove("/v1/webhooks/" + id).status == 404U);
    BOOST_TEST(server.sandbox("DELETE", "/v1/webhooks/" + id).status == 204U);
    BOOST_TEST(server.sandbox("DELETE", "/v1/webhooks/" + id).status == 404U);
    BOOST_TEST(server.sandbox("GET", "/v1/webhooks/" + id + "/deliveries").status == 404U);
    server.grant(server.agent(server.sandbox_key)); // and gets nothing any more
}

BOOST_AUTO_TEST_SUITE_END()
