// Damaged files: what a disk, a cable or a memory chip can do to a data directory, and what comes
// of it. The program may refuse to start or to answer, or answer as before; it never crashes and
// never hangs. Each damage ends in one word:
//
//   refused   the start says what is wrong
//   reported  requests that need the damaged place are refused
//   found     `grantexd doctor`, which reads what a backup reads, or the audit chain tells of it
//   same      everything is read as before
//   cut       the end of the log is gone as if it had never been committed: three transactions at
//             most, since more are refused; SQLite cannot tell them from what a crash has torn
//
// Nothing else may come of it: no answer is given from what has changed.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { before, test } from "node:test";

import { chain_faults } from "../clients/audit_chain.mjs";
import { damage_file } from "../crash/damage.mjs";
import { read_everything } from "../crash/everything.mjs";
import { write_evidence } from "../crash/evidence.mjs";
import { tables_of } from "../crash/tables.mjs";
import { read_log } from "../crash/write_ahead_log.mjs";
import { read_rows } from "../support/database.mjs";
import { full_world_env, keep_writing, make_full_world } from "../support/full_world.mjs";
import { eventually } from "../support/process_state.mjs";
import { Random, mixed } from "../support/random.mjs";
import { Receiver } from "../support/receiver.mjs";
import { Server, rounds, run_grantexd, temporary_directory } from "../support/server.mjs";
import { SmtpServer } from "../support/smtp_server.mjs";

const seed = Number(process.env.GRANTEXD_TEST_SEED ?? randomInt(2 ** 31));
const patience = 30_000;
const database = "grantexd.db";
const log = "grantexd.db-wal";
const files = [database, log, "grantexd.db-shm", "master.key"];

let world;
let env;
let killed_dir; // the same, with writes in its log

function copy_of(data_dir) {
    const copy = join(temporary_directory(), "data");
    mkdirSync(copy, { mode: 0o700 });
    for (const name of files)
        if (existsSync(join(data_dir, name))) copyFileSync(join(data_dir, name), join(copy, name));
    return copy;
}

function server_on(data_dir) {
    const server = new Server({ data_dir, env });
    server.listen = new URL(world.server.base).host; // tokens name it
    return server;
}

const in_time = (promise, what) => {
    let timer;
    const late = new Promise((_, reject) => {
        timer = setTimeout(() => reject(new Error(`${what} hangs`)), patience);
    });
    return Promise.race([promise, late]).finally(() => clearTimeout(timer));
};

// What a start and reading everything come to: {answers} or {refused}.
async function serve_and_read(data_dir) {
    const server = server_on(data_dir);
    try {
        await server.start();
    } catch (failure) {
        const { code, signal } = await server.program.ended;
        return { refused: code, signal, said: server.stderr, failure };
    }
    const reading = in_time(read_everything(world, server), "a request");
    const answers = await reading.catch((error) => ({ error }));
    const end = await server.stop();
    return { answers, ...end, said: server.stderr };
}

const commits_in = (data_dir) => read_log(readFileSync(join(data_dir, log)));

const known = new Map();
// What is read without damage, or with the log cut after so many commits.
async function before_damage(source, commits) {
    const today = new Date().toISOString().slice(0, 10); // usage is shown by day
    const name = `${source} ${commits} ${today}`;
    if (!known.has(name)) {
        const copy = copy_of(source);
        if (commits !== undefined)
            truncateSync(
                join(copy, log),
                commits === 0 ? 0 : commits_in(copy).commits[commits - 1],
            );
        const tables = tables_of(copy);
        known.set(name, { ...(await serve_and_read(copy)), tables });
        rmSync(copy, { recursive: true });
    }
    return known.get(name);
}

const differences = (answers, expected) =>
    answers.filter(
        ({ status, text }, i) => status !== expected[i].status || text !== expected[i].text,
    );

const chain_of = (answers, path) => {
    const found = answers.find((answer) => answer.path === path && answer.status === 200);
    return found
        ? [...found.body.entries].sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1))
        : [];
};
const chains_hold = (answers) =>
    ["/v1/audit/entries", "/v1/audit/entries of another"].every(
        (path) => chain_faults(chain_of(answers, path)).length === 0,
    );

// Nothing is left pending that a start would attempt, and so change what is read.
async function deliver_all() {
    const receiver = await new Receiver().listen(world.port);
    const smtp = await new SmtpServer().listen(world.smtp_port);
    const pending = (table) =>
        read_rows(world.data_dir, `SELECT id FROM ${table} WHERE due_at IS NOT NULL`).length;
    const delivered = await eventually(async () => {
        const calls = pending("deliveries") + pending("notifications");
        const mails = pending("mails");
        if (calls + mails === 0) return true;
        const [all_calls, all_mails] = [
            receiver.received.length + calls,
            smtp.mails.length + mails,
        ];
        const server = await server_on(world.data_dir).start();
        await Promise.all([receiver.until(all_calls), smtp.until_mails(all_mails)]);
        await new Promise((resolve) => setTimeout(resolve, 300)); // what came of it is on disk
        await server.stop();
        return false;
    }, patience);
    receiver.close();
    smtp.close();
    assert.ok(delivered, "not everything could be delivered");
}

