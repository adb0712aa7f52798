#include "storage/events.hpp"

namespace storage {

void insert_event(Database& db, Event const& event)
{
    db.run(
        R"sql(
        INSERT INTO events (id, developer_id, type, data, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5))sql",
        event.id, event.developer_id, event.type, event.data, event.created_at
    );
}

std::vector<Event> list_events(
    Database& db, std::string_view developer_id, std::string_view after_id, std::int64_t limit
)
{
    return db.list<Event>(
        R"sql(
        SELECT id, developer_id, type, data, created_at FROM events
        WHERE developer_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3)sql",
        developer_id, after_id, limit
    );
}

int expire_events(Database& db, std::string_view before_id, std::int64_t limit)
{
    return db.run(
        R"sql(
        DELETE FROM events WHERE id IN (
            SELECT id FROM events WHERE id < ?1 AND NOT EXISTS (
                SELECT 1 FROM deliveries WHERE event_id = events.id)
            ORDER BY id LIMIT ?2))sql",
        before_id, limit
    );
}

} // namespace storage
