// Alerts on their way to channels.
#pragma once

#include "storage/deliveries.hpp"

#include <boost/describe/class.hpp>

namespace storage {

// A first attempt, due now.
struct NewNotification
{
    std::string id;
    std::string channel_id;
    std::string anomaly_id;
    std::string event_id; // of anomaly.detected; empty for the other actions
    std::string action;   // trigger, acknowledge, resolve
    Timestamp created_at;
};
void insert_notification(Database& db, NewNotification const& notification);

std::vector<std::string> list_channels_with_work(Database& db);
std::vector<std::string> list_due_notifications(
    Database& db, std::string_view channel_id, Timestamp now, std::int64_t limit
);
std::vector<DueRow> list_latest_due_notifications(
    Database& db, std::string_view channel_id, Timestamp now, std::int64_t limit
);
std::optional<Timestamp> find_next_due_notification(Database& db, std::string_view channel_id);

// All that an attempt needs, as it stands now.
struct OutgoingNotification
{
    std::string id;
    int attempts = 0; // so far
    std::string action;
    std::string channel_id;
    std::string developer_id;
    std::string channel_type;
    std::string sealed_config;
    std::string anomaly_id;
    std::string rule_id;
    std::string rule_name;
    std::string severity;
    std::string description;
    std::string metadata; // JSON object
    std::optional<std::string> agent_id;
    Timestamp detected_at;
    std::optional<std::string> event_id; // with what follows: of the event, for a webhook
    std::optional<std::string> event_data;
    std::optional<Timestamp> event_created_at;
};
BOOST_DESCRIBE_STRUCT(
    OutgoingNotification, (),
    (id, attempts, action, channel_id, developer_id, channel_type, sealed_config, anomaly_id,
     rule_id, rule_name, severity, description, metadata, agent_id, detected_at, event_id,
     event_data, event_created_at)
)
// Nothing when it is not pending any more, or its channel is gone.
std::optional<OutgoingNotification> find_outgoing_notification(Database& db, std::string_view id);

// One more attempt was made. `due_at`: of the next one; nothing when there is none.
void update_notification_attempt(
    Database& db, std::string_view id, std::string_view status,
    std::optional<std::string> const& error, std::optional<Timestamp> due_at
);

// Removes up to `limit` finished ones whose ids are below this one; returns how many.
int expire_notifications(Database& db, std::string_view before_id, std::int64_t limit);

// Of one channel, which goes.
void delete_notifications(Database& db, std::string_view channel_id);

} // namespace storage
