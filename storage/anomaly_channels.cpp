#include "storage/anomaly_channels.hpp"

#include "storage/notifications.hpp"

namespace storage {

std::vector<AnomalyChannel> list_anomaly_channels(Database& db, std::string_view developer_id)
{
    return db.list<AnomalyChannel>(
        R"sql(
        SELECT id, developer_id, type, name, sealed_config, shown_config, severities, enabled,
               created_at
        FROM anomaly_channels WHERE developer_id = ?1 ORDER BY id DESC)sql",
        developer_id
    );
}

std::int64_t count_anomaly_channels(Database& db, std::string_view developer_id)
{
    return *db.find<std::int64_t>(
        "SELECT count(*) FROM anomaly_channels WHERE developer_id = ?1", developer_id
    );
}

void insert_anomaly_channel(Database& db, AnomalyChannel const& channel)
{
    db.run(
        R"sql(
        INSERT INTO anomaly_channels (id, developer_id, type, name, sealed_config, shown_config,
            severities, enabled, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9))sql",
        channel.id, channel.developer_id, channel.type, channel.name, channel.sealed_config,
        channel.shown_config, channel.severities, channel.enabled, channel.created_at
    );
}

bool delete_anomaly_channel(Database& db, std::string_view developer_id, std::string_view id)
{
    auto const own = db.find<std::string>(
        "SELECT id FROM anomaly_channels WHERE id = ?1 AND developer_id = ?2", id, developer_id
    );
    if (!own)
        return false;
    delete_notifications(db, id);
    db.run("DELETE FROM anomaly_channels WHERE id = ?1 AND developer_id = ?2", id, developer_id);
    return true;
}

} // namespace storage
