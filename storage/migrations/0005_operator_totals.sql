-- What the operator's counters show, kept in the transaction of each change; a row a mode in use.
CREATE TABLE totals_by_mode (
    mode       TEXT PRIMARY KEY CHECK (mode IN ('live', 'sandbox')),
    developers INTEGER NOT NULL DEFAULT 0,
    agents     INTEGER NOT NULL DEFAULT 0,
    grants     INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
INSERT INTO totals_by_mode (mode, developers, agents, grants)
SELECT d.mode, count(*), coalesce(sum(t.agents), 0), coalesce(sum(t.grants), 0)
FROM developers AS d LEFT JOIN developer_totals AS t ON t.developer_id = d.id
GROUP BY d.mode;

CREATE INDEX developers_by_creation ON developers (created_at);
