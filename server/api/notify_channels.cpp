#include "server/api/notify_channels.hpp"

#include "storage/anomaly_rules.hpp"
#include "storage/notifications.hpp"

#include <algorithm>

namespace api {

namespace {

bool holds(std::vector<std::string> const& list, std::string const& text)
{
    return std::ranges::find(list, text) != list.end();
}

std::string_view word(AlertAction action)
{
    switch (action) {
    case AlertAction::acknowledge:
        return "acknowledge";
    case AlertAction::resolve:
        return "resolve";
    case AlertAction::trigger:
        break;
    }
    return "trigger";
}

} // namespace

std::vector<storage::AnomalyChannel> notify_channels(
    server::Turn& turn, storage::Anomaly const& anomaly, AlertAction action,
    std::string_view event_id
)
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
    for (auto const& channel : channels) {
        storage::insert_notification(
            turn.db, {.id = turn.next_id("ntf"),
                      .channel_id = channel.id,
                      .anomaly_id = anomaly.id,
                      .event_id = std::string{event_id},
                      .action = std::string{word(action)},
                      .created_at = turn.now}
        );
        turn.app.outbox.channels.insert(channel.id);
    }
    return channels;
}

} // namespace api
