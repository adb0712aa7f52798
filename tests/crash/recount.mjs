// What must hold in the files of a server that was killed, whatever it was doing: SQLite finds them
// sound, counters equal recounts, and no change is there in part. Looked up in a copy.
import { copy_of_database, read_rows } from "../support/database.mjs";

// Each gives a row for everything that is wrong.
export const recounts = {
    "agents of a developer": `
        SELECT developer_id, t.agents FROM developer_totals AS t WHERE t.agents <>
            (SELECT count(*) FROM agents AS a
             WHERE a.developer_id = t.developer_id AND a.status <> 'deleted')`,
    "grants of a developer": `
        SELECT developer_id, t.grants FROM developer_totals AS t WHERE t.grants <>
            (SELECT count(*) FROM grants AS g WHERE g.developer_id = t.developer_id)`,
    "audit entries of a developer": `
        SELECT developer_id, t.audit_entries FROM developer_totals AS t WHERE t.audit_entries <>
            (SELECT count(*) FROM audit_entries AS e WHERE e.developer_id = t.developer_id)`,
    "audit entries that count against the quota": `
        SELECT developer_id, t.audit_logged FROM developer_totals AS t WHERE t.audit_logged <>
            (SELECT count(*) FROM audit_entries AS e WHERE e.developer_id = t.developer_id
             AND coalesce(json_extract(e.metadata, '$.source'), '') <> 'server')`,
    "gaps in an audit chain": `
        SELECT developer_id, count(*) FROM audit_entries
        GROUP BY developer_id HAVING count(*) <> max(seq) - min(seq) + 1`,
    "totals of the operator": `
        SELECT mode FROM totals_by_mode AS t WHERE
            t.developers <> (SELECT count(*) FROM developers AS d WHERE d.mode = t.mode) OR
            t.agents <> (SELECT count(*) FROM agents AS a JOIN developers AS d
                ON d.id = a.developer_id WHERE d.mode = t.mode AND a.status <> 'deleted') OR
            t.grants <> (SELECT count(*) FROM grants AS g JOIN developers AS d
                ON d.id = g.developer_id WHERE d.mode = t.mode)`,
    "budgets and their debits": `
        SELECT b.grant_id FROM budgets AS b LEFT JOIN budget_transactions AS t USING (grant_id)
        GROUP BY b.grant_id
        HAVING b.initial - b.remaining <> coalesce(sum(t.amount), 0) OR b.debits <> count(t.id)`,
    "deliveries of a webhook": `
        SELECT id FROM webhooks AS w WHERE
            pending <> (SELECT count(*) FROM deliveries WHERE webhook_id = w.id
                        AND status = 'pending') OR
            delivered <> (SELECT count(*) FROM deliveries WHERE webhook_id = w.id
                          AND status = 'delivered')`,
    "grants without a token": `
        SELECT id FROM grants WHERE id NOT IN (SELECT grant_id FROM tokens)`,
    "active grants without one current refresh token": `
        SELECT g.id FROM grants AS g WHERE g.status = 'active' AND 1 <>
            (SELECT count(*) FROM refresh_tokens WHERE grant_id = g.id AND status = 'current')`,
    "tokens that are not a refresh token's": `
        SELECT grant_id FROM
            (SELECT grant_id, 1 AS n FROM tokens
             UNION ALL SELECT grant_id, -1 FROM refresh_tokens)
        GROUP BY grant_id HAVING sum(n) <> 0`,
    "used refresh tokens without a successor": `
        SELECT grant_id FROM refresh_tokens GROUP BY grant_id
        HAVING max(id) = max(CASE status WHEN 'used' THEN id ELSE '' END)`,
    "used codes without a grant": `
        SELECT id FROM auth_requests WHERE status = 'consumed'
        AND grant_id NOT IN (SELECT id FROM grants)`,
    "grants without a used code": `
        SELECT id FROM grants WHERE parent_id IS NULL AND id NOT IN
            (SELECT grant_id FROM auth_requests WHERE status = 'consumed')`,
    "live grants below a revoked one": `
        SELECT child.id FROM grants AS child JOIN grants AS parent ON parent.id = child.parent_id
        WHERE child.status = 'active' AND parent.status = 'revoked'`,
    "grants that were not announced": `
        SELECT id FROM grants WHERE id NOT IN (SELECT json_extract(data, '$.grantId')
            FROM events WHERE type = 'grant.created')`,
    "revocations that were not announced": `
        SELECT id FROM grants WHERE status = 'revoked' AND id NOT IN
            (SELECT json_extract(data, '$.grantId') FROM events WHERE type = 'grant.revoked')`,
    "tokens that were not announced": `
        SELECT jti FROM tokens WHERE jti NOT IN
            (SELECT json_extract(data, '$.tokenId') FROM events WHERE type = 'token.issued')`,
    "announcements of what is not there": `
        SELECT id FROM events WHERE type IN ('grant.created', 'grant.revoked', 'token.issued')
        AND json_extract(data, '$.grantId') NOT IN (SELECT id FROM grants)`,
};

const questions = {
    integrity_check: "SELECT * FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
    foreign_key_check: "PRAGMA foreign_key_check",
    ...recounts,
};

// Sentences on what is wrong; empty when nothing is.
export function faults_of_files(data_dir) {
    const copy = copy_of_database(data_dir);
    // All in one go: there are thousands of files to look at.
    const names = Object.keys(questions);
    const script = names.map((name, index) => `SELECT 'asked', ${index}; ${questions[name]};`);
    const found = [];
    for (const row of read_rows(copy, script.join("")))
        if (row[0] === "asked") found.push([]);
        else found.at(-1).push(row);
    return names.flatMap((name, index) =>
        found[index].length > 0 ? [`${name}: ${found[index].slice(0, 5).join(", ")}`] : [],
    );
}
