// What a server can be in the middle of when the power goes: each makes a recording for
// cut_recordings() of tests/crash/power_loss.mjs.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isDeepStrictEqual } from "node:util";

import { chain_faults, fetch_chain } from "../clients/audit_chain.mjs";
import { fixture_master_key } from "../fixtures/master_key.mjs";
import { database_of, sha256_of } from "../support/data_files.mjs";
import { copy_of_database, read_rows, run_sql } from "../support/database.mjs";
import { eventually } from "../support/process_state.mjs";
import { run_grantexd, run_program, temporary_directory } from "../support/server.mjs";
import { dev_binary } from "./disk_log.mjs";
import { Recording, faults_of_team } from "./power_loss.mjs";
import { new_developer } from "./round.mjs";

const fixture = (name) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

const options_of = (server, env) => ({ listen: new URL(server.base).host, env });

// Clients of a new developer at work while `act` goes on.
async function under_load(server, random, act) {
    const clients = random.pick([2, 4, 8, 16]);
    const team = await new_developer(server, { name: "team", clients, random });
    let goes_on = true;
    const load = Promise.all(team.clients.map((client) => client.run(() => goes_on)));
    await act(team).finally(() => (goes_on = false));
    await load;
    return team;
}

// When a command was given and when it was done.
async function timed(promise) {
    const begin = process.hrtime.bigint();
    const { code, stdout, stderr } = await promise;
    assert.equal(code, 0, stderr);
    return { begin, end: process.hrtime.bigint(), stdout };
}
const command = (server, ...args) =>
    timed(run_grantexd([...args, "--json", "--data-dir", server.data_dir]));

// A server's first start, and what clients do then, for a while.
export async function any_time(random, a_while = () => pause(400 + random.below(1200))) {
    const recording = new Recording();
    const server = await recording.server().start();
    const team = await under_load(server, random, () => a_while(server));
    await server.kill9();
    const ask = (started, moment) => faults_of_team(started, team, moment);
    return { recording: recording.read(), options: options_of(server), ask };
}

// A server that is told to stop, which ends with the log taken into the database and removed.
export async function stop(random) {
    const recording = new Recording();
    const server = await recording.server().start();
    const team = await under_load(server, random, () => pause(200 + random.below(300)));
    const begin = process.hrtime.bigint();
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    recording.read();
    const ask = (started, moment) => faults_of_team(started, team, moment);
    const steps = recording.between(begin, process.hrtime.bigint());
    return { recording, steps, options: options_of(server), ask };
}

// The log is as long as one that is due for a checkpoint: there are some behind it, or just now.
async function past_a_checkpoint(server) {
    const frame_bytes = 24 + 4096;
    const is_due = () => statSync(`${database_of(server.data_dir)}-wal`).size > 1000 * frame_bytes;
    assert.ok(await eventually(is_due, 30_000), "the log does not grow");
    await pause(200);
}

// From the sync of the log with which a checkpoint begins to the first commits after it.
export async function checkpoint(random) {
    const { recording, ...rest } = await any_time(random, past_a_checkpoint);
    const { steps } = recording;
    // Before the log is there, the first start writes to the file itself.
    const log_begins = steps.findIndex(({ path }) => path === "data/grantexd.db-wal");
    const inside = new Set();
    for (const [index, { kind, path }] of steps.entries())
        if (path === "data/grantexd.db" && kind !== "open" && index > log_begins)
            for (let near = index - 2; near < index + 20; ++near) if (steps[near]) inside.add(near);
    assert.ok(inside.size > 0, "there was no checkpoint");
    return { recording, ...rest, steps: [...inside] };
}

// A database on its own, under any name, as read_rows() wants it.
function rows_of_file(path, sql) {
    const directory = temporary_directory();
    copyFileSync(path, database_of(directory));
    const rows = read_rows(directory, sql);
    rmSync(directory, { recursive: true });
    return rows.map((row) => row.join("|"));
}

