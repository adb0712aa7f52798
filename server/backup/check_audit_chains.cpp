#include "server/backup/check_audit_chains.hpp"

#include "server/audit_hash.hpp"
#include "storage/audit.hpp"
#include "storage/developers.hpp"

namespace backup {

namespace {

constexpr std::int64_t rows_per_read = 1000;

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
                entry.hash != server::audit_hash(entry))
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
