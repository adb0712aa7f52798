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
