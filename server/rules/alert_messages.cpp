#include "server/rules/alert_messages.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <algorithm>

namespace rules {

namespace {

namespace json = boost::json;

json::string text(std::string_view value)
{
    return json::string(json::string_view{value.data(), value.size()});
}

std::string upper(std::string word)
{
    std::ranges::transform(word, word.begin(), [](char c) {
        return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    });
    return word;
}

// What Slack would read as a link, a mention or an entity is shown as it is.
std::string slack_escaped(std::string_view value)
{
    std::string escaped;
    for (auto const c : value)
        if (c == '&')
            escaped += "&amp;";
        else if (c == '<')
            escaped += "&lt;";
        else if (c == '>')
            escaped += "&gt;";
        else
            escaped += c;
    return escaped;
}

json::object slack_field(std::string_view title, std::string_view value)
{
    return {{"title", text(title)}, {"value", text(slack_escaped(value))}, {"short", true}};
}

std::string_view slack_color(std::string_view severity)
{
    return severity == "critical" ? "#c92a2a"
           : severity == "high"   ? "#d9480f"
           : severity == "medium" ? "#f08c00"
                                  : "#1971c2";
}

std::string_view pagerduty_severity(std::string_view severity)
{
    return severity == "critical" ? "critical"
           : severity == "high"   ? "error"
           : severity == "medium" ? "warning"
                                  : "info";
}

std::string_view datadog_type(std::string_view severity)
{
    return severity == "critical" || severity == "high" ? "error"
           : severity == "medium"                       ? "warning"
                                                        : "info";
}

} // namespace

std::string slack_message(AlertText const& alert)
{
    auto const headline =
        "[" + upper(alert.severity) + "] " + alert.rule_name + ": " + alert.description;
    json::object const message{
        {"text", text(slack_escaped(headline))},
        {"attachments", json::array{json::object{
                            {"color", text(slack_color(alert.severity))},
                            {"fields", json::array{
                                           slack_field("Agent", alert.agent_id.value_or("-")),
                                           slack_field("Alert", alert.id)}}}}}};
    return json::serialize(message);
}

std::string datadog_event(AlertText const& alert)
{
    json::array tags{text("rule:" + alert.rule_id), text("severity:" + alert.severity)};
    if (alert.agent_id)
        tags.emplace_back(text("agent:" + *alert.agent_id));
    json::object const event{
        {"title", text(alert.rule_name)},
        {"text", text(alert.description)},
        {"alert_type", text(datadog_type(alert.severity))},
        {"aggregation_key", text(alert.rule_id)},
        {"source_type_name", "grantex"},
        {"tags", std::move(tags)}};
    return json::serialize(event);
}

std::string
pagerduty_event(AlertText const& alert, std::string_view routing_key, std::string_view action)
{
    json::object payload{
        {"summary", text(alert.description)},
        {"source", "grantex"},
        {"severity", text(pagerduty_severity(alert.severity))},
        {"timestamp", text(time_text(alert.detected_at))},
        {"class", text(alert.rule_id)},
        {"custom_details", json::parse(alert.context)}};
    if (alert.agent_id)
        payload["component"] = text(*alert.agent_id);
    json::object const event{
        {"routing_key", text(routing_key)},
        {"event_action", text(action)},
        {"dedup_key", text(alert.id)},
        {"payload", std::move(payload)}};
    return json::serialize(event);
}

std::string alert_mail_subject(AlertText const& alert)
{
    auto subject = "[Grantex] " + alert.severity + ": " + alert.rule_name;
    // A name of the developer's own may be in any script; the header is ASCII.
    std::ranges::replace_if(
        subject, [](char c) { return c < ' ' || c > '~'; }, '?'
    );
    return subject;
}

std::string alert_mail_text(AlertText const& alert)
{
    return alert.description + "\n\nAgent: " + alert.agent_id.value_or("-") +
           "\nAlert: " + alert.id + "\nTime:  " + time_text(alert.detected_at) + "\n";
}

} // namespace rules
