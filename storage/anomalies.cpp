#include "storage/anomalies.hpp"

namespace storage {

std::optional<Anomaly>
find_anomaly(Database& db, std::string_view developer_id, std::string_view id)
{
    return db.find<Anomaly>(
        R"sql(
        SELECT id, developer_id, rule_id, rule_name, type, severity, status, agent_id,
               principal_id, fingerprint, description, metadata, detected_at, last_seen_at,
               occurrences, acknowledged_at, resolved_at, note
        FROM anomalies WHERE id = ?1 AND developer_id = ?2)sql",
        id, developer_id
    );
}

std::optional<Anomaly>
find_open_anomaly(Database& db, std::string_view developer_id, std::string_view fingerprint)
{
    return db.find<Anomaly>(
        R"sql(
        SELECT id, developer_id, rule_id, rule_name, type, severity, status, agent_id,
               principal_id, fingerprint, description, metadata, detected_at, last_seen_at,
               occurrences, acknowledged_at, resolved_at, note
        FROM anomalies
        WHERE developer_id = ?1 AND fingerprint = ?2 AND status = 'open')sql",
        developer_id, fingerprint
    );
}

std::optional<Timestamp>
find_last_closing(Database& db, std::string_view developer_id, std::string_view fingerprint)
{
    return db
        .find<std::optional<Timestamp>>(
            R"sql(
        SELECT max(coalesce(resolved_at, acknowledged_at)) FROM anomalies
        WHERE developer_id = ?1 AND fingerprint = ?2 AND status <> 'open')sql",
            developer_id, fingerprint
        )
        .value_or(std::nullopt);
}

// A text per leading column, so that each has the index it needs.
std::vector<Anomaly> list_anomalies(
    Database& db, std::string_view developer_id, AnomalyFilter const& filter, std::int64_t limit
)
{
    if (filter.agent_id)
        return db.list<Anomaly>(
            R"sql(
            SELECT id, developer_id, rule_id, rule_name, type, severity, status, agent_id,
                   principal_id, fingerprint, description, metadata, detected_at, last_seen_at,
                   occurrences, acknowledged_at, resolved_at, note
            FROM anomalies
            WHERE developer_id = ?1 AND agent_id = ?2 AND (?3 IS NULL OR status = ?3)
              AND (?4 IS NULL OR severity = ?4)
            ORDER BY id DESC LIMIT ?5)sql",
            developer_id, filter.agent_id, filter.status, filter.severity, limit
        );
    if (filter.severity)
        return db.list<Anomaly>(
            R"sql(
            SELECT id, developer_id, rule_id, rule_name, type, severity, status, agent_id,
                   principal_id, fingerprint, description, metadata, detected_at, last_seen_at,
                   occurrences, acknowledged_at, resolved_at, note
            FROM anomalies
            WHERE developer_id = ?1 AND severity = ?2 AND (?3 IS NULL OR status = ?3)
            ORDER BY id DESC LIMIT ?4)sql",
            developer_id, filter.severity, filter.status, limit
        );
    if (filter.status)
        return db.list<Anomaly>(
            R"sql(
            SELECT id, developer_id, rule_id, rule_name, type, severity, status, agent_id,
                   principal_id, fingerprint, description, metadata, detected_at, last_seen_at,
                   occurrences, acknowledged_at, resolved_at, note
            FROM anomalies WHERE developer_id = ?1 AND status = ?2
            ORDER BY id DESC LIMIT ?3)sql",
            developer_id, filter.status, limit
        );
    return db.list<Anomaly>(
        R"sql(
        SELECT id, developer_id, rule_id, rule_name, type, severity, status, agent_id,
               principal_id, fingerprint, description, metadata, detected_at, last_seen_at,
               occurrences, acknowledged_at, resolved_at, note
        FROM anomalies WHERE developer_id = ?1 ORDER BY id DESC LIMIT ?2)sql",
        developer_id, limit
    );
}

std::vector<Anomaly> list_anomalies_seen_after(
    Database& db, std::string_view developer_id, Timestamp time, std::int64_t limit
)
{
    return db.list<Anomaly>(
        R"sql(
        SELECT id, developer_id, rule_id, rule_name, type, severity, status, agent_id,
               principal_id, fingerprint, description, metadata, detected_at, last_seen_at,
               occurrences, acknowledged_at, resolved_at, note
        FROM anomalies WHERE developer_id = ?1 AND status = 'open' AND last_seen_at > ?2
        ORDER BY last_seen_at DESC LIMIT ?3)sql",
        developer_id, time, limit
    );
}

AnomalyTotals count_all_anomalies(Database& db)
{
    return db
        .find<AnomalyTotals>(
            R"sql(
            SELECT coalesce(sum(open), 0), coalesce(sum(acknowledged), 0),
                coalesce(sum(resolved), 0)
            FROM anomaly_totals WHERE developer_id > '')sql"
        )
        .value_or(AnomalyTotals{});
}

