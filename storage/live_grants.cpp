#include "storage/live_grants.hpp"

namespace storage {

LivePlace first_live_place(Timestamp now)
{
    return {now + std::chrono::milliseconds{1}, ""}; // one that ends now is over
}

std::optional<LivePlace> find_live_place(
    Database& db, std::string_view developer_id, LivePlace const& after, std::int64_t steps
)
{
    return db.find<LivePlace>(
        R"sql(
        SELECT expires_at, id FROM grants
        WHERE developer_id = ?1 AND status = 'active' AND (expires_at, id) > (?2, ?3)
        ORDER BY expires_at, id LIMIT 1 OFFSET ?4)sql",
        developer_id, after.expires_at, after.id, steps - 1
    );
}

std::int64_t count_live_after(
    Database& db, std::string_view developer_id, LivePlace const& after, std::int64_t limit
)
{
    return *db.find<std::int64_t>(
        R"sql(
        SELECT count(*) FROM (
            SELECT 1 FROM grants
            WHERE developer_id = ?1 AND status = 'active' AND (expires_at, id) > (?2, ?3)
            LIMIT ?4))sql",
        developer_id, after.expires_at, after.id, limit
    );
}

} // namespace storage
