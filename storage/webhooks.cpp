#include "storage/webhooks.hpp"

namespace storage {

namespace {

void insert_subscriptions(Database& db, Webhook const& webhook)
{
    for (auto const& type : webhook.events)
        db.run(
            R"sql(
            INSERT INTO webhook_subscriptions (developer_id, type, webhook_id)
            VALUES (?1, ?2, ?3))sql",
            webhook.developer_id, type, webhook.id
        );
}

void delete_subscriptions(Database& db, std::string_view webhook_id)
{
    db.run("DELETE FROM webhook_subscriptions WHERE webhook_id = ?1", webhook_id);
}

} // namespace

std::vector<Webhook> list_webhooks(Database& db, std::string_view developer_id)
{
    return db.list<Webhook>(
        R"sql(
        SELECT id, developer_id, url, events, sealed_secret, sealed_next_secret, next_secret_at,
            legacy_signature, created_at
        FROM webhooks WHERE developer_id = ?1 ORDER BY id DESC)sql",
        developer_id
    );
}

std::int64_t count_webhooks(Database& db, std::string_view developer_id)
{
    return db
        .find<std::int64_t>("SELECT count(*) FROM webhooks WHERE developer_id = ?1", developer_id)
        .value_or(0);
}

std::optional<Webhook>
find_webhook(Database& db, std::string_view developer_id, std::string_view id)
{
    return db.find<Webhook>(
        R"sql(
        SELECT id, developer_id, url, events, sealed_secret, sealed_next_secret, next_secret_at,
            legacy_signature, created_at
        FROM webhooks WHERE id = ?1 AND developer_id = ?2)sql",
        id, developer_id
    );
}

DeliveryCounts find_delivery_counts(Database& db, std::string_view webhook_id)
{
    return db
        .find<DeliveryCounts>(
            "SELECT pending, delivered, failed FROM webhooks WHERE id = ?1", webhook_id
        )
        .value_or(DeliveryCounts{});
}

void insert_webhook(Database& db, Webhook const& webhook)
{
    db.run(
        R"sql(
        INSERT INTO webhooks (id, developer_id, url, events, sealed_secret, sealed_next_secret,
            next_secret_at, legacy_signature, created_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9))sql",
        webhook.id, webhook.developer_id, webhook.url, webhook.events, webhook.sealed_secret,
        webhook.sealed_next_secret, webhook.next_secret_at, webhook.legacy_signature,
        webhook.created_at
    );
    insert_subscriptions(db, webhook);
}

void update_webhook(Database& db, Webhook const& webhook)
{
    db.run(
        R"sql(
        UPDATE webhooks SET url = ?3, events = ?4, sealed_secret = ?5, sealed_next_secret = ?6,
            next_secret_at = ?7, legacy_signature = ?8
        WHERE id = ?1 AND developer_id = ?2)sql",
        webhook.id, webhook.developer_id, webhook.url, webhook.events, webhook.sealed_secret,
        webhook.sealed_next_secret, webhook.next_secret_at, webhook.legacy_signature
    );
    delete_subscriptions(db, webhook.id);
    insert_subscriptions(db, webhook);
}

bool delete_webhook(Database& db, std::string_view developer_id, std::string_view id)
{
    if (!find_webhook(db, developer_id, id))
        return false;
    delete_subscriptions(db, id);
    db.run("DELETE FROM deliveries WHERE webhook_id = ?1", id);
    db.run("DELETE FROM webhooks WHERE id = ?1 AND developer_id = ?2", id, developer_id);
    return true;
}

std::vector<Subscriber>
list_subscribers(Database& db, std::string_view developer_id, std::string_view event_type)
{
    return db.list<Subscriber>(
        R"sql(
        SELECT webhooks.id, webhooks.url
        FROM webhook_subscriptions JOIN webhooks ON webhooks.id = webhook_subscriptions.webhook_id
        WHERE webhook_subscriptions.developer_id = ?1 AND webhook_subscriptions.type = ?2)sql",
        developer_id, event_type
    );
}

std::vector<std::string> list_webhooks_with_work(Database& db)
{
    return db.list<std::string>("SELECT id FROM webhooks WHERE pending > 0 AND id > ''");
}

} // namespace storage
