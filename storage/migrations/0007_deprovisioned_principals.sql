-- A consent session has a link secret of its own, and every session can be ended by its request or
-- its person.
ALTER TABLE principal_sessions ADD COLUMN link_hash TEXT;
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
