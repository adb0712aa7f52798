#include "storage/anomaly_rules.hpp"

namespace storage {

std::optional<AnomalyRule>
find_anomaly_rule(Database& db, std::string_view developer_id, std::string_view id)
{
    return db.find<AnomalyRule>(
        R"sql(
        SELECT id, developer_id, rule_id, name, description, condition, severity, channels,
               enabled, created_at
        FROM anomaly_rules WHERE id = ?1 AND developer_id = ?2)sql",
        id, developer_id
    );
}

std::optional<AnomalyRule>
find_anomaly_rule_by_name(Database& db, std::string_view developer_id, std::string_view rule_id)
{
    return db.find<AnomalyRule>(
        R"sql(
        SELECT id, developer_id, rule_id, name, description, condition, severity, channels,
               enabled, created_at
        FROM anomaly_rules WHERE developer_id = ?1 AND rule_id = ?2)sql",
        developer_id, rule_id
    );
}

std::vector<AnomalyRule> list_anomaly_rules(Database& db, std::string_view developer_id)
{
    return db.list<AnomalyRule>(
        R"sql(
        SELECT id, developer_id, rule_id, name, description, condition, severity, channels,
               enabled, created_at
        FROM anomaly_rules WHERE developer_id = ?1 ORDER BY id DESC)sql",
        developer_id
    );
}

std::int64_t count_anomaly_rules(Database& db, std::string_view developer_id)
{
    return *db.find<std::int64_t>(
        "SELECT count(*) FROM anomaly_rules WHERE developer_id = ?1", developer_id
    );
}

void insert_anomaly_rule(Database& db, AnomalyRule const& rule)
{
    db.run(
        R"sql(
        INSERT INTO anomaly_rules (id, developer_id, rule_id, name, description, condition,
            severity, channels, enabled, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10))sql",
        rule.id, rule.developer_id, rule.rule_id, rule.name, rule.description, rule.condition,
        rule.severity, rule.channels, rule.enabled, rule.created_at
    );
}

void update_anomaly_rule(Database& db, AnomalyRule const& rule)
{
    db.run(
        R"sql(
        UPDATE anomaly_rules SET enabled = ?3, channels = ?4
        WHERE id = ?1 AND developer_id = ?2)sql",
        rule.id, rule.developer_id, rule.enabled, rule.channels
    );
}

void delete_anomaly_rule(Database& db, std::string_view developer_id, std::string_view id)
{
    db.run("DELETE FROM anomaly_rules WHERE id = ?1 AND developer_id = ?2", id, developer_id);
}

std::vector<std::string> list_anomaly_rules_off(Database& db, std::string_view developer_id)
{
    return db.list<std::string>(
        "SELECT rule_id FROM anomaly_rules_off WHERE developer_id = ?1", developer_id
    );
}

void insert_anomaly_rule_off(Database& db, std::string_view developer_id, std::string_view rule_id)
{
    db.run(
        R"sql(
        INSERT INTO anomaly_rules_off (developer_id, rule_id) VALUES (?1, ?2)
        ON CONFLICT (developer_id, rule_id) DO NOTHING)sql",
        developer_id, rule_id
    );
}

void delete_anomaly_rule_off(Database& db, std::string_view developer_id, std::string_view rule_id)
{
    db.run(
        "DELETE FROM anomaly_rules_off WHERE developer_id = ?1 AND rule_id = ?2", developer_id,
        rule_id
    );
}

} // namespace storage
