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
