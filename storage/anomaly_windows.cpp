#include "storage/anomaly_windows.hpp"

namespace storage {

std::vector<AnomalyCursor> list_anomaly_cursors(Database& db, std::string_view developer_id)
{
    return db.list<AnomalyCursor>(
        "SELECT name, position FROM anomaly_cursors WHERE developer_id = ?1", developer_id
    );
}

void update_anomaly_cursor(Database& db, std::string_view developer_id, AnomalyCursor const& cursor)
{
    db.run(
        R"sql(
        INSERT INTO anomaly_cursors (developer_id, name, position) VALUES (?1, ?2, ?3)
        ON CONFLICT (developer_id, name) DO UPDATE SET position = excluded.position)sql",
        developer_id, cursor.name, cursor.position
    );
}

std::optional<AnomalyCount> find_anomaly_count(
    Database& db, std::string_view developer_id, std::string_view name, std::string_view subject
)
{
    return db.find<AnomalyCount>(
        R"sql(
        SELECT name, subject, total, bad, off_hours FROM anomaly_counts
        WHERE developer_id = ?1 AND name = ?2 AND subject = ?3)sql",
        developer_id, name, subject
    );
}

std::vector<AnomalyCount> list_anomaly_counts(
    Database& db, std::string_view developer_id, std::string_view name, std::int64_t total_min,
    std::string_view after_subject, std::int64_t limit
)
{
    return db.list<AnomalyCount>(
        R"sql(
        SELECT name, subject, total, bad, off_hours FROM anomaly_counts
        WHERE developer_id = ?1 AND name = ?2 AND subject > ?4 AND total >= ?3
        ORDER BY subject LIMIT ?5)sql",
        developer_id, name, total_min, after_subject, limit
    );
}

void update_anomaly_count(Database& db, std::string_view developer_id, AnomalyCount const& count)
{
    if (count.total == 0) {
        db.run(
            "DELETE FROM anomaly_counts WHERE developer_id = ?1 AND name = ?2 AND subject = ?3",
            developer_id, count.name, count.subject
        );
        return;
    }
    db.run(
        R"sql(
        INSERT INTO anomaly_counts (developer_id, name, subject, total, bad, off_hours)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (developer_id, name, subject) DO UPDATE SET total = excluded.total,
            bad = excluded.bad, off_hours = excluded.off_hours)sql",
        developer_id, count.name, count.subject, count.total, count.bad, count.off_hours
    );
}

void delete_anomaly_window(Database& db, std::string_view developer_id, std::string_view name)
{
    // ';' is the character after ':'.
    db.run(
        R"sql(
        DELETE FROM anomaly_cursors
        WHERE developer_id = ?1 AND name > ?2 || ':' AND name < ?2 || ';')sql",
        developer_id, name
    );
    db.run("DELETE FROM anomaly_counts WHERE developer_id = ?1 AND name = ?2", developer_id, name);
}

} // namespace storage
