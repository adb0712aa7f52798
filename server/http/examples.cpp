#include "server/http/examples.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <string>

namespace http {

namespace {

constexpr std::pair<std::string_view, std::string_view> known[] = {
    {"action", "calendar.read"},
    {"agentId", "ag_01KJF1S600JW4GBPASAG2RPHRM"},
    {"alertId", "anm_01KJF5B7E0H4M8Q1T5W9Y2C6FK"},
    {"authRequestId", "areq_01KJF2G8Z6Q4V0N7T1XW3YB5DK"},
    {"channelId", "achan_01KJF5D2G6K9N3R7V0X4Z8B1EH"},
    {"code", "Zr3kq0V6mC8uYwT1nB4sJx9LhE2dGfA7pKiQoRtUvWy"},
    {"csrf", "VALUE"},
    {"developerId", "dev_01KJF1S600JW4GBPASAG2RPHRM"},
    {"did", "did:grantex:ag_01KJF1S600JW4GBPASAG2RPHRM"},
    {"domain", "agents.nimbus.example"},
    {"email", "ops@nimbus.example"},
    {"entryId", "alog_01KJF3M5R8C2H6P9S4VXZ0B7TQ"},
    {"deliveryId", "whd_01KJF5B4H8M1P4S7V0X3Z6C9FJ"},
    {"events", "grant.revoked"},
    {"grantId", "grnt_01KJF2W3E7K5N8Q1S6VYB4D0HM"},
    {"jti", "tok_01KJF2W3E9A4C7F0J3M6P8R1TV"},
    {"name", "Trip Planner"},
    {"parentGrantToken", "GRANT_TOKEN"},
    {"principalId", "user_7421"},
    {"refreshToken", "REFRESH_TOKEN"},
    {"req", "areq_01KJF2G8Z6Q4V0N7T1XW3YB5DK"},
    {"ruleId", "refund_burst"},
    {"scopes", "calendar:read"},
    {"subAgentId", "ag_01KJF4A2D6G9K3N7Q0S5V8XBEH"},
    {"token", "GRANT_TOKEN"},
    {"url", "https://hooks.nimbus.example/grantex"},
};

// Of a slack channel, the first of the types: an object whose members its schema does not tell.
boost::json::object example_config()
{
    return {{"webhookUrl", "https://hooks.slack.com/services/T01KJF/B01KJF/Zr3kq0V6mC8uYwT1"}};
}

// Empty when there is none.
std::string_view known_text(std::string_view name)
{
    auto const* const found =
        std::ranges::find(known, name, &std::pair<std::string_view, std::string_view>::first);
    return found == std::end(known) ? std::string_view{} : found->second;
}

std::string_view type_of(boost::json::object const& schema)
{
    auto const* const type = schema.if_contains("type");
    if (type == nullptr)
        return {};
    return type->is_array() ? type->get_array().front().as_string() : type->as_string();
}

boost::json::value example_value(
    std::string_view name, boost::json::object const& given, boost::json::object const& components
)
{
    auto const& schema = resolved(given, components);
    if (auto const* const words = schema.if_contains("enum"))
        return words->as_array().front();
    if (auto const* const choices = schema.if_contains("oneOf"))
        return example_value(name, choices->as_array().front().as_object(), components);
    auto const type = type_of(schema);
    if (name == "config")
        return example_config();
    if (type == "object")
        return example_body(schema, components, false);
    if (type == "array")
        return boost::json::array{example_value(name, schema.at("items").as_object(), components)};
    if (type == "boolean")
        return true;
    if (type == "integer" || type == "number") {
        auto const* const min = schema.if_contains("minimum");
        return std::max<std::int64_t>(1, min == nullptr ? 1 : min->to_number<std::int64_t>());
    }
    auto const text = known_text(name);
    return boost::json::string{text.empty() ? "..." : text};
}

} // namespace

boost::json::object const&
resolved(boost::json::object const& schema, boost::json::object const& components)
{
    auto const* const reference = schema.if_contains("$ref");
    if (reference == nullptr)
        return schema;
    std::string_view const path{reference->as_string()};
    return components.at(path.substr(path.rfind('/') + 1)).as_object();
}

boost::json::object
example_body(boost::json::object const& given, boost::json::object const& components, bool form)
{
    auto const& schema = resolved(given, components);
    boost::json::object example;
    auto const* const properties = schema.if_contains("properties");
    if (properties == nullptr)
        return example;
    auto const* const required = schema.if_contains("required");
    for (auto const& [name, property] : properties->as_object()) {
        auto const needed = required != nullptr && std::ranges::find(required->as_array(), name) !=
                                                       required->as_array().end();
        if (needed || form || (required == nullptr && example.empty()))
            example[name] = example_value(name, property.as_object(), components);
    }
    return example;
}

std::string example_path(std::string_view pattern)
{
    std::string path;
    while (!pattern.empty()) {
        auto const open = std::min(pattern.find('{'), pattern.size());
        path += pattern.substr(0, open);
        pattern.remove_prefix(open);
        if (pattern.empty())
            break;
        auto const close = pattern.find('}');
        auto const name = pattern.substr(1, close - 1);
        auto const text =
            name.ends_with("Id") || name == "did" ? known_text(name) : std::string_view{};
        path += text;
        if (text.empty())
            for (auto const c : name)
                path += static_cast<char>(c >= 'a' && c <= 'z' ? c - ('a' - 'A') : c);
        pattern.remove_prefix(close + 1);
    }
    return path;
}

} // namespace http
