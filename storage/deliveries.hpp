// Events on their way to webhook endpoints. Every change keeps the endpoint's counts by state.
#pragma once

#include "storage/database.hpp"
#include "storage/page.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct Delivery
{
    std::string id;
    std::string webhook_id;
    std::string event_id;
    std::string event_type;
    std::string status; // pending, delivered, failed
    int attempts = 0;
    std::string url; // of the last attempt, or of the next one
    std::optional<std::string> last_error;
    Timestamp created_at;
    std::optional<Timestamp> due_at; // only while pending
    std::optional<Timestamp> last_attempt_at;
    std::optional<Timestamp> delivered_at;
};
BOOST_DESCRIBE_STRUCT(
    Delivery, (),
    (id, webhook_id, event_id, event_type, status, attempts, url, last_error, created_at, due_at,
     last_attempt_at, delivered_at)
)

// Of one endpoint, newest first; `status` empty: in any state.
std::vector<Delivery>
list_deliveries(Database& db, std::string_view webhook_id, std::string_view status, Page page);
std::optional<Delivery>
find_delivery(Database& db, std::string_view webhook_id, std::string_view id);

// A first attempt, due now.
struct NewDelivery
{
    std::string id;
    std::string webhook_id;
    std::string event_id;
    std::string url;
    Timestamp created_at;
};
void insert_delivery(Database& db, NewDelivery const& delivery);

// Ids of what the endpoint is due, the longest due first.
std::vector<std::string>
list_due_deliveries(Database& db, std::string_view webhook_id, Timestamp now, std::int64_t limit);

// Something pending, and when it is due.
struct DueRow
{
    std::string id;
    int attempts = 0;
    Timestamp due_at;
};
BOOST_DESCRIBE_STRUCT(DueRow, (), (id, attempts, due_at))

// Due later than now, the last one first.
std::vector<DueRow>
list_latest_due(Database& db, std::string_view webhook_id, Timestamp now, std::int64_t limit);
// When the endpoint's next delivery is due; nothing when none is pending.
std::optional<Timestamp> find_next_due(Database& db, std::string_view webhook_id);

// All that an attempt needs, as it stands now.
struct Outgoing
{
    std::string id;
    std::string webhook_id;
    std::string developer_id;
    int attempts = 0; // so far
    std::string url;
    std::string sealed_secret;
    std::optional<std::string> sealed_next_secret;
    std::optional<Timestamp> next_secret_at;
    bool legacy_signature = true;
    std::string event_id;
    std::string event_type;
    std::string event_data;
    Timestamp event_created_at;
};
BOOST_DESCRIBE_STRUCT(
    Outgoing, (),
    (id, webhook_id, developer_id, attempts, url, sealed_secret, sealed_next_secret, next_secret_at,
     legacy_signature, event_id, event_type, event_data, event_created_at)
)
// Nothing when it is not pending any more, or its endpoint is gone.
std::optional<Outgoing> find_outgoing(Database& db, std::string_view id);

// What became of an attempt. `due_at`: of the next one; nothing when there is none.
struct AttemptOutcome
{
    std::string id;
    std::string webhook_id;
    std::string url;
    std::string status; // pending, delivered, failed
    std::optional<std::string> error;
    std::optional<Timestamp> due_at;
    Timestamp at;
};
void update_delivery_attempt(Database& db, AttemptOutcome const& outcome);

// Removes up to `limit` finished deliveries whose ids are below this one; returns how many.
int expire_deliveries(Database& db, std::string_view before_id, std::int64_t limit);

// Pending deliveries of all endpoints, and when the oldest of an endpoint was due.
struct Backlog
{
    std::int64_t pending = 0;
    std::optional<Timestamp> oldest_due_at;
};
BOOST_DESCRIBE_STRUCT(Backlog, (), (pending, oldest_due_at))
Backlog find_backlog(Database& db);

} // namespace storage
