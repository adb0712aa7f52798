-- Sessions that a developer opened for a principal; the token itself is never stored.
CREATE TABLE principal_sessions (
    jti             TEXT PRIMARY KEY,
    developer_id    TEXT NOT NULL REFERENCES developers (id),
    principal_id    TEXT NOT NULL,
    auth_request_id TEXT REFERENCES auth_requests (id),
    expires_at      INTEGER NOT NULL,
    ended_at        INTEGER
) STRICT, WITHOUT ROWID;
