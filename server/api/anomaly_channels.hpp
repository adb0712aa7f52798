// Notification channels: where alerts go. Their secrets are sealed and never listed.
#pragma once

#include "server/api/anomaly_alerts.hpp"

#include <boost/json/object.hpp>

namespace api {

using ChannelType = http::OneOf<"slack", "webhook", "email", "pagerduty", "datadog">;

struct CreateChannelBody
{
    ChannelType type;
    http::Line<1, 100> name;
    boost::json::object config;
    std::optional<http::List<AnomalySeverity, 1, 4>> severities;
};
BOOST_DESCRIBE_STRUCT(CreateChannelBody, (), (type, name, config, severities))

struct ChannelView
{
    std::string id;
    ChannelType type;
    std::string name;
    http::RawJson config; // secrets masked
    std::vector<std::string> severities;
    bool enabled = true;
    storage::Timestamp createdAt;
};
BOOST_DESCRIBE_STRUCT(ChannelView, (), (id, type, name, config, severities, enabled, createdAt))

struct ChannelListView
{
    std::vector<ChannelView> channels;
};
BOOST_DESCRIBE_STRUCT(ChannelListView, (), (channels))

http::Created<ChannelView>
create_anomaly_channel(http::Request& request, CreateChannelBody const& body);
ChannelListView list_anomaly_channels(http::Request& request);
http::NoContent delete_anomaly_channel(http::Request& request);

} // namespace api
