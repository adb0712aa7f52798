// Damaged files: what a disk, a cable or a memory chip can do to a data directory, and what comes
// of it. The program may refuse to start or to answer, or answer as before; it never crashes and
// never hangs. What neither SQLite nor the program can notice is counted, and is of known kinds:
//
//   silent   a value of a row has changed, and nothing covers it: audit entries have their chain,
//            sealed columns and keys their authentication, the rest of the tables has nothing
//   cut      the write-ahead log ends at the damage, as if what follows was never committed
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { chain_faults } from "../clients/audit_chain.mjs";
import { damage_file } from "../crash/damage.mjs";
import { read_everything } from "../crash/everything.mjs";
import { write_evidence } from "../crash/evidence.mjs";
import { tables_of } from "../crash/tables.mjs";
import { read_log } from "../crash/write_ahead_log.mjs";
import { free_port } from "../support/free_port.mjs";
import { full_world_env, keep_writing, make_full_world } from "../support/full_world.mjs";
import { Random, mixed } from "../support/random.mjs";
import { Server, rounds, run_grantexd, temporary_directory } from "../support/server.mjs";

const seed = Number(process.env.GRANTEXD_TEST_SEED ?? randomInt(2 ** 31));
const patience = 30_000;
const year_2100 = Date.UTC(2100, 0);
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

const known = new Map();
// What is read without damage; of the killed one with its log cut after so many commits.
async function before_damage(data_dir, commits) {
    const name = `${data_dir} ${commits} ${new Date().toISOString().slice(0, 10)}`;
    if (!known.has(name)) {
        const copy = copy_of(data_dir);
        if (commits !== undefined) {
            const ends = read_log(readFileSync(join(copy, log))).commits;
            truncateSync(join(copy, log), commits === 0 ? 0 : ends[commits - 1]);
        }
        const tables = tables_of(copy);
        known.set(name, { ...(await serve_and_read(copy)), tables });
    }
    return known.get(name);
}

const differences = (answers, expected) =>
    answers.filter(({ status, text }, i) => status !== expected[i].status || text !== expected[i].text);

const chain_of = (answers, path) => {
    const found = answers.find((answer) => answer.path === path && answer.status === 200);
    return found ? [...found.body.entries].sort((a, b) => (a.timestamp < b.timestamp ? -1 : 1)) : [];
};
const chains_hold = (answers) =>
    ["/v1/audit/entries", "/v1/audit/entries of another"].every(
        (path) => chain_faults(chain_of(answers, path)).length === 0,
    );

before(async () => {
    const [port, smtp_port] = [await free_port(), await free_port()];
    env = full_world_env(port, smtp_port);
    world = await make_full_world({ port, smtp_port, due_at: year_2100 });
    const server = server_on(copy_of(world.data_dir));
    await server.start();
    await keep_writing({ ...world, api: server.sandbox() }, 100);
    await server.kill9();
    killed_dir = server.data_dir;
});

// What became of one damage, in one word, after everything that must never be has been looked for.
async function judge(data_dir, source) {
    const doctor = await run_grantexd(["doctor", "--data-dir", data_dir, "--json"], { patience });
    assert.ok([0, 3].includes(doctor.code), `doctor: ${JSON.stringify(doctor)}`);
    const database_row = JSON.parse(doctor.stdout).find(({ check }) => check === "database");
    const tables = tables_of(data_dir);
    const commits = source === killed_dir ? read_log(readFileSync(join(data_dir, log))) : undefined;
    const seen = await serve_and_read(data_dir);
    if (seen.refused !== undefined) {
        assert.ok([1, 78].includes(seen.refused), `${seen.signal} ${seen.failure.message}`);
        assert.match(seen.said, /^grantexd: .+\n$/, seen.said);
        return { outcome: "refused", said: seen.said.trim(), doctor: database_row?.state };
    }
    assert.ok(!seen.answers.error, `${seen.answers.error?.stack} ${seen.said}`);
    assert.deepEqual([seen.code, seen.signal], [0, null], seen.said);
    const whole = await before_damage(source, source === killed_dir ? undefined : undefined);
    const different = differences(seen.answers, whole.answers);
    const paths = different.map(({ path, status }) => `${path} ${status}`);
    const facts = { doctor: database_row?.state, paths: paths.slice(0, 5) };
    const lost = commits && commits.commits.length < whole_commits() ? commits : undefined;
    if (lost) {
        const cut = await before_damage(source, lost.commits.length);
        if (differences(seen.answers, cut.answers).length === 0)
            return { outcome: "cut", ...facts, commits: whole_commits() - lost.commits.length, told: lost.lost };
    }
    const changed = Object.keys(whole.tables).filter((name) => tables[name] !== whole.tables[name]);
    const unanswered = different.filter(({ status }) => status >= 500).length;
    if (unanswered > 0) return { outcome: "reported", ...facts, changed };
    if (database_row?.state === "problem") return { outcome: "found", said: database_row.text, ...facts, changed };
    if (!chains_hold(seen.answers)) return { outcome: "found", said: "the chain", ...facts, changed };
    if (different.length > 0) return { outcome: "silent", ...facts, changed };
    return { outcome: changed.length > 0 ? "unseen" : "same", ...facts, changed };
}
const whole_commits = () => read_log(readFileSync(join(killed_dir, log))).commits.length;

const weights = { [database]: 60, [log]: 35, "grantexd.db-shm": 2, "master.key": 3 };

test("R-21 damage is reported, or changes nothing that was covered", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const counts = {};
    for (let round = 0; round < rounds(20); ++round) {
        const random = new Random(mixed(seed, round));
        const source = random.chance(0.5) ? killed_dir : world.data_dir;
        const data_dir = copy_of(source);
        const name = source === killed_dir ? random.weighted(weights) : random.pick([database, database, database, "master.key"]);
        const damage = damage_file(join(data_dir, name), random);
        if (!damage) continue;
        const where = `seed ${seed}, round ${round}: ${name} ${JSON.stringify(damage)}`;
        const judged = await judge(data_dir, source).catch((error) => {
            error.message = `${where}\n${error.message}`;
            throw error;
        });
        write_evidence("R-21", { seed, round, file: name, ...damage, ...judged });
        const key = `${name.replace("grantexd.", "")} ${judged.outcome}`;
        counts[key] = (counts[key] ?? 0) + 1;
    }
    t.diagnostic(JSON.stringify(counts));
});
