// The audit log against who writes to it, who may read it, and who has the disk it lies on. The
// chain is judged by a program that shares nothing with the server (tests/clients).
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { chain_faults, fetch_chain } from "../clients/audit_chain.mjs";
import { database_of } from "../support/data_files.mjs";
import { read_rows, run_sql, run_sql_without_triggers } from "../support/database.mjs";
import { run_grantexd, Server, start_server, temporary_directory } from "../support/server.mjs";

const env = { GRANTEXD_RATE_PROFILE: "off" };

// A server with a chain of some entries of the live developer.
async function server_with_chain(count = 8) {
    const server = await start_server({ env });
    for (let i = 0; i < count; ++i) {
        const answer = await server.api().log_audit({ metadata: { n: i, text: "Café" } });
        assert.equal(answer.status, 201, answer.text);
    }
    return server;
}

// The same database, master key included, in a place of its own.
function copy_of(data_dir) {
    const copy = join(temporary_directory(), "data");
    mkdirSync(copy, { mode: 0o700 });
    copyFileSync(join(data_dir, "master.key"), join(copy, "master.key"));
    copyFileSync(database_of(data_dir), database_of(copy));
    return copy;
}

// What a server on this data answers for the live developer's chain.
async function chain_on(data_dir) {
    const server = await new Server({ env, data_dir }).start();
    const entries = await fetch_chain(server.base, server.live_key);
    await server.stop();
    return entries;
}

test("S-076 no call changes or removes an entry, and the table refuses it too", async () => {
    const server = await server_with_chain(3);
    const api = server.api();
    const before = await fetch_chain(server.base, server.live_key);
    for (const path of ["/v1/audit/log", "/v1/audit/entries", `/v1/audit/${before[1].entryId}`])
        for (const method of ["PUT", "PATCH", "DELETE"]) {
            const answer = await api.call(method, path, { status: "failure" });
            assert.ok([404, 405].includes(answer.status), `${method} ${path} ${answer.status}`);
        }
    assert.deepEqual(await fetch_chain(server.base, server.live_key), before);
    await server.stop();
    const change = "UPDATE audit_entries SET action = 'x' WHERE seq = 2";
    for (const sql of [change, "DELETE FROM audit_entries WHERE seq = 3"])
        assert.throws(() => run_sql(server.data_dir, sql), /append-only/, sql);
    assert.deepEqual(await chain_on(server.data_dir), before);
});

test("S-078 whatever someone with the disk changes in an entry is noticed at it", async (t) => {
    const server = await server_with_chain();
    await server.stop();
    const [[developer]] = read_rows(
        server.data_dir,
        "SELECT developer_id FROM audit_entries GROUP BY 1 ORDER BY count(*) DESC LIMIT 1",
    );
    const columns = read_rows(server.data_dir, "PRAGMA table_info(audit_entries)")
        .map(([, name, type]) => ({ name, type }))
        .filter(({ name }) => !["developer_id", "seq"].includes(name));
    assert.ok(columns.length >= 11, `${columns.length} columns`);
    const third = `WHERE developer_id = '${developer}' AND seq = 3`;
    const swapped = (seq) => `UPDATE audit_entries SET seq = ${seq} WHERE seq =`;
    const rows = [
        ...columns.map(({ name, type }) => [
            name,
            name === "status"
                ? `UPDATE audit_entries SET status = 'failure' ${third}`
                : name === "metadata"
                  ? `UPDATE audit_entries SET metadata = replace(metadata, 'Caf', 'Kaf') ${third}`
                  : type === "INTEGER"
                    ? `UPDATE audit_entries SET ${name} = ${name} + 1 ${third}`
                    : `UPDATE audit_entries SET ${name} = '-' || substr(${name}, 2) ${third}`,
        ]),
        ["a row less", `DELETE FROM audit_entries ${third}`],
        ["two rows swapped", `${swapped(99)} 3; ${swapped(3)} 4; ${swapped(4)} 99`],
        [
            "a row more",
            `${swapped(99)} 8; INSERT INTO audit_entries SELECT developer_id, 8, 'alog_x', agent_id,
             agent_did, grant_id, principal_id, action, metadata, timestamp, prev_hash, 'x', status
             FROM audit_entries ${third}; ${swapped(9)} 99`,
        ],
    ];
    for (const [what, sql] of rows) {
        const copy = copy_of(server.data_dir);
        run_sql_without_triggers(copy, sql);
        const faults = chain_faults(await chain_on(copy));
        assert.notDeepEqual(faults, [], what);
    }
    assert.deepEqual(chain_faults(await chain_on(copy_of(server.data_dir))), []);
    // A tail cut off leaves a whole, shorter chain: only a head kept elsewhere can tell.
    const cut = copy_of(server.data_dir);
    run_sql_without_triggers(cut, "DELETE FROM audit_entries WHERE seq = 8");
    const head = await chain_on(cut);
    assert.deepEqual(chain_faults(head), []);
    assert.equal(head.length, 7);
    t.diagnostic(`${rows.length} changes noticed; a cut tail needs a signed head`);
});

