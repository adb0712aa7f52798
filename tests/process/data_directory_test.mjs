// What lies in the data directory, who may read it, and when the server refuses to touch it.
import assert from "node:assert/strict";
import { chmodSync, closeSync, copyFileSync, existsSync, mkdirSync, openSync } from "node:fs";
import { readFileSync, readdirSync, rmSync, statSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { database_of, mode_of, sha256_of, snapshot } from "../support/data_files.mjs";
import {
    binary,
    run_grantexd,
    run_program,
    start_server,
    temporary_directory,
} from "../support/server.mjs";

const serve = (data_dir, options) =>
    run_grantexd(
        ["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir", data_dir],
        options,
    );

function assert_refused(result, ...sentences) {
    assert.equal(result.code, 78, result.stderr);
    assert.equal(result.stdout, "");
    for (const sentence of sentences) assert.match(result.stderr, sentence);
    assert.equal(result.stderr.trim().split("\n").length, 1, result.stderr);
}

// The data directory of a server that has served and ended.
async function used_data_dir() {
    const server = await start_server();
    await server.sandbox().grant(await server.sandbox().agent_id());
    assert.equal((await server.stop()).code, 0);
    return server.data_dir;
}

// The SQLite header keeps these as big-endian numbers.
const user_version_offset = 60;
const application_id_offset = 68;
function patch(file, offset, bytes) {
    const descriptor = openSync(file, "r+");
    writeSync(descriptor, Buffer.from(bytes), 0, bytes.length, offset);
    closeSync(descriptor);
}

test("nobody else may read anything, whatever the umask", async () => {
    const server = await start_server({ wrapper: ["sh", "-c", 'umask 0; exec "$@"', "sh"] });
    await server.sandbox().grant(await server.sandbox().agent_id());
    assert.equal(mode_of(server.data_dir), "700");
    const names = readdirSync(server.data_dir);
    assert.ok(names.includes("master.key") && names.includes("grantexd.db-wal"), `${names}`);
    for (const name of names) assert.equal(mode_of(join(server.data_dir, name)), "600", name);
    await server.stop();
});

test("a clean stop leaves nothing in the write-ahead log", async () => {
    const wal = database_of(await used_data_dir()) + "-wal";
    assert.ok(!existsSync(wal) || statSync(wal).size === 0);
});

test("a second server on the same data refuses and writes nothing", async () => {
    const server = await start_server();
    await server.api().agent_id();
    const before = snapshot(server.data_dir);
    assert_refused(await serve(server.data_dir), /another grantexd uses/, /Try: /);
    assert.deepEqual(snapshot(server.data_dir), before);
    assert.ok(await server.api().agent_id());
    await server.stop();
});

test("a lock left by a killed server is no obstacle", async () => {
    const server = await start_server();
    await server.kill9();
    assert.ok(existsSync(join(server.data_dir, "grantexd.lock")));
    await server.restart();
    assert.equal((await server.stop()).code, 0);
});

test("a data directory that cannot be made or written is refused", async () => {
    const parent = temporary_directory();
    const file = join(parent, "file");
    writeFileSync(file, "");
    assert_refused(await serve(file), /data directory/, /Try: /);
    assert_refused(await serve(join(file, "data")), /data directory/, /Try: /);
    assert.deepEqual(readdirSync(parent), ["file"]);
});

test("a data directory of another owner is refused and nothing is written", async (t) => {
    if (process.getuid() !== 0) return t.skip("only root can become another user");
    const parent = temporary_directory();
    const program = join(parent, "grantexd");
    const data_dir = join(parent, "data");
    copyFileSync(binary(), program);
    mkdirSync(data_dir);
    for (const path of [parent, program, data_dir]) chmodSync(path, 0o755);
    const args = ["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir", data_dir];
    const nobody = { uid: 65534, gid: 65534, cwd: "/" };
    const refused = await run_program([program, ...args], nobody);
    assert_refused(refused, /cannot write to the data directory/, /Permission denied/, /owner/);
    assert.deepEqual(readdirSync(data_dir), []);
});

test("a missing master key is never replaced while the database needs the old one", async () => {
    const data_dir = await used_data_dir();
    const key = join(data_dir, "master.key");
    const text = readFileSync(key);
    rmSync(key);
    const before = sha256_of(database_of(data_dir));
    assert_refused(await serve(data_dir), /master\.key is missing/, /Try: /);
    assert.ok(!existsSync(key));
    assert.equal(sha256_of(database_of(data_dir)), before);

    writeFileSync(key, text, { mode: 0o600 });
    const server = await start_server({ data_dir });
    assert.equal((await server.stop()).code, 0);
});

test("another master key is refused and the database is left as it is", async () => {
    const data_dir = await used_data_dir();
    const before = sha256_of(database_of(data_dir));
    const other = "0123456789abcdef".repeat(4);
    const refused = await serve(data_dir, { env: { GRANTEXD_MASTER_KEY: other } });
    assert_refused(refused, /does not open/, /Try: /);
    assert.ok(!refused.stderr.includes(other));
    assert.equal(sha256_of(database_of(data_dir)), before);
});

test("S-113 a master key that others can read is refused", async () => {
    const data_dir = await used_data_dir();
    const key = join(data_dir, "master.key");
    for (const mode of [0o640, 0o604, 0o660, 0o620]) {
        chmodSync(key, mode);
        assert_refused(await serve(data_dir), /read by others/, /chmod 600/);
    }
    chmodSync(key, 0o400);
    const server = await start_server({ data_dir });
    assert.equal((await server.stop()).code, 0);
});

test("a half master key file is refused", async () => {
    const data_dir = await used_data_dir();
    const key = join(data_dir, "master.key");
    const text = readFileSync(key, "utf8").trim();
    for (const broken of ["", text.slice(0, -1), text + "0", "x" + text.slice(1)]) {
        writeFileSync(key, broken);
        const refused = await serve(data_dir);
        assert_refused(refused, /master\.key must hold 32 bytes/, /Try: /);
        assert.ok(!refused.stderr.includes(text.slice(8, -8)));
    }
});

test("a database of a newer version is refused and not touched", async () => {
    const data_dir = await used_data_dir();
    patch(database_of(data_dir), user_version_offset, [0, 0, 0x27, 0x0f]);
    const before = snapshot(data_dir);
    assert_refused(await serve(data_dir), /schema version 9999/, /up to \d+/, /Try: /);
    assert.deepEqual(snapshot(data_dir), before);
});

test("a database of another program is refused and not touched", async () => {
    const file_format_offset = 18; // two bytes; 1: rollback journal, 2: write-ahead log
    for (const file_format of [1, 2]) {
        const data_dir = await used_data_dir();
        patch(database_of(data_dir), application_id_offset, [1, 2, 3, 4]);
        patch(database_of(data_dir), file_format_offset, [file_format, file_format]);
        const before = snapshot(data_dir);
        assert_refused(await serve(data_dir), /database of another program/, /Try: /);
        assert.deepEqual(snapshot(data_dir), before, `file format ${file_format}`);
    }
});

test("a file that is no database is refused and not touched", async () => {
    const data_dir = await used_data_dir();
    writeFileSync(database_of(data_dir), "my holiday pictures\n".repeat(500));
    const before = sha256_of(database_of(data_dir));
    assert_refused(await serve(data_dir), /grantexd\.db is not a database/, /Try: /);
    assert.equal(sha256_of(database_of(data_dir)), before);
});
