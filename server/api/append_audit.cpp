#include "server/api/append_audit.hpp"

#include "server/api/agents.hpp"
#include "server/audit_hash.hpp"

#include <algorithm>

namespace api {

storage::AuditEntry append_audit(server::Turn& turn, storage::AuditEntry entry, bool counted)
{
    auto const head = storage::find_audit_head(turn.db, entry.developer_id);
    entry.seq = head ? head->seq + 1 : 1;
    // Never before the head, so that (timestamp, id) sorts like seq even when the clock steps back.
    entry.timestamp = head ? std::max(turn.now, head->timestamp) : turn.now;
    entry.id = turn.app.ids.next("alog", entry.timestamp);
    entry.prev_hash = head ? std::optional{head->hash} : std::nullopt;
    entry.hash = server::audit_hash(entry);
    storage::insert_audit_entry(turn.db, entry, counted);
    turn.app.signals.mark(entry.developer_id);
    return entry;
}

void append_server_audit(server::Turn& turn, storage::Grant const& grant, std::string_view action)
{
    storage::AuditEntry entry;
    entry.developer_id = grant.developer_id;
    entry.agent_id = grant.agent_id;
    entry.agent_did = agent_did(grant.agent_id);
    entry.grant_id = grant.id;
    entry.principal_id = grant.principal_id;
    entry.action = action;
    entry.metadata = R"({"source":"server"})";
    entry.status = "blocked";
    append_audit(turn, std::move(entry), false);
}

void append_account_audit(
    server::Turn& turn, std::string_view developer_id, std::string_view action, std::string metadata
)
{
    storage::AuditEntry entry;
    entry.developer_id = developer_id;
    entry.action = action;
    entry.metadata = std::move(metadata);
    entry.status = "success";
    append_audit(turn, std::move(entry), false);
}

} // namespace api
