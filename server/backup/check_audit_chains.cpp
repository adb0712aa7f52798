#include "server/backup/check_audit_chains.hpp"

#include "server/rules/audit_chain.hpp"
#include "server/rules/time_text.hpp"
#include "storage/audit.hpp"
#include "storage/developers.hpp"

namespace backup {

namespace {

constexpr std::int64_t rows_per_read = 1000;

std::string hash_of(storage::AuditEntry const& entry)
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

struct Place
{
    std::int64_t seq = 0;
    std::optional<std::string> hash;
};

// Moves the place on to the last entry of this developer that is as it should be.
bool follow_chain(
    storage::Database& db, std::string const& developer_id, Place& place,
    std::stop_token const& stop
)
{
    while (!stop.stop_requested()) {
        auto const entries = storage::list_audit_after(db, developer_id, place.seq, rows_per_read);
        for (auto const& entry : entries) {
            if (entry.seq != place.seq + 1 || entry.prev_hash != place.hash ||
                entry.hash != hash_of(entry))
                return false;
            place = {entry.seq, entry.hash};
        }
        if (entries.size() < static_cast<std::size_t>(rows_per_read))
            break;
    }
    return true;
}

} // namespace

std::string BrokenChain::text() const
{
    return "the audit chain of " + developer_id + " is broken at entry " + std::to_string(seq);
}

ChainCheck check_audit_chains(storage::Database& db, std::stop_token const& stop)
{
    ChainCheck check;
    std::string last_id;
    while (!stop.stop_requested()) {
        auto const ids = storage::list_developer_ids(db, last_id, rows_per_read);
        for (auto const& id : ids) {
            Place place;
            if (!follow_chain(db, id, place, stop)) {
                check.broken = BrokenChain{id, place.seq + 1};
                return check;
            }
            check.chains.developers += place.seq > 0 ? 1 : 0;
            check.chains.entries += place.seq;
        }
        if (ids.size() < static_cast<std::size_t>(rows_per_read))
            break;
        last_id = ids.back();
    }
    return check;
}

} // namespace backup
