#include "storage/anomaly_sources.hpp"

namespace storage {

std::vector<AuditRecord> list_audit_records(
    Database& db, std::string_view developer_id, std::int64_t after_seq, std::int64_t limit
)
{
    return db.list<AuditRecord>(
        R"sql(
        SELECT seq, agent_id, grant_id, timestamp, status <> 'success' FROM audit_entries
        WHERE developer_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3)sql",
        developer_id, after_seq, limit
    );
}

// The chain has no gaps and its times never fall, so halving finds the place without an index.
std::int64_t find_audit_seq_at(Database& db, std::string_view developer_id, Timestamp time)
{
    std::int64_t low = 0;
    std::int64_t high = db.find<std::int64_t>(
                              R"sql(
        SELECT seq FROM audit_entries WHERE developer_id = ?1 ORDER BY seq DESC LIMIT 1)sql",
                              developer_id
    )
                            .value_or(0);
    while (low < high) {
        auto const middle = low + (high - low + 1) / 2;
        auto const at = db.find<Timestamp>(
            "SELECT timestamp FROM audit_entries WHERE developer_id = ?1 AND seq = ?2",
            developer_id, middle
        );
        if (at && *at <= time)
            low = middle;
        else
            high = middle - 1;
    }
    return low;
}

std::vector<GrantRecord> list_grant_records(
    Database& db, std::string_view developer_id, std::string_view after_id, std::int64_t limit
)
{
    return db.list<GrantRecord>(
        R"sql(
        SELECT id, agent_id, principal_id, issued_at, depth, parent_id FROM grants
        WHERE developer_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3)sql",
        developer_id, after_id, limit
    );
}

std::optional<std::string>
find_root_agent(Database& db, std::string_view developer_id, std::string_view grant_id)
{
    return db.find<std::string>(
        R"sql(
        WITH RECURSIVE tree(id, agent_id, parent_id) AS (
            SELECT id, agent_id, parent_id FROM grants WHERE id = ?1 AND developer_id = ?2
            UNION
            SELECT parent.id, parent.agent_id, parent.parent_id
            FROM tree CROSS JOIN grants AS parent ON parent.id = tree.parent_id)
        SELECT agent_id FROM tree WHERE parent_id IS NULL)sql",
        grant_id, developer_id
    );
}

void insert_token_record(Database& db, std::string_view developer_id, TokenRecord const& record)
{
    db.run(
        R"sql(
        INSERT INTO anomaly_tokens (developer_id, id, agent_id, grant_id, at)
        VALUES (?1, ?2, ?3, ?4, ?5))sql",
        developer_id, record.id, record.agent_id, record.grant_id, record.at
    );
}

std::vector<TokenRecord> list_token_records(
    Database& db, std::string_view developer_id, std::string_view after_id, std::int64_t limit
)
{
    return db.list<TokenRecord>(
        R"sql(
        SELECT id, agent_id, grant_id, at FROM anomaly_tokens
        WHERE developer_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3)sql",
        developer_id, after_id, limit
    );
}

void delete_token_records(Database& db, std::string_view developer_id, std::string_view up_to_id)
{
    db.run(
        "DELETE FROM anomaly_tokens WHERE developer_id = ?1 AND id <= ?2", developer_id, up_to_id
    );
}

} // namespace storage
