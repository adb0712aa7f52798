-- An alert on its way to one channel, written in the transaction of the alert's change. As with
-- deliveries, it is due while it is pending.
CREATE TABLE notifications (
    id         TEXT PRIMARY KEY,
    channel_id TEXT NOT NULL REFERENCES anomaly_channels (id),
    anomaly_id TEXT NOT NULL,
    event_id   TEXT NOT NULL,
    action     TEXT NOT NULL CHECK (action IN ('trigger', 'acknowledge', 'resolve')),
    status     TEXT NOT NULL CHECK (status IN ('pending', 'delivered', 'failed')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    last_error TEXT,
    created_at INTEGER NOT NULL,
    due_at     INTEGER,
    CHECK ((status = 'pending') = (due_at IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX notifications_due ON notifications (channel_id, due_at, id) WHERE status = 'pending';
CREATE INDEX notifications_by_channel ON notifications (channel_id);
