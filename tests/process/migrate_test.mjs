// grantexd migrate, and the migration at start: from older schemas, interrupted at any time.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { fetch_chain, chain_faults } from "../clients/audit_chain.mjs";
import { fixture_master_key } from "../fixtures/master_key.mjs";
import { database_of, mode_of, sha256_of, snapshot } from "../support/data_files.mjs";
import { read_rows, run_sql } from "../support/database.mjs";
import { binary, rounds, run_grantexd, Server, temporary_directory } from "../support/server.mjs";

const top = fileURLToPath(new URL("../..", import.meta.url));
const migrations = readdirSync(join(top, "storage/migrations")).sort();
const newest = Number(migrations.at(-1).slice(0, 4));
const fixtures = readdirSync(join(top, "tests/fixtures")).filter((name) => name.endsWith(".sql"));

const migrate = (data_dir, ...args) => run_grantexd(["migrate", "--data-dir", data_dir, ...args]);
// With nothing of our own environment, where GRANTEXD_BINARY is not one of its settings.
const alone = { stdio: "ignore", env: { PATH: process.env.PATH } };
const version_of = (data_dir) => Number(read_rows(data_dir, "PRAGMA user_version")[0][0]);

function new_data_dir() {
    const data_dir = join(temporary_directory(), "data");
    mkdirSync(data_dir, { mode: 0o700 });
    return data_dir;
}

// A database as the program left it that knew migrations up to `version`.
function old_data_dir(version) {
    const data_dir = new_data_dir();
    const sql = migrations
        .filter((name) => Number(name.slice(0, 4)) <= version)
        .map((name) => readFileSync(join(top, "storage/migrations", name), "utf8"));
    run_sql(
        data_dir,
        `PRAGMA journal_mode = WAL; ${sql.join("\n")}
        INSERT INTO developers (id, name, mode, plan, created_at)
            VALUES ('d1', 'Nimbus', 'live', 'free', 1);
        INSERT INTO developer_totals (developer_id, agents) VALUES ('d1', 1);
        INSERT INTO agents VALUES ('ag1', 'd1', 'Planner', '', 'a:read', '', 'active', 1, 2);
        PRAGMA application_id = ${0x67786462}; PRAGMA user_version = ${version};`,
    );
    return data_dir;
}

// What it holds of the tables that old_data_dir() fills.
const rows_of = (data_dir) =>
    run_sql(data_dir, "SELECT * FROM developers; SELECT * FROM developer_totals; SELECT * FROM agents");

test("a dry run times every step on a copy and changes nothing", async () => {
    const data_dir = old_data_dir(7);
    const before = snapshot(data_dir);
    const { code, stdout, stderr } = await migrate(data_dir, "--dry-run");
    assert.equal(code, 0, stderr);
    assert.match(stdout, new RegExp(`schema version 7 to ${newest}\n`));
    for (const name of migrations.slice(7))
        assert.match(stdout, new RegExp(`^ {2}${name.replace(".sql", "")} +\\d+\\.\\d{3} s$`, "m"));
    assert.doesNotMatch(stdout, /0007/);
    const is_not_lock = (line) => !line.startsWith("grantexd.lock ");
    assert.deepEqual(snapshot(data_dir).filter(is_not_lock), before);

    const json = JSON.parse((await migrate(data_dir, "--dry-run", "--json")).stdout);
    assert.equal(json.before, 7);
    assert.equal(json.after, newest);
    assert.equal(json.kept, null);
    assert.deepEqual(json.migrations.map(({ name }) => `${name}.sql`), migrations.slice(7));
    assert.equal(version_of(data_dir), 7);
});

test("migrating keeps the database as it was, and there is nothing to do afterwards", async () => {
    const data_dir = old_data_dir(7);
    const rows = rows_of(data_dir);
    const { code, stdout, stderr } = await migrate(data_dir);
    assert.equal(code, 0, stderr);
    const kept = `${database_of(data_dir)}.before-0008`;
    assert.ok(stdout.includes(kept), stdout);
    assert.equal(mode_of(kept), "600");
    assert.equal(version_of(data_dir), newest);
    assert.equal(rows_of(data_dir), rows);
    const before = new_data_dir();
    copyFileSync(kept, database_of(before));
    assert.equal(version_of(before), 7);
    assert.equal(rows_of(before), rows);
    assert.match((await migrate(data_dir)).stdout, /nothing to do\n$/);
    assert.match((await migrate(data_dir, "--dry-run")).stdout, /nothing to do\n$/);
});

