// Recomputes the audit chain of every developer from what is stored.
#pragma once

#include "server/backup/report.hpp"

#include <optional>
#include <stop_token>

namespace backup {

// The first entry that is not as its chain says: its hash differs from its content or its
// predecessor, or one before it is missing.
struct BrokenChain
{
    std::string developer_id;
    std::int64_t seq = 0;

    [[nodiscard]] std::string text() const;
};

struct ChainCheck
{
    AuditChains chains;
    std::optional<BrokenChain> broken; // nothing: all are whole
};

// Hashes every entry: not for the loop. `db` has the newest schema. Ends early when it is stopped.
ChainCheck check_audit_chains(storage::Database& db, std::stop_token const& stop = {});

} // namespace backup
