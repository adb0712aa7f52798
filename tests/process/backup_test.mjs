// grantexd backup and grantexd restore, by the program itself.
import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { rmSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { test } from "node:test";

import { database_of, find_in_files, mode_of, sha256_of, snapshot } from "../support/data_files.mjs";
import { read_rows, run_sql } from "../support/database.mjs";
import { Secrets, WatchedApi } from "../support/secrets.mjs";
import {
    binary,
    rounds,
    run_grantexd,
    run_program,
    Server,
    start_server,
    temporary_directory,
} from "../support/server.mjs";

const with_dir = (data_dir, ...args) => run_grantexd([...args, "--data-dir", data_dir]);
const back_up = (data_dir, ...args) => with_dir(data_dir, "backup", ...args);
const restore = (data_dir, file, ...args) => with_dir(data_dir, "restore", file, ...args);

async function must(promise) {
    const result = await promise;
    assert.equal(result.code, 0, result.stderr + result.stdout);
    assert.equal(result.stderr, "");
    return result;
}
const json_of = async (promise) => JSON.parse((await must(promise)).stdout);

// One line that ends in what to try, and nothing on standard output.
function assert_refused(result, code, ...sentences) {
    assert.equal(result.code, code, result.stderr + result.stdout);
    assert.equal(result.stdout, "");
    assert.match(result.stderr, /^grantexd: .+ Try: .+\n$/);
    for (const sentence of sentences) assert.match(result.stderr, sentence);
}

// A server that has served and ended.
async function used_server() {
    const server = await start_server();
    server.agent_id = await server.sandbox().agent_id();
    await server.sandbox().grant(server.agent_id);
    for (let i = 0; i < 3; ++i) await server.sandbox().log_audit();
    assert.equal((await server.stop()).code, 0);
    return server;
}

test("a backup is verified, has its checksum, and its report tells what is in it", async () => {
    const { data_dir } = await used_server();
    const before = snapshot(data_dir);
    const report = await json_of(back_up(data_dir, "--json"));
    assert.match(basename(report.file), /^grantexd-\d{8}T\d{6}Z\.db$/);
    assert.equal(dirname(report.file), join(data_dir, "backups"));
    assert.equal(mode_of(report.file), "600");
    assert.equal(mode_of(dirname(report.file)), "700");
    assert.equal(report.sha256, sha256_of(report.file));
    execFileSync("sha256sum", ["--check", "--status", `${report.file}.sha256`], {
        cwd: dirname(report.file),
    });
    assert.deepEqual(report.auditChains, { developers: 1, entries: 3 });
    for (const { name, rows } of report.tables)
        assert.equal(read_rows(data_dir, `SELECT count(*) FROM "${name}"`)[0][0], String(rows), name);
    rmSync(join(data_dir, "backups"), { recursive: true });
    assert.deepEqual(snapshot(data_dir), before); // the database itself is as it was

    const { stdout } = await must(back_up(data_dir));
    assert.match(stdout, /^Backup .*\/grantexd-\d{8}T\d{6}Z\.db\n/);
    assert.match(stdout, /verified: integrity, references, numbers of rows, 3 entries in 1 audit/);
    assert.match(stdout, /^ {2}developers +2$/m);
    assert.match(stdout, /^Try: {2}grantexd restore /m);
});

test("what is restored is what was backed up, and the database as it was is kept", async () => {
    const server = await used_server();
    const { data_dir } = server;
    const { file } = await json_of(back_up(data_dir, "--json"));
    await server.restart();
    const later = await server.sandbox().agent_id("Made later");
    await server.sandbox().log_audit();
    await server.stop();

    const { stdout } = await must(restore(data_dir, file));
    assert.match(stdout, /verified: checksum, integrity, references, 3 entries in 1 audit chains/);
    assert.match(stdout, /^ {2}agents +2 +1$/m);
    assert.match(stdout, /^ {2}audit_entries +4 +3$/m);
    assert.match(stdout, /kept as .*grantexd\.db\.before-restore\n/);
    assert.match(stdout, /revocations too/);
    assert.deepEqual(
        readdirSync(data_dir).sort(),
        ["backups", "grantexd.db", "grantexd.db.before-restore", "grantexd.lock", "master.key"],
    );
    assert.equal(mode_of(database_of(data_dir)), "600");
    await server.restart();
    await server.sandbox().must(200, "GET", `/v1/agents/${server.agent_id}`);
    await server.sandbox().must(404, "GET", `/v1/agents/${later}`);
    await server.stop();

    // And back again.
    const kept = `${database_of(data_dir)}.before-restore`;
    const back = await json_of(restore(data_dir, kept, "--json"));
    assert.equal(back.checksum, false);
    assert.equal(back.kept, `${kept}.2`);
    await server.restart();
    await server.sandbox().must(200, "GET", `/v1/agents/${later}`);
    await server.stop();
});

test("a backup and the master key are all that another machine needs", async () => {
    const server = await used_server();
    const { file } = await json_of(back_up(server.data_dir, "--json"));
    const data_dir = join(temporary_directory(), "data");
    assert_refused(await restore(data_dir, file), 78, /master key/, /master\.key/);
    assert.ok(!existsSync(database_of(data_dir)));
    copyFileSync(join(server.data_dir, "master.key"), join(data_dir, "master.key"));
    await must(restore(data_dir, file));
    const other = await new Server({ data_dir }).start();
    await other.sandbox().must(200, "GET", `/v1/agents/${server.agent_id}`);
    await other.stop();
});

test("R-20 a newer, a foreign, a damaged and a random file are refused, nothing changes", async () => {
    const { data_dir } = await used_server();
    const directory = temporary_directory();
    const backup_dir = join(directory, "backups");
    const { file } = await json_of(back_up(data_dir, "--json", "--backup-dir", backup_dir));
    const copy = (name, sql) => {
        const data = join(directory, name);
        mkdirSync(data);
        if (sql) {
            copyFileSync(file, database_of(data));
            run_sql(data, sql);
        }
        return database_of(data);
    };
    const rows = [
        [copy("newer", "PRAGMA user_version = 4711"), /schema version 4711.*newer than \d+\.\d+\.\d+/],
        [copy("foreign", "PRAGMA application_id = 7"), /another program/],
        [copy("orphan", "INSERT INTO api_keys VALUES ('h', 'nobody', 1)"), /damaged: .*api_keys/],
        [copy("random"), /is not a database/],
        [copy("empty"), /is empty/],
        [copy("cut"), /damaged/],
        [copy("absent"), /is not a file/],
    ];
    const path_of = (name) => database_of(join(directory, name));
    writeFileSync(path_of("random"), "my holiday pictures\n".repeat(500));
    writeFileSync(path_of("empty"), "");
    writeFileSync(path_of("cut"), readFileSync(file).subarray(0, 3 * 4096));
    const before = snapshot(data_dir);
    for (const [path, sentence] of rows) {
        const hash = existsSync(path) && sha256_of(path);
        assert_refused(await restore(data_dir, path), 78, sentence);
        assert.equal(existsSync(path) && sha256_of(path), hash, path);
        assert.deepEqual(snapshot(data_dir), before, path);
    }
    // Its checksum tells of a change that is none to the database.
    writeFileSync(`${file}.sha256`, `${"0".repeat(64)}  ${basename(file)}\n`);
    assert_refused(await restore(data_dir, file), 78, /changed or damaged/);
    assert.deepEqual(snapshot(data_dir), before);
});

test("R-28 beside a running server nothing is restored", async () => {
    const server = await used_server();
    const { file } = await json_of(back_up(server.data_dir, "--json"));
    await server.restart();
    const before = sha256_of(database_of(server.data_dir));
    assert_refused(await restore(server.data_dir, file), 78, /another grantexd uses/, /stop it/);
    assert.equal(sha256_of(database_of(server.data_dir)), before);
    await server.sandbox().agent_id();
    assert.equal((await server.stop()).code, 0);
});

test("S-117 a backup holds none of a hundred secrets", async () => {
    const server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } });
    const secrets = new Secrets();
    const sandbox = new WatchedApi(server.sandbox(), secrets);
    const agent_id = await sandbox.agent_id();
    for (let i = 0; i < 25; ++i) {
        const { refreshToken } = await sandbox.grant(agent_id);
        assert.equal((await sandbox.refresh(agent_id, refreshToken)).status, 201);
        const made = await sandbox.must(201, "POST", "/v1/signup", { name: `Nimbus ${i}` });
        assert.match(made.apiKey, /^gx_live_/);
    }
    for (let i = 0; i < 10; ++i) {
        const hook = await sandbox.must(201, "POST", "/v1/webhooks", {
            url: `https://hooks.example.com/${i}`,
            events: ["grant.created"],
        });
        secrets.add("webhook secret", hook.secret.replace(/^whsec_/, ""));
    }
    await server.stop();
    const master_key = readFileSync(join(server.data_dir, "master.key"), "utf8").trim();
    secrets.add("master key", master_key);
    for (const label of ["apiKey", "code", "refreshToken", "grantToken", "webhook secret"])
        assert.ok(secrets.labels.includes(label), label);
    assert.ok(secrets.needles.length >= 100, `${secrets.needles.length}`);

    const { file } = await json_of(back_up(server.data_dir, "--json"));
    // The search would find something: a name is where it belongs.
    assert.equal(find_in_files(dirname(file), [["name", "Trip Planner"]]).length, 1);
    assert.deepEqual(find_in_files(dirname(file), secrets.needles), []);
});

