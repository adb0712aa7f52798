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
