// Channels that alerts are sent to. What they are sent with is sealed; lists read the masked copy.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct AnomalyChannel
{
    std::string id;
    std::string developer_id;
    std::string type; // slack, webhook, email, pagerduty, datadog
    std::string name;
    std::string sealed_config; // JSON object
    std::string shown_config;  // the same with its secrets masked
    std::vector<std::string> severities;
    bool enabled = true;
    Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(
    AnomalyChannel, (),
    (id, developer_id, type, name, sealed_config, shown_config, severities, enabled, created_at)
)

// Newest first.
std::vector<AnomalyChannel> list_anomaly_channels(Database& db, std::string_view developer_id);
std::int64_t count_anomaly_channels(Database& db, std::string_view developer_id);
void insert_anomaly_channel(Database& db, AnomalyChannel const& channel);
// False when it is unknown to this developer.
bool delete_anomaly_channel(Database& db, std::string_view developer_id, std::string_view id);

} // namespace storage
