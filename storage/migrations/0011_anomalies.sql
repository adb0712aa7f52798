-- What was found to be out of the ordinary: one row an alert, whose repeats count up while it is
-- open. fingerprint is a hash of what makes two findings the same.
CREATE TABLE anomalies (
    id              TEXT PRIMARY KEY,
    developer_id    TEXT NOT NULL REFERENCES developers (id),
    rule_id         TEXT NOT NULL,
    rule_name       TEXT NOT NULL,
    type            TEXT NOT NULL,
    severity        TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    status          TEXT NOT NULL CHECK (status IN ('open', 'acknowledged', 'resolved')),
    agent_id        TEXT,
    principal_id    TEXT,
    fingerprint     TEXT NOT NULL,
    description     TEXT NOT NULL,
    metadata        TEXT NOT NULL,
    detected_at     INTEGER NOT NULL,
    last_seen_at    INTEGER NOT NULL,
    occurrences     INTEGER NOT NULL CHECK (occurrences >= 1),
    acknowledged_at INTEGER,
    resolved_at     INTEGER,
    note            TEXT,
    CHECK ((status = 'open') = (acknowledged_at IS NULL)),
    CHECK ((status = 'resolved') = (resolved_at IS NOT NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX anomalies_by_developer ON anomalies (developer_id, id);
CREATE INDEX anomalies_by_status ON anomalies (developer_id, status, id);
CREATE INDEX anomalies_by_severity ON anomalies (developer_id, severity, id);
CREATE INDEX anomalies_by_agent ON anomalies (developer_id, agent_id, id);
CREATE INDEX anomalies_by_sight ON anomalies (developer_id, status, last_seen_at);
CREATE INDEX anomalies_by_time ON anomalies (developer_id, detected_at, rule_id, severity, status);
CREATE UNIQUE INDEX anomalies_open ON anomalies (developer_id, fingerprint) WHERE status = 'open';
CREATE INDEX anomalies_closed ON anomalies (developer_id, fingerprint) WHERE status <> 'open';

-- How many a developer has, kept in the transaction of each change.
CREATE TABLE anomaly_totals (
    developer_id TEXT PRIMARY KEY REFERENCES developers (id),
    open         INTEGER NOT NULL DEFAULT 0,
    acknowledged INTEGER NOT NULL DEFAULT 0,
    resolved     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- Rules of a developer's own. condition is the JSON object that was sent; channels are ids.
CREATE TABLE anomaly_rules (
    id           TEXT PRIMARY KEY,
    developer_id TEXT NOT NULL REFERENCES developers (id),
    rule_id      TEXT NOT NULL,
    name         TEXT NOT NULL,
    description  TEXT,
    condition    TEXT NOT NULL,
    severity     TEXT NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    channels     TEXT NOT NULL,
    enabled      INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX anomaly_rules_by_developer ON anomaly_rules (developer_id, id);
CREATE UNIQUE INDEX anomaly_rules_by_name ON anomaly_rules (developer_id, rule_id);

-- Built-in rules that a developer has switched off.
CREATE TABLE anomaly_rules_off (
    developer_id TEXT NOT NULL REFERENCES developers (id),
    rule_id      TEXT NOT NULL,
    PRIMARY KEY (developer_id, rule_id)
) STRICT, WITHOUT ROWID;

-- Where alerts are sent. shown_config is what lists answer: sealed_config with its secrets masked.
CREATE TABLE anomaly_channels (
    id            TEXT PRIMARY KEY,
    developer_id  TEXT NOT NULL REFERENCES developers (id),
    type          TEXT NOT NULL
                  CHECK (type IN ('slack', 'webhook', 'email', 'pagerduty', 'datadog')),
    name          TEXT NOT NULL,
    sealed_config TEXT NOT NULL,
    shown_config  TEXT NOT NULL,
    severities    TEXT NOT NULL,
    enabled       INTEGER NOT NULL CHECK (enabled IN (0, 1)),
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX anomaly_channels_by_developer ON anomaly_channels (developer_id, id);

-- What requests noticed and no other table tells: kept until every window has passed over it.
CREATE TABLE anomaly_signals (
    developer_id TEXT NOT NULL REFERENCES developers (id),
    id           TEXT NOT NULL,
    kind         TEXT NOT NULL CHECK (kind IN ('scope_unregistered', 'scope_beyond_parent',
                     'unknown_agent', 'code_replay', 'refresh_replay', 'revocation', 'debit')),
    agent_id     TEXT,
    principal_id TEXT,
    grant_id     TEXT,
    detail       TEXT NOT NULL,
    amount       INTEGER NOT NULL,
    budget       INTEGER NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (developer_id, id)
) STRICT, WITHOUT ROWID;

-- How far detection has read: the last row taken into a count, and the last one that left it again.
CREATE TABLE anomaly_cursors (
    developer_id TEXT NOT NULL REFERENCES developers (id),
    name         TEXT NOT NULL,
    position     TEXT NOT NULL,
    PRIMARY KEY (developer_id, name)
) STRICT, WITHOUT ROWID;

-- What sliding windows hold now, by agent, grant or (one row) developer.
CREATE TABLE anomaly_counts (
    developer_id TEXT NOT NULL REFERENCES developers (id),
    name         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    total        INTEGER NOT NULL,
    bad          INTEGER NOT NULL,
    off_hours    INTEGER NOT NULL,
    PRIMARY KEY (developer_id, name, subject)
) STRICT, WITHOUT ROWID;

-- Every pair of agent and principal that ever had a grant, and when its first one was issued.
CREATE TABLE anomaly_pairs (
    developer_id TEXT NOT NULL REFERENCES developers (id),
    agent_id     TEXT NOT NULL,
    principal_id TEXT NOT NULL,
    first_at     INTEGER NOT NULL,
    PRIMARY KEY (developer_id, agent_id, principal_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX anomaly_pairs_by_time ON anomaly_pairs (developer_id, first_at);

-- When a grant of this depth was last delegated under a root agent.
CREATE TABLE anomaly_depths (
    developer_id TEXT NOT NULL REFERENCES developers (id),
    agent_id     TEXT NOT NULL,
    depth        INTEGER NOT NULL,
    last_at      INTEGER NOT NULL,
    PRIMARY KEY (developer_id, agent_id, depth)
) STRICT, WITHOUT ROWID;

-- Tokens issued within the longest window of a custom rule, for developers who have one.
CREATE TABLE anomaly_tokens (
    developer_id TEXT NOT NULL REFERENCES developers (id),
    id           TEXT NOT NULL,
    agent_id     TEXT NOT NULL,
    grant_id     TEXT NOT NULL,
    at           INTEGER NOT NULL,
    PRIMARY KEY (developer_id, id)
) STRICT, WITHOUT ROWID;