AnomalyTotals find_anomaly_totals(Database& db, std::string_view developer_id)
{
    return db
        .find<AnomalyTotals>(
            "SELECT open, acknowledged, resolved FROM anomaly_totals WHERE developer_id = ?1",
            developer_id
        )
        .value_or(AnomalyTotals{});
}

std::vector<AnomalyGroup> count_anomalies(
    Database& db, std::string_view developer_id, Timestamp since,
    std::optional<std::string> const& agent_id
)
{
    if (agent_id)
        return db.list<AnomalyGroup>(
            R"sql(
            SELECT rule_id, severity, status, detected_at / 86400000, count(*) FROM anomalies
            WHERE developer_id = ?1 AND agent_id = ?2 AND detected_at > ?3
            GROUP BY 1, 2, 3, 4)sql",
            developer_id, agent_id, since
        );
    return db.list<AnomalyGroup>(
        R"sql(
        SELECT rule_id, severity, status, detected_at / 86400000, count(*) FROM anomalies
        WHERE developer_id = ?1 AND detected_at > ?2
        GROUP BY 1, 2, 3, 4)sql",
        developer_id, since
    );
}

namespace {

void update_anomaly_totals(
    Database& db, std::string_view developer_id, std::string_view status, std::int64_t change
)
{
    db.run(
        R"sql(
        INSERT INTO anomaly_totals (developer_id, open, acknowledged, resolved)
        VALUES (?1, CASE ?2 WHEN 'open' THEN ?3 ELSE 0 END,
                CASE ?2 WHEN 'acknowledged' THEN ?3 ELSE 0 END,
                CASE ?2 WHEN 'resolved' THEN ?3 ELSE 0 END)
        ON CONFLICT (developer_id) DO UPDATE SET open = open + excluded.open,
            acknowledged = acknowledged + excluded.acknowledged,
            resolved = resolved + excluded.resolved)sql",
        developer_id, status, change
    );
}

// Closed rows alone are removed, so each closed status is a range of the index.
std::int64_t expire_of_status(
    Database& db, std::string_view developer_id, std::string_view status,
    Timestamp last_seen_before, std::int64_t limit
)
{
    std::int64_t const removed = db.run(
        R"sql(
        DELETE FROM anomalies WHERE id IN (
            SELECT id FROM anomalies
            WHERE developer_id = ?1 AND status = ?2 AND last_seen_at < ?3
            ORDER BY last_seen_at LIMIT ?4))sql",
        developer_id, status, last_seen_before, limit
    );
    if (removed > 0)
        update_anomaly_totals(db, developer_id, status, -removed);
    return removed;
}

} // namespace

void insert_anomaly(Database& db, Anomaly const& anomaly)
{
    db.run(
        R"sql(
        INSERT INTO anomalies (id, developer_id, rule_id, rule_name, type, severity, status,
            agent_id, principal_id, fingerprint, description, metadata, detected_at, last_seen_at,
            occurrences, acknowledged_at, resolved_at, note)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17,
                ?18))sql",
        anomaly.id, anomaly.developer_id, anomaly.rule_id, anomaly.rule_name, anomaly.type,
        anomaly.severity, anomaly.status, anomaly.agent_id, anomaly.principal_id,
        anomaly.fingerprint, anomaly.description, anomaly.metadata, anomaly.detected_at,
        anomaly.last_seen_at, anomaly.occurrences, anomaly.acknowledged_at, anomaly.resolved_at,
        anomaly.note
    );
    update_anomaly_totals(db, anomaly.developer_id, anomaly.status, 1);
}

void update_repeated_anomaly(Database& db, Anomaly const& anomaly)
{
    db.run(
        R"sql(
        UPDATE anomalies SET description = ?3, metadata = ?4, last_seen_at = ?5, occurrences = ?6
        WHERE id = ?1 AND developer_id = ?2)sql",
        anomaly.id, anomaly.developer_id, anomaly.description, anomaly.metadata,
        anomaly.last_seen_at, anomaly.occurrences
    );
}

void update_anomaly_status(Database& db, Anomaly const& anomaly, std::string_view status_before)
{
    db.run(
        R"sql(
        UPDATE anomalies SET status = ?3, acknowledged_at = ?4, resolved_at = ?5, note = ?6
        WHERE id = ?1 AND developer_id = ?2)sql",
        anomaly.id, anomaly.developer_id, anomaly.status, anomaly.acknowledged_at,
        anomaly.resolved_at, anomaly.note
    );
    if (anomaly.status == status_before)
        return;
    update_anomaly_totals(db, anomaly.developer_id, status_before, -1);
    update_anomaly_totals(db, anomaly.developer_id, anomaly.status, 1);
}

std::int64_t expire_anomalies(
    Database& db, std::string_view developer_id, Timestamp last_seen_before, std::int64_t limit
)
{
    auto const resolved = expire_of_status(db, developer_id, "resolved", last_seen_before, limit);
    return resolved +
           expire_of_status(db, developer_id, "acknowledged", last_seen_before, limit - resolved);
}

} // namespace storage