let made_at;
// Anew in a long run: sessions end, and what detection says depends on the time.
async function make_worlds() {
    if (performance.now() - made_at < 600_000) return;
    made_at = performance.now();
    world = await make_full_world({ due_at: 1 });
    env = full_world_env(world.port, world.smtp_port);
    await deliver_all();
    const server = server_on(copy_of(world.data_dir));
    await server.start();
    await keep_writing({ ...world, api: server.sandbox() }, 100);
    await server.kill9();
    killed_dir = server.data_dir;
    known.clear();
}
before(make_worlds);

// The log's end is gone, and nothing else: what was read is what stood before it.
async function cut_of(source, left, answers) {
    if (source !== killed_dir) return undefined;
    const lost = commits_in(source).commits.length - left.commits.length;
    if (lost === 0) return undefined;
    const { answers: expected } = await before_damage(source, left.commits.length);
    return differences(answers, expected).length === 0 ? { lost, behind: left.lost } : undefined;
}

async function ask_doctor(data_dir) {
    const asked = await run_grantexd(["doctor", "--data-dir", data_dir, "--json"], { patience });
    assert.ok([0, 3].includes(asked.code), `doctor: ${JSON.stringify(asked)}`);
    return JSON.parse(asked.stdout).find(({ check }) => check === "database");
}

// What became of one damage, after everything that must never be has been looked for.
async function judge(data_dir, source) {
    const tables = tables_of(data_dir);
    const diagnosis = await ask_doctor(data_dir);
    const doctor = diagnosis?.state;
    const left = source === killed_dir && commits_in(data_dir); // the start takes the log in
    const seen = await serve_and_read(data_dir);
    if (seen.refused !== undefined) {
        assert.ok([1, 78].includes(seen.refused), `${seen.signal} ${seen.failure.message}`);
        assert.match(seen.said, /^grantexd: .+\n$/, seen.said);
        return { outcome: "refused", code: seen.refused, said: seen.said.trim(), doctor };
    }
    assert.ok(!seen.answers.error, `${seen.answers.error?.stack} ${seen.said}`);
    assert.deepEqual([seen.code, seen.signal], [0, null], seen.said);
    const whole = await before_damage(source);
    const different = differences(seen.answers, whole.answers);
    const paths = different.slice(0, 5).map(({ path, status }) => `${path} ${status}`);
    const cut = await cut_of(source, left, seen.answers);
    if (cut) {
        assert.ok(cut.behind <= 3, `${cut.behind} transactions are lost and nobody tells`);
        return { outcome: "cut", paths, doctor, ...cut };
    }
    const names = [...new Set([...Object.keys(whole.tables), ...Object.keys(tables)])];
    const changed = names.filter((name) => tables[name] !== whole.tables[name]);
    const facts = { doctor, paths, changed };
    const wrong = different.filter(({ status }) => status < 500);
    assert.equal(wrong.length, 0, `answers of what has changed: ${JSON.stringify(facts)}`);
    if (different.length > 0) return { outcome: "reported", ...facts };
    if (doctor === "problem") return { outcome: "found", said: diagnosis.text, ...facts };
    if (!chains_hold(seen.answers)) return { outcome: "found", said: "the chain", ...facts };
    assert.deepEqual(changed, [], "what nobody tells of");
    return { outcome: "same", ...facts };
}

const weights = {
    clean: { [database]: 95, "master.key": 5 },
    killed: { [database]: 60, [log]: 35, "grantexd.db-shm": 2, "master.key": 3 },
};

test("without damage the same is read, and doctor finds nothing", async () => {
    for (const source of [world.data_dir, killed_dir]) {
        const judged = await judge(copy_of(source), source);
        assert.deepEqual([judged.outcome, judged.doctor], ["same", "good"], JSON.stringify(judged));
    }
});

test("R-21 damage is reported, or leaves what is covered as it is", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const counts = {};
    for (let round = 0; round < rounds(10); ++round) {
        await make_worlds();
        const random = new Random(mixed(seed, round));
        const kind = random.pick(["clean", "killed"]);
        const source = kind === "killed" ? killed_dir : world.data_dir;
        const data_dir = copy_of(source);
        const file = random.weighted(weights[kind]);
        const damage = damage_file(join(data_dir, file), random);
        if (!damage) continue; // what was copied over is the same
        const judged = await judge(data_dir, source).catch((error) => {
            const where = `seed ${seed}, round ${round}: ${file} ${JSON.stringify(damage)}`;
            error.message = `${where}\n${error.message}`;
            throw error;
        });
        write_evidence("R-21", { seed, round, file, ...damage, ...judged });
        rmSync(data_dir, { recursive: true });
        const name = `${file.replace("grantexd.", "")} ${judged.outcome}`;
        counts[name] = (counts[name] ?? 0) + 1;
    }
    t.diagnostic(JSON.stringify(counts));
});
