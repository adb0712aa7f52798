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

-- The same table with one kind more: verifications of an agent's tokens from one country.
ALTER TABLE anomaly_signals RENAME TO anomaly_signals_before;
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
INSERT INTO anomaly_signals SELECT * FROM anomaly_signals_before;
DROP TABLE anomaly_signals_before;
