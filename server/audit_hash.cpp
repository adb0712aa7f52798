#include "server/audit_hash.hpp"

#include "server/rules/audit_chain.hpp"
#include "server/rules/time_text.hpp"

namespace server {

std::string audit_hash(storage::AuditEntry const& entry)
{
    auto const timestamp = rules::time_text(entry.timestamp);
    return rules::audit_hash(
        {.id = entry.id,
         .agent_id = entry.agent_id,
         .agent_did = entry.agent_did,
         .grant_id = entry.grant_id,
         .principal_id = entry.principal_id,
         .developer_id = entry.developer_id,
         .action = entry.action,
         .metadata_text = entry.metadata,
         .timestamp = timestamp,
         .prev_hash =
             entry.prev_hash ? std::optional<std::string_view>{*entry.prev_hash} : std::nullopt,
         .status = entry.status}
    );
}

} // namespace server
