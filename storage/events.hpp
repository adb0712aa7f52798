// What happened, as rows written in the transaction of their cause (transactional outbox).
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct Event
{
    std::string id; // evt_<ULID>; their order is the order of commit
    std::string developer_id;
    std::string type; // "grant.revoked"
    std::string data; // JSON object
    Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(Event, (), (id, developer_id, type, data, created_at))

void insert_event(Database& db, Event const& event);

// Events of the developer after the one with this id (all when it is empty), oldest first.
std::vector<Event> list_events(
    Database& db, std::string_view developer_id, std::string_view after_id, std::int64_t limit
);

// The same over all developers.
std::vector<Event>
list_all_events(Database& db, std::string_view after_id, std::int64_t limit);

std::optional<Event> find_event(Database& db, std::string_view developer_id, std::string_view id);

// The newest event of all developers.
std::optional<std::string> find_last_event_id(Database& db);

// How many events of the developer follow the one with this id, and their size; at most `limit` are
// looked at.
struct EventCount
{
    std::int64_t events = 0;
    std::int64_t bytes = 0; // of their data
};
BOOST_DESCRIBE_STRUCT(EventCount, (), (events, bytes))
EventCount count_events_after(
    Database& db, std::string_view developer_id, std::string_view after_id, std::int64_t limit
);

// Removes up to `limit` events whose ids are below this one and that have no delivery; returns how
// many.
int expire_events(Database& db, std::string_view before_id, std::int64_t limit);

} // namespace storage
