// What a notification channel is told to send with: the members of its type, checked, and the same
// with its secrets masked (signals contract, "x-notification-channels").
#pragma once

#include "server/rules/outbound_url.hpp"

#include <boost/json/object.hpp>

#include <stdexcept>
#include <string>
#include <string_view>

namespace rules {

// The sentence says which member and what is accepted.
class ChannelFault : public std::runtime_error
{
public:
    using std::runtime_error::runtime_error;
};

// Only the members of the type are taken: slack webhookUrl; webhook url and optional secret; email
// to; pagerduty routingKey; datadog apiKey and site. Throws ChannelFault.
boost::json::object read_channel_config(
    std::string_view type, boost::json::object const& given, OutboundPolicy const& policy
);

// Secret members show their last four characters after ****, short ones nothing of themselves.
boost::json::object masked_channel_config(boost::json::object const& config);

} // namespace rules