test("only the newest backups of days and weeks are kept", async () => {
    const { data_dir } = await used_server();
    const backups = join(data_dir, "backups");
    const first = await json_of(back_up(data_dir, "--json"));
    for (const day of ["20260101", "20260102", "20260103"])
        copyFileSync(first.file, join(backups, `grantexd-${day}T020000Z.db`));
    writeFileSync(join(backups, "notes.txt"), "mine");
    const flags = ["--backup-keep-daily", "2", "--backup-keep-weekly", "0", "--json"];
    const { file, removed } = await json_of(back_up(data_dir, ...flags));
    assert.deepEqual(
        removed.sort(),
        ["grantexd-20260101T020000Z.db", "grantexd-20260102T020000Z.db", basename(first.file)],
    );
    assert.deepEqual(
        readdirSync(backups).sort(),
        ["grantexd-20260103T020000Z.db", basename(file), `${basename(file)}.sha256`, "notes.txt"],
    );
});

test("R-05 a full disk leaves nothing of a backup and the database as it was", async (t) => {
    if (process.getuid() !== 0) return t.skip("only root can mount a small disk");
    const { data_dir } = await used_server();
    const before = sha256_of(database_of(data_dir));
    const disk = temporary_directory();
    const script =
        `mount -t tmpfs -o size=64k none ${disk} && mkdir ${disk}/b && ` +
        `${binary()} backup --data-dir ${data_dir} --backup-dir ${disk}/b; code=$?; ls -A ${disk}/b; exit $code`;
    assert_refused(
        await run_program(["unshare", "-m", "sh", "-c", script]),
        1,
        /needs about \d+ MB, and .* is full/,
    );
    assert.equal(sha256_of(database_of(data_dir)), before);
    await must(back_up(data_dir));
});

