// Notification channels over HTTP: what each type takes, what of its secrets is shown, and which of
// them an alert goes to.
#include "server/api/notify_channels.hpp"
#include "tests/server/api/anomaly_server.hpp"

#include <boost/json/serialize.hpp>

#include <fstream>
#include <iterator>

using namespace support;

namespace {

struct ChannelServer : AnomalyServer
{
    Answer create(
        std::string const& type, std::string const& config, std::string const& name = "on-call",
        std::string const& rest = ""
    )
    {
        return ask(
            "POST", "/v1/anomaly/channels",
            R"({"type":")" + type + R"(","name":")" + name + R"(","config":)" + config + rest + "}"
        );
    }
    std::string
    channel(std::string const& type, std::string const& name, std::string const& severities)
    {
        auto const* const config = type == "pagerduty"
                                       ? R"({"routingKey":"R0ABCDEFGHIJKLMNOPQRSTUVWXYZ0123"})"
                                       : R"({"to":"ops@nimbus.example"})";
        auto const made = create(type, config, name, R"(,"severities":)" + severities);
        BOOST_REQUIRE_EQUAL(made.status, 201);
        return made.text("id");
    }
    std::string config_of(Answer const& made)
    {
        auto const text = boost::json::serialize(made.json().at("config"));
        return {text.data(), text.size()};
    }
    // The clear text of what is sealed.
    std::string sealed_config(std::string const& channel_id)
    {
        auto const developer = developer_id(*this, sandbox_key);
        for (auto const& each : storage::list_anomaly_channels(app.reader, developer))
            if (each.id == channel_id)
                return std::string{
                    app.keys
                        .open_sealed(
                            app.reader, "channel", developer, each.id, "config", each.sealed_config
                        )
                        .value()
                        .view()};
        return {};
    }
    // Names of the channels that would get it.
    std::string told(
        std::string const& rule_id, std::string const& severity,
        api::AlertAction action = api::AlertAction::trigger
    )
    {
        storage::Anomaly anomaly;
        anomaly.developer_id = developer_id(*this, sandbox_key);
        anomaly.rule_id = rule_id;
        anomaly.severity = severity;
        server::Turn turn{app, app.writer, app.clock.now()};
        std::string names;
        for (auto const& each : api::notify_channels(turn, anomaly, action))
            names += each.name;
        return names;
    }
};

} // namespace

BOOST_FIXTURE_TEST_SUITE(anomaly_channels, ChannelServer)

