// Detection rules: a developer's own, and which of the built-in ones the developer switched off.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct AnomalyRule
{
    std::string id;
    std::string developer_id;
    std::string rule_id; // the developer's name for it, unique
    std::string name;
    std::optional<std::string> description;
    std::string condition; // JSON object, as it was sent
    std::string severity;
    std::vector<std::string> channels; // ids; empty: every channel
    bool enabled = true;
    Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(
    AnomalyRule, (),
    (id, developer_id, rule_id, name, description, condition, severity, channels, enabled,
     created_at)
)

// By row id, else by the developer's own rule id.
std::optional<AnomalyRule>
find_anomaly_rule(Database& db, std::string_view developer_id, std::string_view id);
std::optional<AnomalyRule>
find_anomaly_rule_by_name(Database& db, std::string_view developer_id, std::string_view rule_id);

// Newest first.
std::vector<AnomalyRule> list_anomaly_rules(Database& db, std::string_view developer_id);
std::int64_t count_anomaly_rules(Database& db, std::string_view developer_id);
void insert_anomaly_rule(Database& db, AnomalyRule const& rule);
void update_anomaly_rule(Database& db, AnomalyRule const& rule); // enabled and channels
void delete_anomaly_rule(Database& db, std::string_view developer_id, std::string_view id);

// Ids of the built-in rules that are off.
std::vector<std::string> list_anomaly_rules_off(Database& db, std::string_view developer_id);
void insert_anomaly_rule_off(Database& db, std::string_view developer_id, std::string_view rule_id);
void delete_anomaly_rule_off(Database& db, std::string_view developer_id, std::string_view rule_id);

} // namespace storage
