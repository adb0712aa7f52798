#include "server/api/notify_channels.hpp"

#include "storage/anomaly_rules.hpp"

#include <algorithm>

namespace api {

namespace {

bool holds(std::vector<std::string> const& list, std::string const& text)
{
    return std::ranges::find(list, text) != list.end();
}

} // namespace

std::vector<storage::AnomalyChannel>
notify_channels(server::Turn& turn, storage::Anomaly const& anomaly, AlertAction action)
{
    auto channels = storage::list_anomaly_channels(turn.db, anomaly.developer_id);
    if (channels.empty())
        return channels;
    auto const rule =
        storage::find_anomaly_rule_by_name(turn.db, anomaly.developer_id, anomaly.rule_id);
    std::erase_if(channels, [&](storage::AnomalyChannel const& channel) {
        return !channel.enabled || !holds(channel.severities, anomaly.severity) ||
               (action != AlertAction::trigger && channel.type != "pagerduty") ||
               (rule && !rule->channels.empty() && !holds(rule->channels, channel.id));
    });
    return channels;
}

} // namespace api
