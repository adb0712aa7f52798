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

std::vector<Event> list_all_events(Database& db, std::string_view after_id, std::int64_t limit)
{
    return db.list<Event>(
        R"sql(
        SELECT id, developer_id, type, data, created_at FROM events
        WHERE id > ?1 ORDER BY id LIMIT ?2)sql",
        after_id, limit
    );
}

std::optional<Event> find_event(Database& db, std::string_view developer_id, std::string_view id)
{
    return db.find<Event>(
        R"sql(
        SELECT id, developer_id, type, data, created_at FROM events
        WHERE id = ?1 AND developer_id = ?2)sql",
        id, developer_id
    );
}

std::optional<std::string> find_last_event_id(Database& db)
{
    return db.find<std::string>("SELECT id FROM events WHERE id > '' ORDER BY id DESC LIMIT 1");
}

EventCount count_events_after(
    Database& db, std::string_view developer_id, std::string_view after_id, std::int64_t limit
)
{
    return db
        .find<EventCount>(
            R"sql(
            SELECT count(*), coalesce(sum(bytes), 0) FROM (
                SELECT length(data) AS bytes FROM events
                WHERE developer_id = ?1 AND id > ?2 ORDER BY id LIMIT ?3))sql",
            developer_id, after_id, limit
        )
        .value_or(EventCount{});
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