test("a backup that is killed leaves no backup, and the next one clears up", async () => {
    const { data_dir } = await used_server();
    run_sql(
        data_dir,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 3000) INSERT INTO events " +
            "SELECT 'evt_' || i, (SELECT id FROM developers LIMIT 1), 'x', hex(randomblob(2000)), 1 FROM n",
    );
    const backups = join(data_dir, "backups");
    const is_backup = (name) => /^grantexd-\d{8}T\d{6}Z\.db$/.test(name);
    let killed = 0;
    for (let i = 0; i < 5; ++i) {
        const child = spawn(binary(), ["backup", "--data-dir", data_dir], {
            stdio: "ignore",
            env: { PATH: process.env.PATH }, // GRANTEXD_BINARY is not one of its settings
        });
        const ended = once(child, "exit");
        while (child.exitCode === null && !(existsSync(backups) && readdirSync(backups).length > 0))
            await new Promise((resolve) => setTimeout(resolve, 1));
        child.kill("SIGKILL");
        const [code] = await ended;
        if (code === null) {
            ++killed;
            assert.deepEqual(readdirSync(backups).filter(is_backup), []);
        } else {
            assert.equal(code, 0);
            rmSync(backups, { recursive: true });
        }
    }
    assert.ok(killed > 0);
    const { file } = await json_of(back_up(data_dir, "--json"));
    assert.deepEqual(readdirSync(backups).sort(), [basename(file), `${basename(file)}.sha256`]);
});

