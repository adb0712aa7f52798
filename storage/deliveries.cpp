#include "storage/deliveries.hpp"

namespace storage {

std::vector<Delivery>
list_deliveries(Database& db, std::string_view webhook_id, std::string_view status, Page page)
{
    if (status.empty())
        return db.list<Delivery>(
            R"sql(
            SELECT deliveries.id, webhook_id, event_id, type, status, attempts, url, last_error,
                deliveries.created_at, due_at, last_attempt_at, delivered_at
            FROM deliveries JOIN events ON events.id = event_id
            WHERE webhook_id = ?1 ORDER BY deliveries.id DESC LIMIT ?2 OFFSET ?3)sql",
            webhook_id, page.size, page.offset()
        );
    return db.list<Delivery>(
        R"sql(
        SELECT deliveries.id, webhook_id, event_id, type, status, attempts, url, last_error,
            deliveries.created_at, due_at, last_attempt_at, delivered_at
        FROM deliveries JOIN events ON events.id = event_id
        WHERE webhook_id = ?1 AND status = ?2
        ORDER BY deliveries.id DESC LIMIT ?3 OFFSET ?4)sql",
        webhook_id, status, page.size, page.offset()
    );
}

std::optional<Delivery>
find_delivery(Database& db, std::string_view webhook_id, std::string_view id)
{
    return db.find<Delivery>(
        R"sql(
        SELECT deliveries.id, webhook_id, event_id, type, status, attempts, url, last_error,
            deliveries.created_at, due_at, last_attempt_at, delivered_at
        FROM deliveries JOIN events ON events.id = event_id
        WHERE deliveries.id = ?1 AND webhook_id = ?2)sql",
        id, webhook_id
    );
}

void insert_delivery(Database& db, NewDelivery const& delivery)
{
    db.run(
        R"sql(
        INSERT INTO deliveries (id, webhook_id, event_id, status, url, created_at, due_at)
        VALUES (?1, ?2, ?3, 'pending', ?4, ?5, ?5))sql",
        delivery.id, delivery.webhook_id, delivery.event_id, delivery.url, delivery.created_at
    );
    db.run("UPDATE webhooks SET pending = pending + 1 WHERE id = ?1", delivery.webhook_id);
}

std::vector<std::string>
list_due_deliveries(Database& db, std::string_view webhook_id, Timestamp now, std::int64_t limit)
{
    return db.list<std::string>(
        R"sql(
        SELECT id FROM deliveries WHERE webhook_id = ?1 AND status = 'pending' AND due_at <= ?2
        ORDER BY due_at, id LIMIT ?3)sql",
        webhook_id, now, limit
    );
}

std::vector<DueRow>
list_latest_due(Database& db, std::string_view webhook_id, Timestamp now, std::int64_t limit)
{
    return db.list<DueRow>(
        R"sql(
        SELECT id, attempts, due_at FROM deliveries
        WHERE webhook_id = ?1 AND status = 'pending' AND due_at > ?2
        ORDER BY due_at DESC LIMIT ?3)sql",
        webhook_id, now, limit
    );
}

std::optional<Timestamp> find_next_due(Database& db, std::string_view webhook_id)
{
    return db.find<Timestamp>(
        R"sql(
        SELECT due_at FROM deliveries WHERE webhook_id = ?1 AND status = 'pending'
        ORDER BY due_at LIMIT 1)sql",
        webhook_id
    );
}

std::optional<Outgoing> find_outgoing(Database& db, std::string_view id)
{
    return db.find<Outgoing>(
        R"sql(
        SELECT deliveries.id, webhooks.id, webhooks.developer_id, attempts, webhooks.url,
            sealed_secret, sealed_next_secret, next_secret_at, legacy_signature,
            events.id, events.type, events.data, events.created_at
        FROM deliveries JOIN webhooks ON webhooks.id = webhook_id
            JOIN events ON events.id = event_id
        WHERE deliveries.id = ?1 AND status = 'pending')sql",
        id
    );
}

void update_delivery_attempt(Database& db, AttemptOutcome const& outcome)
{
    auto const changed = db.run(
        R"sql(
        UPDATE deliveries SET status = ?2, attempts = attempts + 1, url = ?3,
            last_error = coalesce(?4, last_error), due_at = ?5, last_attempt_at = ?6,
            delivered_at = CASE ?2 WHEN 'delivered' THEN ?6 END
        WHERE id = ?1 AND status = 'pending')sql",
        outcome.id, outcome.status, outcome.url, outcome.error, outcome.due_at, outcome.at
    );
    if (changed == 0 || outcome.status == "pending")
        return; // or deleted with its endpoint meanwhile
    db.run(
        R"sql(
        UPDATE webhooks SET pending = pending - 1, delivered = delivered + (?2 = 'delivered'),
            failed = failed + (?2 = 'failed')
        WHERE id = ?1)sql",
        outcome.webhook_id, outcome.status
    );
}

int expire_deliveries(Database& db, std::string_view before_id, std::int64_t limit)
{
    auto const expired = db.list<Delivery>(
        R"sql(
        SELECT deliveries.id, webhook_id, event_id, type, status, attempts, url, last_error,
            deliveries.created_at, due_at, last_attempt_at, delivered_at
        FROM deliveries JOIN events ON events.id = event_id
        WHERE deliveries.id < ?1 AND status <> 'pending' ORDER BY deliveries.id LIMIT ?2)sql",
        before_id, limit
    );
    for (auto const& delivery : expired) {
        db.run("DELETE FROM deliveries WHERE id = ?1", delivery.id);
        db.run(
            R"sql(
            UPDATE webhooks SET delivered = delivered - (?2 = 'delivered'),
                failed = failed - (?2 = 'failed')
            WHERE id = ?1)sql",
            delivery.webhook_id, delivery.status
        );
    }
    return static_cast<int>(expired.size());
}

Backlog find_backlog(Database& db)
{
    return db
        .find<Backlog>(
            R"sql(
            SELECT coalesce(sum(pending), 0), min((
                SELECT due_at FROM deliveries
                WHERE webhook_id = webhooks.id AND status = 'pending' ORDER BY due_at LIMIT 1))
            FROM webhooks WHERE pending > 0 AND id > '')sql"
        )
        .value_or(Backlog{});
}

} // namespace storage
