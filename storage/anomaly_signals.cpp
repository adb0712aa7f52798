#include "storage/anomaly_signals.hpp"

namespace storage {

void insert_anomaly_signal(Database& db, AnomalySignal const& signal)
{
    db.run(
        R"sql(
        INSERT INTO anomaly_signals (developer_id, id, kind, agent_id, principal_id, grant_id,
            detail, amount, budget, at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10))sql",
        signal.developer_id, signal.id, signal.kind, signal.agent_id, signal.principal_id,
        signal.grant_id, signal.detail, signal.amount, signal.budget, signal.at
    );
}

std::vector<AnomalySignal> list_anomaly_signals(
    Database& db, std::string_view developer_id, std::string_view after_id, std::int64_t limit
)
{
    return db.list<AnomalySignal>(
        R"sql(
        SELECT developer_id, id, kind, agent_id, principal_id, grant_id, detail, amount, budget, at
        FROM anomaly_signals WHERE developer_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3)sql",
        developer_id, after_id, limit
    );
}

void delete_anomaly_signals(Database& db, std::string_view developer_id, std::string_view up_to_id)
{
    db.run(
        "DELETE FROM anomaly_signals WHERE developer_id = ?1 AND id <= ?2", developer_id, up_to_id
    );
}

} // namespace storage
