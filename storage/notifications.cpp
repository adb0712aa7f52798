#include "storage/notifications.hpp"

namespace storage {

void insert_notification(Database& db, NewNotification const& notification)
{
    db.run(
        R"sql(
        INSERT INTO notifications (id, channel_id, anomaly_id, event_id, action, status, created_at,
            due_at)
        VALUES (?1, ?2, ?3, ?4, ?5, 'pending', ?6, ?6))sql",
        notification.id, notification.channel_id, notification.anomaly_id, notification.event_id,
        notification.action, notification.created_at
    );
}

std::vector<std::string> list_channels_with_work(Database& db)
{
    return db.list<std::string>(
        "SELECT DISTINCT channel_id FROM notifications WHERE status = 'pending' AND channel_id > ''"
    );
}

std::vector<std::string>
list_due_notifications(Database& db, std::string_view channel_id, Timestamp now, std::int64_t limit)
{
    return db.list<std::string>(
        R"sql(
        SELECT id FROM notifications WHERE channel_id = ?1 AND status = 'pending' AND due_at <= ?2
        ORDER BY due_at, id LIMIT ?3)sql",
        channel_id, now, limit
    );
}

std::vector<DueRow> list_latest_due_notifications(
    Database& db, std::string_view channel_id, Timestamp now, std::int64_t limit
)
{
    return db.list<DueRow>(
        R"sql(
        SELECT id, attempts, due_at FROM notifications
        WHERE channel_id = ?1 AND status = 'pending' AND due_at > ?2
        ORDER BY due_at DESC LIMIT ?3)sql",
        channel_id, now, limit
    );
}

std::optional<Timestamp> find_next_due_notification(Database& db, std::string_view channel_id)
{
    return db.find<Timestamp>(
        R"sql(
        SELECT due_at FROM notifications WHERE channel_id = ?1 AND status = 'pending'
        ORDER BY due_at LIMIT 1)sql",
        channel_id
    );
}

std::optional<OutgoingNotification> find_outgoing_notification(Database& db, std::string_view id)
{
    return db.find<OutgoingNotification>(
        R"sql(
        SELECT notifications.id, attempts, action, channel_id, anomaly_channels.developer_id,
            anomaly_channels.type, sealed_config, anomalies.id, rule_id, rule_name, severity,
            description, metadata, agent_id, detected_at, events.id, events.data, events.created_at
        FROM notifications JOIN anomaly_channels ON anomaly_channels.id = channel_id
            JOIN anomalies ON anomalies.id = anomaly_id
            LEFT JOIN events ON events.id = event_id
        WHERE notifications.id = ?1 AND notifications.status = 'pending')sql",
        id
    );
}

void update_notification_attempt(
    Database& db, std::string_view id, std::string_view status,
    std::optional<std::string> const& error, std::optional<Timestamp> due_at
)
{
    db.run(
        R"sql(
        UPDATE notifications SET status = ?2, attempts = attempts + 1,
            last_error = coalesce(?3, last_error), due_at = ?4
        WHERE id = ?1 AND status = 'pending')sql",
        id, status, error, due_at
    );
}

int expire_notifications(Database& db, std::string_view before_id, std::int64_t limit)
{
    return db.run(
        R"sql(
        DELETE FROM notifications WHERE id IN (
            SELECT id FROM notifications WHERE id < ?1 AND status <> 'pending'
            ORDER BY id LIMIT ?2))sql",
        before_id, limit
    );
}

void delete_notifications(Database& db, std::string_view channel_id)
{
    db.run("DELETE FROM notifications WHERE channel_id = ?1", channel_id);
}

} // namespace storage