test("a server that starts migrates first and keeps the database as it was", async () => {
    const data_dir = old_data_dir(11);
    const server = await new Server({ data_dir }).start();
    assert.ok(existsSync(`${database_of(data_dir)}.before-0012`));
    await server.sandbox().grant(await server.sandbox().agent_id());
    await server.restart();
    assert.equal((await server.stop()).code, 0);
    assert.equal(version_of(data_dir), newest);
    assert.deepEqual(readdirSync(data_dir).filter((name) => name.includes("before")), [
        "grantexd.db.before-0012",
    ]);
});

test("R-19 a migration that is killed at any time goes on with the next call", async (t) => {
    const template = old_data_dir(1);
    const rows = rows_of(template);
    // From the first look at the file to the last step.
    const started = performance.now();
    assert.equal((await migrate(template, "--dry-run")).code, 0);
    const whole = performance.now() - started;
    const seen = new Map();
    for (let i = 0; i < rounds(100); ++i) {
        const data_dir = new_data_dir();
        copyFileSync(database_of(template), database_of(data_dir));
        for (let kills = 0; kills < 2; ++kills) {
            const child = spawn(binary(), ["migrate", "--data-dir", data_dir], alone);
            const ended = once(child, "exit");
            await new Promise((resolve) => setTimeout(resolve, Math.random() * whole * 1.1));
            child.kill("SIGKILL");
            await ended;
            const version = version_of(data_dir);
            seen.set(version, (seen.get(version) ?? 0) + 1);
            assert.equal(rows_of(data_dir), rows);
        }
        const { code, stderr } = await migrate(data_dir);
        assert.equal(code, 0, stderr);
        assert.equal(version_of(data_dir), newest);
        assert.equal(rows_of(data_dir), rows);
        assert.equal(run_sql(data_dir, "PRAGMA integrity_check"), "ok");
        const partial = readdirSync(data_dir).filter((name) => name.includes(".partial"));
        assert.ok(partial.length <= 1, `${partial}`);
    }
    assert.ok(seen.size > 1 || rounds(100) < 10, "no kill met a migration"); // few rounds, little luck
    t.diagnostic(`versions after a kill: ${JSON.stringify([...seen].sort((a, b) => a[0] - b[0]))}`);
});

test("R-19 the database of every released version serves after an upgrade, chains and all", async () => {
    assert.ok(fixtures.length > 0);
    for (const name of fixtures) {
        const data_dir = new_data_dir();
        run_sql(data_dir, `.read ${join(top, "tests/fixtures", name)}`);
        const env = { GRANTEXD_MASTER_KEY: fixture_master_key };
        const [[granted]] = read_rows(data_dir, "SELECT id FROM grants WHERE status = 'active'");
        const [[entries]] = read_rows(data_dir, "SELECT count(*) FROM audit_entries");
        const server = await new Server({ data_dir, env }).start();
        const chain = await fetch_chain(server.base, server.sandbox_key);
        assert.deepEqual(chain_faults(chain), [], name);
        assert.equal(chain.length, Number(entries), name);
        await server.sandbox().must(200, "GET", `/v1/grants/${granted}`);
        await server.sandbox().grant(await server.sandbox().agent_id());
        assert.equal((await server.stop()).code, 0);
    }
});

test("R-20 a newer database, and one of another program, are refused and not touched", async () => {
    for (const [sql, sentence] of [
        ["PRAGMA user_version = 4711", /schema version 4711.*install a grantexd newer than \d/],
        ["PRAGMA application_id = 7", /another program/],
    ])
        for (const journal of ["WAL", "DELETE"]) {
            const data_dir = old_data_dir(7);
            run_sql(data_dir, `${sql}; PRAGMA journal_mode = ${journal}`);
            const before = sha256_of(database_of(data_dir));
            for (const args of [[], ["--dry-run"]]) {
                const { code, stdout, stderr } = await migrate(data_dir, ...args);
                assert.equal(code, 78, stderr);
                assert.equal(stdout, "");
                assert.match(stderr, sentence);
                assert.equal(sha256_of(database_of(data_dir)), before);
            }
        }
});

test("R-28 beside a running server nothing is migrated", async () => {
    const server = await new Server().start();
    for (const args of [[], ["--dry-run"]]) {
        const { code, stderr } = await migrate(server.data_dir, ...args);
        assert.equal(code, 78);
        assert.match(stderr, /another grantexd uses .*Try: stop it/);
    }
    assert.equal((await server.stop()).code, 0);
});

test("a damaged database is not migrated", async () => {
    const data_dir = old_data_dir(7);
    run_sql(data_dir, "INSERT INTO api_keys VALUES ('h', 'nobody', 1)");
    const { code, stderr } = await migrate(data_dir);
    assert.equal(code, 78);
    assert.match(stderr, /damaged and was not migrated.*Try: grantexd restore/);
    assert.equal(version_of(data_dir), 7);
    assert.ok(!existsSync(`${database_of(data_dir)}.before-0008`));
});
