-- Which key signs when. A key that is gone keeps its name, so that this is never given again.
ALTER TABLE signing_keys RENAME TO signing_keys_before;
CREATE TABLE signing_keys (
    kid               TEXT PRIMARY KEY,
    sealed            TEXT,
    created_at        INTEGER NOT NULL,
    signs_from        INTEGER NOT NULL,
    token_ttl_seconds INTEGER NOT NULL,
    gone_at           INTEGER,
    CHECK ((sealed IS NULL) = (gone_at IS NOT NULL))
) STRICT, WITHOUT ROWID;
INSERT INTO signing_keys (kid, sealed, created_at, signs_from, token_ttl_seconds)
    SELECT kid, sealed, created_at, created_at, 86400 FROM signing_keys_before
    WHERE status <> 'retired';
DROP TABLE signing_keys_before;

-- By the id of the master key that wraps: what is still under an old one is found at once.
CREATE INDEX data_keys_by_master ON data_keys (substr(wrapped, 4, 8));
