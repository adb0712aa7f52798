// Webhook endpoints and what each is subscribed to.
#pragma once

#include "storage/database.hpp"

#include <boost/describe/class.hpp>

namespace storage {

struct Webhook
{
    std::string id;
    std::string developer_id;
    std::string url;
    std::vector<std::string> events; // types, in the order the developer gave
    std::string sealed_secret;
    std::optional<std::string> sealed_next_secret;
    std::optional<Timestamp> next_secret_at; // from then on the next secret signs
    bool legacy_signature = true;
    Timestamp created_at;
};
BOOST_DESCRIBE_STRUCT(
    Webhook, (),
    (id, developer_id, url, events, sealed_secret, sealed_next_secret, next_secret_at,
     legacy_signature, created_at)
)

// How many deliveries of an endpoint are in each state.
struct DeliveryCounts
{
    std::int64_t pending = 0;
    std::int64_t delivered = 0;
    std::int64_t failed = 0;
};
BOOST_DESCRIBE_STRUCT(DeliveryCounts, (), (pending, delivered, failed))

// Newest first.
std::vector<Webhook> list_webhooks(Database& db, std::string_view developer_id);
std::int64_t count_webhooks(Database& db, std::string_view developer_id);
std::optional<Webhook>
find_webhook(Database& db, std::string_view developer_id, std::string_view id);
DeliveryCounts find_delivery_counts(Database& db, std::string_view webhook_id);

// With its subscriptions.
void insert_webhook(Database& db, Webhook const& webhook);
void update_webhook(Database& db, Webhook const& webhook);

// With its subscriptions and deliveries. False when the developer has no such endpoint.
bool delete_webhook(Database& db, std::string_view developer_id, std::string_view id);

struct Subscriber
{
    std::string webhook_id;
    std::string url;
};
BOOST_DESCRIBE_STRUCT(Subscriber, (), (webhook_id, url))

// Whom an event of the developer goes to.
std::vector<Subscriber>
list_subscribers(Database& db, std::string_view developer_id, std::string_view event_type);

// Endpoints that have a delivery pending.
std::vector<std::string> list_webhooks_with_work(Database& db);

} // namespace storage