// A start on the database of an older version, which is kept.
export async function migration() {
    const recording = new Recording();
    mkdirSync(recording.data_dir, { mode: 0o700 });
    run_sql(recording.data_dir, `.read ${fixture("schema_0013.sql")}`);
    run_sql(recording.data_dir, "PRAGMA journal_mode = WAL");
    const what = "PRAGMA integrity_check; PRAGMA user_version; SELECT id, status FROM grants; " +
        "SELECT id, hash FROM audit_entries ORDER BY id";
    const old = rows_of_file(database_of(recording.data_dir), what);
    const [, version, ...content] = old;
    recording.begin();
    const env = { GRANTEXD_MASTER_KEY: fixture_master_key };
    const server = await recording.server({ env }).start();
    const ready = process.hrtime.bigint();
    await server.kill9();
    recording.read();
    const kept = `grantexd.db.before-00${Number(version) + 1}`;
    const look = (data_dir, moment) => {
        const path = join(data_dir, kept);
        if (!existsSync(path)) return ready < moment ? [`${kept} is lost`] : [];
        return isDeepStrictEqual(rows_of_file(path, what), old) ? [] : [`${kept} is not whole`];
    };
    const ask = async (started) => {
        const now = rows_of_file(database_of(copy_of_database(started.data_dir)), what);
        const faults = isDeepStrictEqual(now.slice(2), content) ? [] : [`${now} is there`];
        const chain = await fetch_chain(started.base, started.sandbox_key);
        return [...faults, ...chain_faults(chain)];
    };
    return { recording, options: { env }, look, ask };
}

const backups_of = (data_dir) => {
    const folder = join(data_dir, "backups");
    const names = existsSync(folder) ? readdirSync(folder) : [];
    return names.filter((name) => /^grantexd-[^.]*\.db$/.test(name)).map((name) => join(folder, name));
};

// A backup that can be seen is whole, and one that was reported can be seen.
export async function backup(random) {
    const recording = new Recording();
    const server = await recording.server().start();
    let made;
    const team = await under_load(server, random, async () => {
        await pause(100 + random.below(300));
        made = await command(server, "backup");
    });
    await server.kill9();
    recording.read();
    const file = JSON.parse(made.stdout).file.replace(server.data_dir, "");
    const look = (data_dir, moment) => {
        const faults = [];
        if (made.end < moment && !existsSync(data_dir + file)) faults.push(`${file} is lost`);
        for (const path of backups_of(data_dir)) {
            const expected = existsSync(`${path}.sha256`) && readFileSync(`${path}.sha256`, "utf8");
            if (!expected) faults.push(`${path} has no checksum`);
            else if (!expected.startsWith(sha256_of(path))) faults.push(`${path} is not whole`);
        }
        return faults;
    };
    const ask = (started, moment) => faults_of_team(started, team, moment);
    const steps = recording.between(made.begin, made.end + 50_000_000n);
    return { recording, steps, options: options_of(server), look, ask };
}

const published = async (server) =>
    (await server.api("").must(200, "GET", "/.well-known/jwks.json")).keys.map(({ kid }) => kid);

// A second signing key beside the first: old tokens stay valid, whatever happens.
export async function rotation(random) {
    const recording = new Recording();
    const server = await recording.server().start();
    const [first] = await published(server);
    let made;
    const team = await under_load(server, random, async () => {
        await pause(100 + random.below(200));
        made = await command(server, "keys", "rotate");
    });
    await server.kill9();
    recording.read();
    const { kid } = JSON.parse(made.stdout);
    const ask = async (started, moment) => {
        const faults = await faults_of_team(started, team, moment);
        const kids = await published(started);
        const others = kids.filter((each) => each !== first && each !== kid);
        if (!kids.includes(first) || others.length > 0) faults.push(`${kids} are published`);
        if (made.end < moment && !kids.includes(kid)) faults.push(`the new key is lost`);
        if (made.begin >= moment && kids.includes(kid)) faults.push(`the new key is there early`);
        return faults;
    };
    const steps = recording.between(made.begin, made.end);
    return { recording, steps, options: options_of(server), ask };
}

