// Appending to a developer's audit chain: reading its head, hashing, inserting, all in the one
// transaction of the request, so that the chain is linear by construction.
#pragma once

#include "server/turn.hpp"
#include "storage/audit.hpp"
#include "storage/grants.hpp"

namespace api {

// Fills seq, id, timestamp, prev_hash and hash of the entry and inserts it. `counted`: against the
// audit quota.
storage::AuditEntry append_audit(server::Turn& turn, storage::AuditEntry entry, bool counted);

// An entry the server writes itself about a grant; status blocked, metadata.source "server".
void append_server_audit(
    server::Turn& turn, storage::Grant const& grant, std::string_view action
);

// An entry the server writes itself about the developer's account: no agent, grant or person (their
// ids are empty); status success. `metadata`: canonical JSON text with source "server".
void append_account_audit(
    server::Turn& turn, std::string_view developer_id, std::string_view action,
    std::string metadata
);

} // namespace api
