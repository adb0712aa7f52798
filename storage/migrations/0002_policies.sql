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
