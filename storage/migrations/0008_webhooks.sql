-- Endpoints that events are delivered to, and the counts of their deliveries by state. The secret
-- signs; a second one replaces it from next_secret_at on.
CREATE TABLE webhooks (
    id                 TEXT PRIMARY KEY,
    developer_id       TEXT NOT NULL REFERENCES developers (id),
    url                TEXT NOT NULL,
    events             TEXT NOT NULL,
    sealed_secret      TEXT NOT NULL,
    sealed_next_secret TEXT,
    next_secret_at     INTEGER,
    legacy_signature   INTEGER NOT NULL CHECK (legacy_signature IN (0, 1)),
    created_at         INTEGER NOT NULL,
    pending            INTEGER NOT NULL DEFAULT 0,
    delivered          INTEGER NOT NULL DEFAULT 0,
    failed             INTEGER NOT NULL DEFAULT 0,
    CHECK ((sealed_next_secret IS NULL) = (next_secret_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX webhooks_by_developer ON webhooks (developer_id, id);
CREATE INDEX webhooks_with_work ON webhooks (id) WHERE pending > 0;

-- Which endpoints an event of a type goes to: a row for each of webhooks.events.
CREATE TABLE webhook_subscriptions (
    developer_id TEXT NOT NULL REFERENCES developers (id),
    type         TEXT NOT NULL,
    webhook_id   TEXT NOT NULL REFERENCES webhooks (id),
    PRIMARY KEY (developer_id, type, webhook_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_subscriptions_by_webhook ON webhook_subscriptions (webhook_id);

-- An event on its way to one endpoint, written in the transaction of the event. It is due while it
-- is pending; a delivery under way is known to the process alone, so a crash leaves it due.
CREATE TABLE deliveries (
    id              TEXT PRIMARY KEY,
    webhook_id      TEXT NOT NULL REFERENCES webhooks (id),
    event_id        TEXT NOT NULL REFERENCES events (id),
    status          TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    url             TEXT NOT NULL,
    last_error      TEXT,
    created_at      INTEGER NOT NULL,
    due_at          INTEGER,
    last_attempt_at INTEGER,
    delivered_at    INTEGER,
    CHECK ((status = 'pending') = (due_at IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_due ON deliveries (webhook_id, due_at, id) WHERE status = 'pending';
CREATE INDEX deliveries_by_webhook ON deliveries (webhook_id, id);
CREATE INDEX deliveries_by_status ON deliveries (webhook_id, status, id);
CREATE INDEX deliveries_by_event ON deliveries (event_id);
