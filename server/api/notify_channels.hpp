// Who is told of an alert (signals contract, "x-notification-channels").
#pragma once

#include "server/turn.hpp"
#include "storage/anomalies.hpp"
#include "storage/anomaly_channels.hpp"

#include <vector>

namespace api {

enum class AlertAction
{
    trigger, // the alert is new
    acknowledge,
    resolve
};

// Chooses the channels that get this: those of the rule when it lists any, else every enabled one;
// of these, those that take the alert's severity. Only PagerDuty hears of acknowledging and
// resolving. Writes a notification for each, and returns them, newest first. `event_id`: of the
// anomaly.detected event of a new alert.
std::vector<storage::AnomalyChannel> notify_channels(
    server::Turn& turn, storage::Anomaly const& anomaly, AlertAction action,
    std::string_view event_id = {}
);

} // namespace api