// Every key sealed anew: both master keys open what is there, and after the last one the new alone.
export async function rewrapping(random) {
    const recording = new Recording();
    const [old_key, new_key] = [0, 1].map(() => randomBytes(32).toString("hex"));
    const before = recording.server({ env: { GRANTEXD_MASTER_KEY: old_key } });
    await before.start();
    for (let i = 0; i < 30; ++i) {
        const developer = await new_developer(before, { name: `d${i}`, clients: 0, random });
        const hook = { url: "https://hooks.example.com/", events: ["grant.created"] };
        await developer.api.must(201, "POST", "/v1/webhooks", hook);
    }
    await before.stop();
    recording.begin();
    const alone = { GRANTEXD_MASTER_KEY: new_key };
    const env = { ...alone, GRANTEXD_MASTER_KEYS_OLD: old_key };
    const server = await recording.server({ env, listen: new URL(before.base).host }).start();
    let done;
    const team = await under_load(server, random, async () => {
        await pause(100 + random.below(200));
        done = await command(server, "keys", "rewrap");
    });
    await server.kill9();
    recording.read();
    assert.ok(JSON.parse(done.stdout).dataKeys >= 30);
    const ask = async (started, moment) => {
        if (done.end < moment) {
            started.env = { ...started.env, GRANTEXD_MASTER_KEYS_OLD: "" };
            await started.kill9();
            await started.restart();
        }
        return faults_of_team(started, team, moment);
    };
    const steps = recording.between(done.begin, done.end);
    return { recording, steps, options: options_of(server, env), ask };
}

// A restore: afterwards the old or the new database is there, whole, also when the old one was in
// such a state that its log could not be taken in.
export async function restore(random) {
    const recording = new Recording();
    const server = await recording.server().start();
    const listen = new URL(server.base).host;
    const agent = await server.sandbox().agent_id("backed up");
    await server.stop();
    const folder = temporary_directory();
    const { stdout } = await command(server, "backup", "--backup-dir", folder);
    await server.restart();
    await server.sandbox().must(200, "PATCH", `/v1/agents/${agent}`, { name: "later" });
    const left = random.pick(["stopped", "killed", "unreadable"]);
    await (left === "stopped" ? server.stop() : server.kill9());
    if (left === "unreadable") {
        const database = database_of(server.data_dir);
        writeFileSync(database, randomBytes(statSync(database).size));
    }
    recording.begin();
    const args = ["restore", JSON.parse(stdout).file, "--data-dir"];
    const env = recording.variables;
    const done = await timed(run_program([dev_binary(), ...args, server.data_dir], { env }));
    recording.read();
    const look = async (data_dir, moment) => {
        const { code, stderr } = await run_grantexd(["migrate", "--data-dir", data_dir]);
        if (code === 0) return [];
        if (left !== "unreadable" || done.end < moment) return [`${left}: ${stderr}`];
        const again = await run_grantexd([...args, data_dir]);
        return again.code === 0 ? [] : [`a second restore: ${again.stderr}`];
    };
    const ask = async (started, moment) => {
        const { name } = await started.sandbox().must(200, "GET", `/v1/agents/${agent}`);
        const is_new_only = left === "unreadable" || done.end < moment;
        const right = name === "backed up" || (name === "later" && !is_new_only);
        return right ? [] : [`${left}: the agent is ${name}`];
    };
    // Most steps make the copy; what matters is how it takes the place of the database.
    const all = [...recording.steps.keys()];
    const steps = [...all.filter((index) => index % 50 === 0), ...all.slice(-12)];
    return { recording, steps, options: { listen }, look, ask };
}