test("R-04 a restore that is killed leaves the old or the new database, whole", async (t) => {
    const server = await used_server();
    const { data_dir } = server;
    const backup_dir = temporary_directory();
    const { file } = await json_of(back_up(data_dir, "--json", "--backup-dir", backup_dir));
    await server.restart();
    await server.sandbox().agent_id("Made later");
    await server.stop();
    const template = temporary_directory();
    for (const name of ["grantexd.db", "master.key"])
        copyFileSync(join(data_dir, name), join(template, name));
    const new_data_dir = () => {
        const copy = join(temporary_directory(), "data");
        mkdirSync(copy, { mode: 0o700 });
        for (const name of ["grantexd.db", "master.key"])
            copyFileSync(join(template, name), join(copy, name));
        return copy;
    };
    const started = performance.now();
    await must(restore(new_data_dir(), file));
    const whole = performance.now() - started;
    const seen = { 1: 0, 2: 0 };
    for (let i = 0; i < rounds(40); ++i) {
        const copy = new_data_dir();
        const child = spawn(binary(), ["restore", file, "--data-dir", copy], {
            stdio: "ignore",
            env: { PATH: process.env.PATH },
        });
        const ended = once(child, "exit");
        await new Promise((resolve) => setTimeout(resolve, Math.random() * whole * 1.1));
        child.kill("SIGKILL");
        await ended;
        const [[agents]] = read_rows(copy, "SELECT count(*) FROM agents");
        assert.ok(agents in seen, agents);
        ++seen[agents];
        assert.equal(run_sql(copy, "PRAGMA integrity_check"), "ok");
        await must(restore(copy, file));
        assert.equal(read_rows(copy, "SELECT count(*) FROM agents")[0][0], "1");
    }
    t.diagnostic(`after a kill the old database ${seen[2]} times, the new one ${seen[1]} times`);
});

test("R-16 backups of a server under load are commit points: what was answered before is in them", async (t) => {
    const server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } });
    const api = server.sandbox();
    const agentId = await api.agent_id();
    const { grantId } = await api.grant(agentId);
    let running = true;
    const answered = [];
    const writers = Array.from({ length: 8 }, async () => {
        while (running) {
            const entry = { agentId, grantId, action: "calendar.read", principalId: "user_1" };
            answered.push((await api.must(201, "POST", "/v1/audit/log", entry)).entryId);
        }
    });
    const count = rounds(4);
    try {
        for (let round = 0; round < count; ++round) {
            const before = [...answered];
            const report = await json_of(back_up(server.data_dir, "--json"));
            assert.equal(report.sha256, sha256_of(report.file));
            const copy = join(temporary_directory(), "data");
            mkdirSync(copy, { mode: 0o700 });
            copyFileSync(join(server.data_dir, "master.key"), join(copy, "master.key"));
            await must(restore(copy, report.file));
            const kept = new Set(read_rows(copy, "SELECT id FROM audit_entries").map(([id]) => id));
            assert.deepEqual(before.filter((id) => !kept.has(id)), []);
            rmSync(copy, { recursive: true });
        }
    } finally {
        running = false;
        await Promise.all(writers);
    }
    t.diagnostic(`${count} backups beside ${answered.length} writes`);
    await server.stop();
});

test("the commands explain themselves and say what was typed wrongly", async () => {
    for (const name of ["backup", "restore", "migrate"]) {
        const { stdout } = await must(run_grantexd([name, "--help"]));
        for (const part of [/^Usage: grantexd /m, /^Examples:$/m, /--json/, /--data-dir/, /^Exit codes: 0/m])
            assert.match(stdout, part);
        for (const line of stdout.split("\n")) assert.ok(line.length <= 80, line);
        assert_refused(await run_grantexd([name, "--nonsense"]), 2, new RegExp(`grantexd ${name} --help`));
    }
    assert_refused(await run_grantexd(["restore"]), 2, /needs the file/);
    assert_refused(await run_grantexd(["restore", "a", "b"]), 2, /takes fewer words/);
    const nowhere = join(temporary_directory(), "nowhere");
    for (const name of ["backup", "migrate"])
        assert_refused(await with_dir(nowhere, name), 78, /no database in/);
    assert.ok(!existsSync(nowhere));
});
