-- What each developer used on each UTC day (YYYY-MM-DD); a row from the first use of the day on.
CREATE TABLE usage_days (
    developer_id    TEXT NOT NULL REFERENCES developers (id),
    day             TEXT NOT NULL,
    token_exchanges INTEGER NOT NULL DEFAULT 0,
    authorizations  INTEGER NOT NULL DEFAULT 0,
    verifications   INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (developer_id, day)
) STRICT, WITHOUT ROWID;
