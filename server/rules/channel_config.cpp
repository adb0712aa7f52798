#include "server/rules/channel_config.hpp"

#include "server/rules/email_address.hpp"
#include "server/rules/http_url.hpp"

#include <boost/json/array.hpp>

#include <algorithm>
#include <array>
#include <optional>

namespace rules {

namespace {

constexpr std::size_t secret_bytes_max = 512;
constexpr std::size_t addresses_max = 10;
constexpr std::size_t shown_from = 16; // of shorter secrets four characters would tell too much

constexpr std::array<std::string_view, 2> slack_hosts{"hooks.slack.com", "hooks.slack-gov.com"};
constexpr std::array<std::string_view, 7> datadog_sites{
    "datadoghq.com",     "us3.datadoghq.com", "us5.datadoghq.com", "datadoghq.eu",
    "ap1.datadoghq.com", "ap2.datadoghq.com", "ddog-gov.com"};
constexpr std::array<std::string_view, 4> secret_members{
    "webhookUrl", "secret", "routingKey", "apiKey"};

boost::json::string_view json_view(std::string_view text)
{
    return {text.data(), text.size()};
}

// Nothing when the member is absent or null.
std::optional<std::string> find_text(boost::json::object const& given, std::string_view name)
{
    auto const* const value = given.if_contains(json_view(name));
    if (value == nullptr || value->is_null())
        return {};
    if (!value->is_string())
        throw ChannelFault("config." + std::string{name} + " must be a string");
    return std::string{value->get_string()};
}

std::string read_text(boost::json::object const& given, std::string_view name)
{
    auto text = find_text(given, name);
    if (!text || text->empty())
        throw ChannelFault("config." + std::string{name} + " is required");
    return std::move(*text);
}

// What stands in a header must be visible ASCII.
std::string checked_secret(std::string secret, std::string_view name)
{
    auto const visible = [](char c) { return c > ' ' && c < '\x7f'; };
    if (secret.empty() || secret.size() > secret_bytes_max || !std::ranges::all_of(secret, visible))
        throw ChannelFault(
            "config." + std::string{name} + " must be 1 to " + std::to_string(secret_bytes_max) +
            " visible ASCII characters"
        );
    return secret;
}

std::string checked_url(std::string url, std::string_view name, OutboundPolicy const& policy)
{
    if (auto const fault = outbound_url_fault(url, policy))
        throw ChannelFault("config." + std::string{name} + " " + *fault);
    return url;
}

std::string slack_url(boost::json::object const& given, OutboundPolicy const& policy)
{
    auto url = checked_url(read_text(given, "webhookUrl"), "webhookUrl", policy);
    auto const parts = parse_http_url(url);
    if (!parts || std::ranges::find(slack_hosts, parts->host) == slack_hosts.end())
        throw ChannelFault("config.webhookUrl must lead to hooks.slack.com or hooks.slack-gov.com");
    return url;
}

std::string read_address(boost::json::value const& value)
{
    auto const address =
        value.is_string() ? read_email_address(std::string{value.get_string()}) : std::nullopt;
    if (!address)
        throw ChannelFault("config.to must be an e-mail address, or a list of at most 10");
    return *address;
}

boost::json::value read_addresses(boost::json::object const& given)
{
    auto const* const to = given.if_contains("to");
    if (to == nullptr || to->is_null())
        throw ChannelFault("config.to is required");
    if (!to->is_array())
        return boost::json::value(boost::json::string(read_address(*to)));
    auto const& list = to->get_array();
    if (list.empty() || list.size() > addresses_max)
        throw ChannelFault("config.to must be an e-mail address, or a list of at most 10");
    boost::json::array addresses;
    for (auto const& each : list)
        addresses.emplace_back(boost::json::string(read_address(each)));
    return addresses;
}

std::string datadog_site(boost::json::object const& given)
{
    auto site = find_text(given, "site").value_or(std::string{datadog_sites.front()});
    if (std::ranges::find(datadog_sites, std::string_view{site}) == datadog_sites.end()) {
        std::string known;
        for (auto const& each : datadog_sites)
            known += (known.empty() ? "" : ", ") + std::string{each};
        throw ChannelFault("config.site must be one of " + known);
    }
    return site;
}

} // namespace

boost::json::object read_channel_config(
    std::string_view type, boost::json::object const& given, OutboundPolicy const& policy
)
{
    boost::json::object config;
    if (type == "slack") {
        config["webhookUrl"] = slack_url(given, policy);
    } else if (type == "webhook") {
        config["url"] = checked_url(read_text(given, "url"), "url", policy);
        if (auto secret = find_text(given, "secret"))
            config["secret"] = checked_secret(std::move(*secret), "secret");
    } else if (type == "email") {
        config["to"] = read_addresses(given);
    } else if (type == "pagerduty") {
        config["routingKey"] = checked_secret(read_text(given, "routingKey"), "routingKey");
    } else {
        config["apiKey"] = checked_secret(read_text(given, "apiKey"), "apiKey");
        config["site"] = datadog_site(given);
    }
    return config;
}

boost::json::object masked_channel_config(boost::json::object const& config)
{
    auto masked = config;
    for (auto const name : secret_members) {
        auto* const value = masked.if_contains(json_view(name));
        if (value == nullptr)
            continue;
        std::string const secret{value->as_string()};
        *value = boost::json::string(
            "****" + (secret.size() < shown_from ? "" : secret.substr(secret.size() - 4))
        );
    }
    return masked;
}

} // namespace rules
