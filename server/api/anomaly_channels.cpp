#include "server/api/anomaly_channels.hpp"

#include "server/rules/channel_config.hpp"
#include "server/webhook_secret.hpp"
#include "storage/anomaly_channels.hpp"
#include "storage/anomaly_rules.hpp"

#include <boost/json/serialize.hpp>

#include <algorithm>

namespace api {

namespace {

constexpr std::int64_t channels_max = 100; // each of them may be told of every alert

ChannelView view(storage::AnomalyChannel const& channel)
{
    return {
        .id = channel.id,
        .type = channel.type,
        .name = channel.name,
        .config = {channel.shown_config},
        .severities = channel.severities,
        .enabled = channel.enabled,
        .createdAt = channel.created_at};
}

std::string text_of(boost::json::object const& object)
{
    auto const text = boost::json::serialize(object);
    return {text.data(), text.size()};
}

boost::json::object read_config(http::Request const& request, CreateChannelBody const& body)
{
    try {
        return rules::read_channel_config(
            body.type, body.config, request.app.config.outbound_policy
        );
    } catch (rules::ChannelFault const& fault) {
        throw http::bad_request(fault.what());
    }
}

std::vector<std::string> read_severities(CreateChannelBody const& body)
{
    if (!body.severities)
        return {"critical", "high"};
    std::vector<std::string> severities;
    for (auto const& each : *body.severities)
        if (std::ranges::find(severities, each) == severities.end())
            severities.push_back(each);
    return severities;
}

} // namespace

http::Created<ChannelView>
create_anomaly_channel(http::Request& request, CreateChannelBody const& body)
{
    auto config = read_config(request, body);
    if (storage::count_anomaly_channels(request.db, request.caller().id) >= channels_max)
        throw http::bad_request(
            "There are " + std::to_string(channels_max) + " channels already. Delete one first"
        );
    auto const makes_secret = body.type == "webhook" && !config.contains("secret");
    if (makes_secret)
        config["secret"] = server::make_webhook_secret();

    storage::AnomalyChannel channel;
    channel.id = request.next_id("achan");
    channel.developer_id = request.caller().id;
    channel.type = body.type;
    channel.name = body.name;
    channel.sealed_config = request.app.keys.seal(
        request.db, request.app.ids, request.now, "channel", channel.developer_id, channel.id,
        "config", text_of(config)
    );
    channel.shown_config = text_of(rules::masked_channel_config(config));
    channel.severities = read_severities(body);
    channel.created_at = request.now;
    storage::insert_anomaly_channel(request.db, channel);
    auto made = view(channel);
    if (makes_secret)
        made.config.text = text_of(config); // this once; it holds no other secret
    return {std::move(made)};
}

ChannelListView list_anomaly_channels(http::Request& request)
{
    ChannelListView list;
    for (auto const& channel : storage::list_anomaly_channels(request.db, request.caller().id))
        list.channels.push_back(view(channel));
    return list;
}

http::NoContent delete_anomaly_channel(http::Request& request)
{
    auto const& id = request.path("channelId");
    auto const& developer_id = request.caller().id;
    if (!storage::delete_anomaly_channel(request.db, developer_id, id))
        throw http::not_found("Channel");
    for (auto& rule : storage::list_anomaly_rules(request.db, developer_id))
        if (std::erase(rule.channels, id) > 0)
            storage::update_anomaly_rule(request.db, rule);
    return {};
}

} // namespace api
