-- Times are milliseconds since 1970 (UTC). Lists of strings are lines. Ids are time-ordered, so the
-- tables grow at their end. *_hash columns hold lower-case hex; sealed columns hold v1.<key>.<text>.

CREATE TABLE developers (
    id                    TEXT PRIMARY KEY,
    name                  TEXT NOT NULL,
    email                 TEXT UNIQUE,
    email_verified        INTEGER NOT NULL DEFAULT 0 CHECK (email_verified IN (0, 1)),
    mode                  TEXT NOT NULL CHECK (mode IN ('live', 'sandbox')),
    plan                  TEXT NOT NULL CHECK (plan IN ('free', 'pro', 'enterprise')),
    fido_required         INTEGER NOT NULL DEFAULT 0 CHECK (fido_required IN (0, 1)),
    fido_rp_name          TEXT,
    allowed_redirect_uris TEXT NOT NULL DEFAULT '',
    max_delegation_depth  INTEGER CHECK (max_delegation_depth BETWEEN 1 AND 10),
    consent_auth          TEXT CHECK (consent_auth IN ('none', 'link', 'session', 'passkey')),
    created_at            INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX developers_by_creation ON developers (created_at);

-- Totals of what lists show and quotas bound, kept in the transaction of each change.
CREATE TABLE developer_totals (
    developer_id  TEXT PRIMARY KEY REFERENCES developers (id),
    agents        INTEGER NOT NULL DEFAULT 0,
    grants        INTEGER NOT NULL DEFAULT 0,
    audit_entries INTEGER NOT NULL DEFAULT 0,
    audit_logged  INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- What the operator's counters show, kept in the transaction of each change; a row a mode in use.
CREATE TABLE totals_by_mode (
    mode       TEXT PRIMARY KEY CHECK (mode IN ('live', 'sandbox')),
    developers INTEGER NOT NULL DEFAULT 0,
    agents     INTEGER NOT NULL DEFAULT 0,
    grants     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE api_keys (
    key_hash     TEXT PRIMARY KEY,
    developer_id TEXT NOT NULL REFERENCES developers (id),
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX api_keys_by_developer ON api_keys (developer_id);

CREATE TABLE agents (
    id                    TEXT PRIMARY KEY,
    developer_id          TEXT NOT NULL REFERENCES developers (id),
    name                  TEXT NOT NULL,
    description           TEXT NOT NULL,
    scopes                TEXT NOT NULL,
    allowed_redirect_uris TEXT NOT NULL,
    status                TEXT NOT NULL
                          CHECK (status = 'active' OR status = 'suspended' OR status = 'deleted'),
    created_at            INTEGER NOT NULL,
    updated_at            INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX agents_by_developer ON agents (developer_id, id) WHERE status <> 'deleted';

CREATE TABLE auth_requests (
    id                 TEXT PRIMARY KEY,
    developer_id       TEXT NOT NULL REFERENCES developers (id),
    agent_id           TEXT NOT NULL REFERENCES agents (id),
    principal_id       TEXT NOT NULL,
    scopes             TEXT NOT NULL,
    redirect_uri       TEXT,
    state              TEXT,
    audience           TEXT,
    code_challenge     TEXT,
    expires_in         TEXT NOT NULL,
    expires_in_seconds INTEGER NOT NULL,
    link_hash          TEXT,
    status             TEXT NOT NULL
                       CHECK (status = 'pending' OR status = 'approved' OR status = 'denied' OR
                              status = 'consumed' OR status = 'cancelled'),
    created_at         INTEGER NOT NULL,
    decide_by          INTEGER NOT NULL,
    code_hash          TEXT,
    approved_at        INTEGER,
    consumed_at        INTEGER,
    grant_id           TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX auth_requests_by_code ON auth_requests (code_hash) WHERE code_hash IS NOT NULL;
CREATE INDEX auth_requests_open ON auth_requests (agent_id) WHERE status IN ('pending', 'approved');

CREATE TABLE grants (
    id           TEXT PRIMARY KEY,
    developer_id TEXT NOT NULL REFERENCES developers (id),
    agent_id     TEXT NOT NULL REFERENCES agents (id),
    principal_id TEXT NOT NULL,
    scopes       TEXT NOT NULL,
    audience     TEXT,
    status       TEXT NOT NULL CHECK (status IN ('active', 'revoked')),
    issued_at    INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    revoked_at   INTEGER,
    parent_id    TEXT REFERENCES grants (id),
    depth        INTEGER NOT NULL CHECK (depth BETWEEN 0 AND 10),
    origin       TEXT NOT NULL CHECK (origin = 'grantex' OR origin = 'oauth' OR origin = 'delegation')
) STRICT, WITHOUT ROWID;
CREATE INDEX grants_by_developer ON grants (developer_id, id);
CREATE INDEX grants_by_agent ON grants (agent_id, id);
CREATE INDEX grants_by_principal ON grants (developer_id, principal_id, id);
CREATE INDEX grants_by_parent ON grants (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX grants_live ON grants (developer_id, expires_at, id, status) WHERE status = 'active';
CREATE INDEX grants_live_by_principal ON grants (developer_id, principal_id, expires_at)
WHERE status = 'active';

-- A grant token is known by its jti alone; the token itself is never stored.
CREATE TABLE tokens (
    jti        TEXT PRIMARY KEY,
    grant_id   TEXT NOT NULL REFERENCES grants (id),
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

-- One family a grant; at most one row of it is current.
CREATE TABLE refresh_tokens (
    id         TEXT PRIMARY KEY,
    grant_id   TEXT NOT NULL REFERENCES grants (id),
    token_hash TEXT NOT NULL,
    status     TEXT NOT NULL CHECK (status = 'current' OR status = 'used' OR status = 'revoked'),
    expires_at INTEGER NOT NULL,
    used_at    INTEGER,
    successor  TEXT
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX refresh_tokens_current ON refresh_tokens (grant_id) WHERE status = 'current';

CREATE TABLE audit_entries (
    developer_id TEXT NOT NULL REFERENCES developers (id),
    seq          INTEGER NOT NULL,
    id           TEXT NOT NULL UNIQUE,
    agent_id     TEXT NOT NULL,
    agent_did    TEXT NOT NULL,
    grant_id     TEXT NOT NULL,
    principal_id TEXT NOT NULL,
    action       TEXT NOT NULL,
    metadata     TEXT NOT NULL,
    timestamp    INTEGER NOT NULL,
    prev_hash    TEXT,
    hash         TEXT NOT NULL,
    status       TEXT NOT NULL CHECK (status = 'success' OR status = 'failure' OR status = 'blocked'),
    PRIMARY KEY (developer_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX audit_by_agent ON audit_entries (developer_id, agent_id, seq);
CREATE INDEX audit_by_grant ON audit_entries (developer_id, grant_id, seq, timestamp);
CREATE INDEX audit_by_principal ON audit_entries (developer_id, principal_id, seq);
CREATE TRIGGER audit_entries_are_never_changed BEFORE UPDATE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;
CREATE TRIGGER audit_entries_are_never_removed BEFORE DELETE ON audit_entries
BEGIN
    SELECT RAISE(ABORT, 'audit entries are append-only');
END;

-- What happened, written in the transaction of its cause (transactional outbox).
CREATE TABLE events (
    id           TEXT PRIMARY KEY,
    developer_id TEXT NOT NULL REFERENCES developers (id),
    type         TEXT NOT NULL,
    data         TEXT NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX events_by_developer ON events (developer_id, id);

-- RSA keys, PKCS#8 sealed by the master key. The one that signs is the last whose signs_from has
-- come; those before it verify until the last token they signed has expired, which lives at most
-- token_ttl_seconds. A key that is gone keeps its name, so that this is never given again.
CREATE TABLE signing_keys (
    kid               TEXT PRIMARY KEY,
    sealed            TEXT,
    created_at        INTEGER NOT NULL,
    signs_from        INTEGER NOT NULL,
    token_ttl_seconds INTEGER NOT NULL,
    gone_at           INTEGER,
    CHECK ((sealed IS NULL) = (gone_at IS NOT NULL))
) STRICT, WITHOUT ROWID;

-- Server-wide random keys (the lookup key of refresh tokens), sealed by the master key.
CREATE TABLE server_keys (
    name       TEXT PRIMARY KEY,
    sealed     TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Data keys, wrapped by the master key; the newest of a developer seals.
CREATE TABLE data_keys (
    id           TEXT PRIMARY KEY,
    developer_id TEXT NOT NULL REFERENCES developers (id),
    wrapped      TEXT NOT NULL,
    created_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX data_keys_by_developer ON data_keys (developer_id, id);
-- By the id of the master key that wraps: what is still under an old one is found at once.
CREATE INDEX data_keys_by_master ON data_keys (substr(wrapped, 4, 8));

-- First answers to requests with an Idempotency-Key; the body is sealed.
CREATE TABLE idempotency_records (
    key_hash     TEXT PRIMARY KEY,
    developer_id TEXT NOT NULL REFERENCES developers (id),
    request_hash TEXT NOT NULL,
    status       INTEGER NOT NULL,
    content_type TEXT NOT NULL,
    sealed_body  TEXT NOT NULL,
    grant_id     TEXT,
    expires_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX idempotency_by_expiry ON idempotency_records (expires_at);

-- Rules a developer sets. Unset conditions are NULL. Times of day are minutes, weekdays ISO digits.
CREATE TABLE policies (
    id           TEXT PRIMARY KEY,
    developer_id TEXT NOT NULL REFERENCES developers (id),
    name         TEXT NOT NULL,
    effect       TEXT NOT NULL CHECK (effect IN ('allow', 'deny')),
    priority     INTEGER NOT NULL,
    agent_id     TEXT,
    principal_id TEXT,
    scopes       TEXT,
    window_start INTEGER CHECK (window_start BETWEEN 0 AND 1439),
    window_end   INTEGER CHECK (window_end BETWEEN 0 AND 1440),
    weekdays     TEXT,
    time_zone    TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    CHECK ((window_start IS NULL) = (window_end IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX policies_in_order ON policies (developer_id, priority DESC, created_at, id);

-- Sessions that a developer opened for a principal; the token itself is never stored.
CREATE TABLE principal_sessions (
    jti             TEXT PRIMARY KEY,
    developer_id    TEXT NOT NULL REFERENCES developers (id),
    principal_id    TEXT NOT NULL,
    auth_request_id TEXT REFERENCES auth_requests (id),
    expires_at      INTEGER NOT NULL,
    ended_at        INTEGER,
    link_hash       TEXT -- of a consent session: SHA-256 of its own link's secret
) STRICT, WITHOUT ROWID;
CREATE INDEX principal_sessions_of_request ON principal_sessions (auth_request_id)
    WHERE auth_request_id IS NOT NULL AND ended_at IS NULL;
CREATE INDEX principal_sessions_of_principal ON principal_sessions (developer_id, principal_id)
    WHERE ended_at IS NULL;

-- Whom the developer's organisation has switched off. A row blocks, its removal lifts the block.
CREATE TABLE deprovisioned_principals (
    developer_id TEXT NOT NULL REFERENCES developers (id),
    principal_id TEXT NOT NULL,
    since        INTEGER NOT NULL,
    PRIMARY KEY (developer_id, principal_id)
) STRICT, WITHOUT ROWID;

-- Links that confirm an address; of the link's secret only a hash is kept.
CREATE TABLE email_tokens (
    id           TEXT PRIMARY KEY,
    developer_id TEXT NOT NULL REFERENCES developers (id),
    token_hash   TEXT NOT NULL UNIQUE,
    email        TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    used_at      INTEGER
) STRICT, WITHOUT ROWID;
CREATE INDEX email_tokens_by_developer ON email_tokens (developer_id, id);
CREATE INDEX email_tokens_by_expiry ON email_tokens (expires_at);

-- The mails that carry those links, each under its token's id. While one is to be sent it has a due
-- time and the sealed secret of the link; afterwards neither.
CREATE TABLE mails (
    id           TEXT PRIMARY KEY,
    developer_id TEXT NOT NULL REFERENCES developers (id),
    recipient    TEXT NOT NULL,
    sealed_token TEXT,
    attempts     INTEGER NOT NULL DEFAULT 0,
    created_at   INTEGER NOT NULL,
    due_at       INTEGER,
    expires_at   INTEGER NOT NULL,
    CHECK ((sealed_token IS NULL) = (due_at IS NULL))
) STRICT, WITHOUT ROWID;
CREATE INDEX mails_by_developer ON mails (developer_id, id);
CREATE INDEX mails_due ON mails (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX mails_by_expiry ON mails (expires_at);

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
    status          TEXT NOT NULL
                    CHECK (status = 'pending' OR status = 'delivered' OR status = 'failed'),
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

-- What a grant may spend: one budget a grant, for ever. Amounts count ten-thousandths.
CREATE TABLE budgets (
    grant_id     TEXT PRIMARY KEY REFERENCES grants (id),
    id           TEXT NOT NULL,
    developer_id TEXT NOT NULL REFERENCES developers (id),
    initial      INTEGER NOT NULL CHECK (initial > 0),
    remaining    INTEGER NOT NULL CHECK (remaining BETWEEN 0 AND initial),
    currency     TEXT NOT NULL,
    debits       INTEGER NOT NULL, -- how many transactions there are
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX budgets_by_developer ON budgets (developer_id, id);

-- The ledger: every debit, numbered from 1. Their sum is what is spent.
CREATE TABLE budget_transactions (
    grant_id      TEXT NOT NULL REFERENCES budgets (grant_id),
    seq           INTEGER NOT NULL,
    id            TEXT NOT NULL,
    amount        INTEGER NOT NULL CHECK (amount > 0),
    balance_after INTEGER NOT NULL CHECK (balance_after >= 0),
    description   TEXT,
    metadata      TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    PRIMARY KEY (grant_id, seq)
) STRICT, WITHOUT ROWID;

-- What each developer used on each UTC day (YYYY-MM-DD); a row from the first use of the day on.
CREATE TABLE usage_days (
    developer_id    TEXT NOT NULL REFERENCES developers (id),
    day             TEXT NOT NULL,
    token_exchanges INTEGER NOT NULL DEFAULT 0,
    authorizations  INTEGER NOT NULL DEFAULT 0,
    verifications   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (developer_id, day)
) STRICT, WITHOUT ROWID;

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
                     'unknown_agent', 'code_replay', 'refresh_replay', 'revocation', 'debit',
                     'location')),
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

-- From which countries the tokens of an agent were verified, and how often: what is usual for it.
CREATE TABLE anomaly_countries (
    developer_id  TEXT NOT NULL REFERENCES developers (id),
    agent_id      TEXT NOT NULL,
    country       TEXT NOT NULL,
    verifications INTEGER NOT NULL,
    first_at      INTEGER NOT NULL,
    last_at       INTEGER NOT NULL,
    PRIMARY KEY (developer_id, agent_id, country)
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
-- Names that developers say are theirs; a TXT record with the token proves it. A claim keeps nobody
-- from the name, only its proof does.
CREATE TABLE domains (
    id           TEXT PRIMARY KEY,
    developer_id TEXT NOT NULL REFERENCES developers (id),
    domain       TEXT NOT NULL,
    token        TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    verified_at  INTEGER
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX domains_by_developer ON domains (developer_id, domain);
CREATE UNIQUE INDEX domains_verified ON domains (domain) WHERE verified_at IS NOT NULL;
