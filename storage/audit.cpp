#include "storage/audit.hpp"

#include "storage/developers.hpp"

#include <algorithm>

namespace storage {

std::optional<AuditHead> find_audit_head(Database& db, std::string_view developer_id)
{
    return db.find<AuditHead>(
        R"sql(
        SELECT seq, hash, timestamp FROM audit_entries
        WHERE developer_id = ?1 ORDER BY seq DESC LIMIT 1)sql",
        developer_id
    );
}

std::optional<AuditEntry>
find_audit_entry(Database& db, std::string_view developer_id, std::string_view id)
{
    return db.find<AuditEntry>(
        R"sql(
        SELECT developer_id, seq, id, agent_id, agent_did, grant_id, principal_id, action,
               metadata, timestamp, prev_hash, hash, status
        FROM audit_entries WHERE id = ?1 AND developer_id = ?2)sql",
        id, developer_id
    );
}

std::vector<AuditEntry> list_audit_after(
    Database& db, std::string_view developer_id, std::int64_t after_seq, std::int64_t limit
)
{
    return db.list<AuditEntry>(
        R"sql(
        SELECT developer_id, seq, id, agent_id, agent_did, grant_id, principal_id, action,
               metadata, timestamp, prev_hash, hash, status
        FROM audit_entries WHERE developer_id = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3)sql",
        developer_id, after_seq, limit
    );
}

// A numbered page counts from the oldest entry; without one the newest entries are wanted, which
// the same statement finds from the other end.
std::vector<AuditEntry> list_audit_entries(
    Database& db, std::string_view developer_id, AuditFilter const& filter, Page page, bool newest
)
{
    if (!newest)
        return db.list<AuditEntry>(
            R"sql(
            SELECT developer_id, seq, id, agent_id, agent_did, grant_id, principal_id, action,
                   metadata, timestamp, prev_hash, hash, status
            FROM audit_entries
            WHERE developer_id = ?1 AND (?2 IS NULL OR agent_id = ?2)
              AND (?3 IS NULL OR grant_id = ?3) AND (?4 IS NULL OR principal_id = ?4)
              AND (?5 IS NULL OR action = ?5) AND (?6 IS NULL OR status = ?6)
              AND (?7 IS NULL OR timestamp >= ?7) AND (?8 IS NULL OR timestamp <= ?8)
            ORDER BY seq LIMIT ?9 OFFSET ?10)sql",
            developer_id, filter.agent_id, filter.grant_id, filter.principal_id, filter.action,
            filter.status, filter.since, filter.until, page.size, page.offset()
        );
    auto entries = db.list<AuditEntry>(
        R"sql(
        SELECT developer_id, seq, id, agent_id, agent_did, grant_id, principal_id, action,
               metadata, timestamp, prev_hash, hash, status
        FROM audit_entries
        WHERE developer_id = ?1 AND (?2 IS NULL OR agent_id = ?2)
          AND (?3 IS NULL OR grant_id = ?3) AND (?4 IS NULL OR principal_id = ?4)
          AND (?5 IS NULL OR action = ?5) AND (?6 IS NULL OR status = ?6)
          AND (?7 IS NULL OR timestamp >= ?7) AND (?8 IS NULL OR timestamp <= ?8)
        ORDER BY seq DESC LIMIT ?9)sql",
        developer_id, filter.agent_id, filter.grant_id, filter.principal_id, filter.action,
        filter.status, filter.since, filter.until, page.size
    );
    std::ranges::reverse(entries);
    return entries;
}

std::int64_t
count_audit_entries(Database& db, std::string_view developer_id, AuditFilter const& filter)
{
    if (filter.empty())
        return find_totals(db, developer_id).audit_entries;
    return *db.find<std::int64_t>(
        R"sql(
        SELECT count(*) FROM audit_entries
        WHERE developer_id = ?1 AND (?2 IS NULL OR agent_id = ?2)
          AND (?3 IS NULL OR grant_id = ?3) AND (?4 IS NULL OR principal_id = ?4)
          AND (?5 IS NULL OR action = ?5) AND (?6 IS NULL OR status = ?6)
          AND (?7 IS NULL OR timestamp >= ?7) AND (?8 IS NULL OR timestamp <= ?8))sql",
        developer_id, filter.agent_id, filter.grant_id, filter.principal_id, filter.action,
        filter.status, filter.since, filter.until
    );
}

// Its own statement: an optional filter would walk through everybody's entries.
std::vector<AuditEntry> list_audit_about(
    Database& db, std::string_view developer_id, std::string_view principal_id, std::int64_t limit
)
{
    return db.list<AuditEntry>(
        R"sql(
        SELECT developer_id, seq, id, agent_id, agent_did, grant_id, principal_id, action,
               metadata, timestamp, prev_hash, hash, status
        FROM audit_entries WHERE developer_id = ?1 AND principal_id = ?2
        ORDER BY seq DESC LIMIT ?3)sql",
        developer_id, principal_id, limit
    );
}

GrantUse find_grant_use(
    Database& db, std::string_view developer_id, std::string_view grant_id, Timestamp since,
    std::int64_t limit
)
{
    return *db.find<GrantUse>(
        R"sql(
        SELECT max(timestamp), count(CASE WHEN timestamp >= ?3 THEN 1 END)
        FROM (SELECT timestamp FROM audit_entries WHERE developer_id = ?1 AND grant_id = ?2
              ORDER BY seq DESC LIMIT ?4))sql",
        developer_id, grant_id, since, limit
    );
}

void insert_audit_entry(Database& db, AuditEntry const& entry, bool counted)
{
    db.run(
        R"sql(
        INSERT INTO audit_entries (developer_id, seq, id, agent_id, agent_did, grant_id,
            principal_id, action, metadata, timestamp, prev_hash, hash, status)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13))sql",
        entry.developer_id, entry.seq, entry.id, entry.agent_id, entry.agent_did, entry.grant_id,
        entry.principal_id, entry.action, entry.metadata, entry.timestamp, entry.prev_hash,
        entry.hash, entry.status
    );
    update_totals(db, entry.developer_id, {.audit_entries = 1, .audit_logged = counted ? 1 : 0});
}

} // namespace storage