test("S-080 the chain is the same bytes after a restart, a backup and compaction", async () => {
    const server = await server_with_chain();
    const before = await fetch_chain(server.base, server.live_key);
    await server.restart();
    assert.deepEqual(await fetch_chain(server.base, server.live_key), before);
    await server.stop();
    const copy = copy_of(server.data_dir);
    const made = await run_grantexd(["backup", "--data-dir", server.data_dir, "--json"]);
    assert.equal(made.code, 0, made.stderr);
    const { file } = JSON.parse(made.stdout);
    const restoring = await run_grantexd(["restore", file, "--data-dir", copy]);
    assert.equal(restoring.code, 0, restoring.stderr);
    assert.deepEqual(await chain_on(copy), before);
    run_sql(copy, "VACUUM");
    assert.deepEqual(await chain_on(copy), before);
    // And it goes on where it ended.
    const restored = await new Server({ env, data_dir: copy }).start();
    const next = (await restored.api().log_audit()).body;
    assert.equal(next.prevHash, before.at(-1).hash);
    await restored.stop();
});

test("S-081 a stolen refresh token and a refusal of a policy are audited by themselves", async () => {
    const server = await start_server({ env: { ...env, GRANTEXD_REUSE_GRACE: "0s" } });
    const api = server.sandbox();
    const agent_id = await api.agent_id();
    const granted = await api.grant(agent_id);
    assert.equal((await api.refresh(agent_id, granted.refreshToken)).status, 201);
    await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal((await api.refresh(agent_id, granted.refreshToken)).status, 400);
    const policy = { name: "Nobody", effect: "deny", agentId: agent_id };
    assert.equal((await api.post("/v1/policies", policy)).status, 201);
    const asked = { agentId: agent_id, principalId: "p", scopes: ["a:b"] };
    assert.equal((await api.post("/v1/authorize", asked)).status, 403);
    const entries = await fetch_chain(server.base, server.sandbox_key);
    const [reuse, denied] = entries;
    assert.equal(reuse.action, "refresh_token.reused");
    assert.equal(reuse.grantId, granted.grantId);
    assert.equal(denied.action, "policy.denied");
    assert.equal(denied.agentId, agent_id);
    for (const entry of entries) {
        assert.equal(entry.status, "blocked");
        assert.equal(entry.metadata.source, "server");
    }
    assert.equal(entries.length, 2);
    assert.deepEqual(chain_faults(entries), []);
    await server.stop();
});

test("S-082 beyond the quota an entry is refused with 402 and leaves nothing", async () => {
    const server = await start_server({ env: { ...env, GRANTEXD_QUOTA_AUDIT: "5,5,5" } });
    const api = server.api();
    const answers = await Promise.all([...Array(40)].map(() => api.log_audit()));
    const statuses = answers.map(({ status }) => status).sort();
    assert.deepEqual(statuses, [...Array(5).fill(201), ...Array(35).fill(402)]);
    for (const { status, body } of answers)
        if (status === 402) assert.equal(body.code, "PLAN_LIMIT_EXCEEDED");
    const entries = await fetch_chain(server.base, server.live_key);
    assert.equal(entries.length, 5);
    assert.deepEqual(chain_faults(entries), []);
    await server.stop();
});