BOOST_AUTO_TEST_CASE(every_type_takes_its_members_and_shows_no_secret)
{
    struct Row
    {
        char const *type, *config, *shown;
    };
    for (auto const& row :
         {Row{"slack", R"({"webhookUrl":"https://hooks.slack.com/services/T0/B0/abcdefh8Qz"})",
              R"({"webhookUrl":"****h8Qz"})"},
          Row{"slack", R"({"webhookUrl":"https://hooks.slack-gov.com/services/x/y/abcd"})",
              R"({"webhookUrl":"****abcd"})"},
          Row{"webhook", R"({"url":"https://ops.example/x","secret":"0123456789abcdef","x":1})",
              R"({"url":"https://ops.example/x","secret":"****cdef"})"},
          Row{"webhook", R"({"url":"https://ops.example/x","secret":"short"})",
              R"({"url":"https://ops.example/x","secret":"****"})"},
          Row{"email", R"({"to":"ops@nimbus.example"})", R"({"to":"ops@nimbus.example"})"},
          Row{"email", R"({"to":["a@b.example","c@d.example"]})",
              R"({"to":["a@b.example","c@d.example"]})"},
          Row{"pagerduty", R"({"routingKey":"R0ABCDEFGHIJKLMNOPQRSTUVWXYZ0123"})",
              R"({"routingKey":"****0123"})"},
          Row{"datadog", R"({"apiKey":"0123456789abcdef0123456789abcdef"})",
              R"({"apiKey":"****cdef","site":"datadoghq.com"})"},
          Row{"datadog", R"({"apiKey":"0123456789abcdef","site":"datadoghq.eu"})",
              R"({"apiKey":"****cdef","site":"datadoghq.eu"})"}})
    {
        auto const made = create(row.type, row.config);
        BOOST_REQUIRE_EQUAL(made.status, 201);
        BOOST_TEST(config_of(made) == row.shown);
        BOOST_TEST(sealed_config(made.text("id")).find("****") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_channel_is_answered_with_every_member)
{
    auto const made = create("email", R"({"to":"ops@nimbus.example"})");
    BOOST_TEST(
        made.body ==
        R"({"id":")" + made.text("id") +
            R"(","type":"email","name":"on-call","config":{"to":"ops@nimbus.example"},)"
            R"("severities":["critical","high"],"enabled":true,)"
            R"("createdAt":"2026-03-02T09:00:00.000Z"})"
    );
    BOOST_TEST(is_id(made.text("id"), "achan"));
    BOOST_TEST(ask("GET", "/v1/anomaly/channels").body == R"({"channels":[)" + made.body + "]}");
    BOOST_TEST(send("GET", "/v1/anomaly/channels").body == R"({"channels":[]})");
}

BOOST_AUTO_TEST_CASE(a_secret_that_the_server_makes_is_shown_this_once)
{
    auto const made = create("webhook", R"({"url":"https://ops.example/x"})");
    std::string const secret{made.json().at("config").at("secret").as_string()};
    BOOST_TEST(secret.size() == 6U + 64U);
    BOOST_TEST(secret.starts_with("whsec_"));
    BOOST_TEST(sealed_config(made.text("id")).find(secret) != std::string::npos);
    auto const listed = ask("GET", "/v1/anomaly/channels").body;
    BOOST_TEST(listed.find(secret) == std::string::npos);
    BOOST_TEST(listed.find("****" + secret.substr(secret.size() - 4)) != std::string::npos);
    auto const other = create("webhook", R"({"url":"https://ops.example/x"})");
    BOOST_TEST(config_of(other).find(secret) == std::string::npos);
}

BOOST_AUTO_TEST_CASE(no_secret_is_in_the_database_in_clear)
{
    create("pagerduty", R"({"routingKey":"R0ABCDEFGHIJKLMNOPQRSTUVWXYZ0123"})");
    create("slack", R"({"webhookUrl":"https://hooks.slack.com/services/T0/B0/abcdefh8Qz"})");
    for (auto const* const ending : {"", "-wal"}) {
        auto const file = app.directory.database().string() + ending;
        std::ifstream stream{file, std::ios::binary};
        std::string const bytes{std::istreambuf_iterator<char>{stream}, {}};
        BOOST_TEST(bytes.find("R0ABCDEFGHIJKL") == std::string::npos);
        BOOST_TEST(bytes.find("services/T0") == std::string::npos);
    }
}

BOOST_AUTO_TEST_CASE(a_channel_that_cannot_work_is_refused)
{
    struct Row
    {
        char const *type, *config;
    };
    for (auto const& row :
         {Row{"slack", "{}"},
          Row{"slack", R"({"webhookUrl":1})"},
          Row{"slack", R"({"webhookUrl":"https://evil.example/hooks.slack.com"})"},
          Row{"slack", R"({"webhookUrl":"https://hooks.slack.com.evil.example/x"})"},
          Row{"slack", R"({"webhookUrl":"https://hooks.slack.com@evil.example/x"})"},
          Row{"slack", R"({"webhookUrl":"http://hooks.slack.com/x"})"},
          Row{"webhook", R"({"url":"http://ops.example/x"})"},
          Row{"webhook", R"({"url":"ops"})"},
          Row{"webhook", R"({"url":"https://"})"},
          Row{"webhook", R"({"url":"https://u:p@ops.example/"})"},
          Row{"webhook", R"({"url":"https://ops.example/","secret":""})"},
          Row{"webhook", R"({"url":"https://ops.example/","secret":"a b"})"},
          Row{"email", R"({"to":[]})"},
          Row{"email", R"({"to":"nobody"})"},
          Row{"email", R"({"to":"a@b.example\r\nBcc: c@d.example"})"},
          Row{"email", R"({"to":["a@b.example",1]})"},
          Row{"pagerduty", R"({"routingKey":""})"},
          Row{"pagerduty", R"({"routingKey":null})"},
          Row{"datadog", R"({"apiKey":"k","site":"datadoghq.com.evil.example"})"},
          Row{"datadog", R"({"site":"datadoghq.com"})"},
          Row{"fax", "{}"},
          Row{"email", R"("x")"}})
        expect_error(create(row.type, row.config), 400, "BAD_REQUEST");
    auto const* const good = R"({"to":"a@b.example"})";
    for (auto const* const rest :
         {R"(,"severities":[])", R"(,"severities":["grave"])", R"(,"severities":"high")"})
        expect_error(create("email", good, "x", rest), 400, "BAD_REQUEST");
    expect_error(create("email", good, ""), 400, "BAD_REQUEST");
    expect_error(create("email", good, std::string(101, 'x')), 400, "BAD_REQUEST");
    std::string eleven;
    for (int i = 0; i < 11; ++i)
        eleven += (i > 0 ? "," : "") + std::string{R"("a@b.example")"};
    expect_error(create("email", R"({"to":[)" + eleven + "]}"), 400, "BAD_REQUEST");
    BOOST_TEST(rows_of(*this, "anomaly_channels") == 0);
}

BOOST_AUTO_TEST_CASE(an_alert_goes_to_enabled_channels_of_its_severity)
{
    channel("email", "A", R"(["critical","high"])");
    channel("pagerduty", "B", R"(["high","high","low"])");
    channel("email", "C", R"(["low"])");
    BOOST_TEST(told("AD-011", "critical") == "A");
    BOOST_TEST(told("AD-011", "high") == "BA"); // newest first
    BOOST_TEST(told("AD-011", "medium").empty());
    BOOST_TEST(told("AD-013", "low") == "CB");
    app.writer.execute("UPDATE anomaly_channels SET enabled = 0 WHERE name = 'B'");
    BOOST_TEST(told("AD-011", "high") == "A");
}

BOOST_AUTO_TEST_CASE(only_pagerduty_hears_that_an_alert_is_acknowledged_or_resolved)
{
    channel("email", "A", R"(["high"])");
    channel("pagerduty", "B", R"(["high"])");
    BOOST_TEST(told("AD-011", "high", api::AlertAction::acknowledge) == "B");
    BOOST_TEST(told("AD-011", "high", api::AlertAction::resolve) == "B");
    BOOST_TEST(told("AD-011", "low", api::AlertAction::resolve).empty());
}

BOOST_AUTO_TEST_CASE(a_rule_that_lists_channels_goes_to_these_alone)
{
    auto const a = channel("email", "A", R"(["high"])");
    channel("email", "B", R"(["high"])");
    channel("email", "B", R"(["low"])"); // of the same name
    auto const create_rule = [&](std::string const& rule_id, std::string const& channels) {
        return ask(
            "POST", "/v1/anomaly/rules",
            R"({"ruleId":")" + rule_id + R"(","name":"n","condition":{},)" + channels + "}"
        );
    };
    auto const by_id = create_rule("by_id", R"("alertChannels":[")" + a + R"("])");
    BOOST_TEST(by_id.json().at("alertChannels") == boost::json::array{a});
    BOOST_TEST(create_rule("by_name", R"("channels":["B","B"])").status == 201);
    BOOST_TEST(create_rule("to_all", R"("channels":[])").status == 201);
    BOOST_TEST(told("by_id", "high") == "A");
    BOOST_TEST(told("by_id", "low").empty());
    BOOST_TEST(told("by_name", "high") == "B");
    BOOST_TEST(told("by_name", "low") == "B");
    BOOST_TEST(told("to_all", "high") == "BA");

    // A deleted channel is gone from the rules that list it.
    BOOST_TEST(send("DELETE", "/v1/anomaly/channels/" + a).status == 404);
    BOOST_TEST(ask("DELETE", "/v1/anomaly/channels/" + a).status == 204);
    BOOST_TEST(ask("DELETE", "/v1/anomaly/channels/" + a).status == 404);
    auto const rules = ask("GET", "/v1/anomaly/rules").json().at("rules").as_array();
    BOOST_TEST(rules.back().at("ruleId").as_string() == "by_id");
    BOOST_TEST(rules.back().at("alertChannels").as_array().empty());
}

BOOST_AUTO_TEST_CASE(there_may_be_a_hundred_channels)
{
    for (int i = 0; i < 100; ++i)
        channel("email", "A", R"(["high"])");
    expect_error(create("email", R"({"to":"a@b.example"})"), 400, "BAD_REQUEST");
}

BOOST_AUTO_TEST_SUITE_END()
