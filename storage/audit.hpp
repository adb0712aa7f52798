// The audit chain: one per developer, in the order of `seq`, never changed (triggers refuse it).
#pragma once

#include "storage/database.hpp"
#include "storage/page.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct AuditEntry
{
    std::string developer_id;
    std::int64_t seq = 0; // 1, 2, 3, ... without gaps
    std::string id;
    std::string agent_id;
    std::string agent_did;
    std::string grant_id;
    std::string principal_id;
    std::string action;
    std::string metadata; // canonical JSON text, as it was hashed
    Timestamp timestamp;
    std::optional<std::string> prev_hash;
    std::string hash;
    std::string status; // success, failure, blocked
};
BOOST_DESCRIBE_STRUCT(
    AuditEntry, (),
    (developer_id, seq, id, agent_id, agent_did, grant_id, principal_id, action, metadata,
     timestamp, prev_hash, hash, status)
)

struct AuditHead
{
    std::int64_t seq = 0;
    std::string hash;
    Timestamp timestamp;
};
BOOST_DESCRIBE_STRUCT(AuditHead, (), (seq, hash, timestamp))

// The last entry of the chain; nothing when it is empty.
std::optional<AuditHead> find_audit_head(Database& db, std::string_view developer_id);
std::optional<AuditEntry>
find_audit_entry(Database& db, std::string_view developer_id, std::string_view id);

struct AuditFilter
{
    std::optional<std::string> agent_id;
    std::optional<std::string> grant_id;
    std::optional<std::string> principal_id;
    std::optional<std::string> action;
    std::optional<std::string> status;
    std::optional<Timestamp> since; // inclusive
    std::optional<Timestamp> until; // inclusive

    [[nodiscard]] bool empty() const
    {
        return !agent_id && !grant_id && !principal_id && !action && !status && !since && !until;
    }
};

// In chain order. `newest` takes the page from the end of the chain instead of its start.
std::vector<AuditEntry> list_audit_entries(
    Database& db, std::string_view developer_id, AuditFilter const& filter, Page page, bool newest
);
std::int64_t
count_audit_entries(Database& db, std::string_view developer_id, AuditFilter const& filter);

// The entries after this place in the chain, in its order.
std::vector<AuditEntry> list_audit_after(
    Database& db, std::string_view developer_id, std::int64_t after_seq, std::int64_t limit
);

// The newest entries about a person, newest first.
std::vector<AuditEntry> list_audit_about(
    Database& db, std::string_view developer_id, std::string_view principal_id, std::int64_t limit
);

// What the newest `limit` entries of a grant say about its use.
struct GrantUse
{
    std::optional<Timestamp> last; // nothing: never
    std::int64_t recent = 0;       // entries since the time asked for
};
BOOST_DESCRIBE_STRUCT(GrantUse, (), (last, recent))

GrantUse find_grant_use(
    Database& db, std::string_view developer_id, std::string_view grant_id, Timestamp since,
    std::int64_t limit
);

// `counted`: whether the entry counts against the audit quota (the server's own do not).
void insert_audit_entry(Database& db, AuditEntry const& entry, bool counted);

} // namespace storage
