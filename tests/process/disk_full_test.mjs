// A full disk: writes are refused and change nothing, reads go on, and with room it is over.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { write_evidence } from "../crash/evidence.mjs";
import { Oracle } from "../crash/oracle.mjs";
import { faults_of_files } from "../crash/recount.mjs";
import { new_developer } from "../crash/round.mjs";
import { check_single_use } from "../crash/single_use.mjs";
import { database_of } from "../support/data_files.mjs";
import { eventually } from "../support/process_state.mjs";
import { Random, mixed } from "../support/random.mjs";
import { Server, rounds, start_server } from "../support/server.mjs";
import { SmallDisk } from "../support/small_disk.mjs";

const seed = Number(process.env.GRANTEXD_TEST_SEED ?? randomInt(2 ** 31));
const megabytes = 32;
const clients_count = 16;

// The other way to run out of room, with the members of a SmallDisk: files may not grow (EFBIG).
class FileLimit {
    constructor(server) {
        this.server = server;
    }
    #limit(bytes) {
        execFileSync("prlimit", ["--pid", `${this.server.pid}`, `--fsize=${bytes}:unlimited`]);
    }
    fill(bytes_left) {
        const database = database_of(this.server.data_dir);
        const sizes = ["", "-wal"].map((ending) => statSync(database + ending).size);
        this.#limit(Math.max(...sizes) + bytes_left);
    }
    free() {
        this.#limit("unlimited");
    }
    seen(path) {
        return path;
    }
    close() {}
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// Reads that must be answered as ever, while no write is: how many of them were made.
async function read_for(milliseconds, server, { live, dead }) {
    const api = server.sandbox();
    const end = performance.now() + milliseconds;
    let reads = 0;
    for (; performance.now() < end; ++reads) {
        assert.equal(await api.is_valid(live.grantToken), true);
        assert.equal(await api.is_valid(dead.grantToken), false);
        for (const path of ["/.well-known/jwks.json", "/health", `/v1/grants/${live.grantId}`])
            assert.equal((await api.get(path)).status, 200, path);
    }
    return reads;
}

const refusals_of = (clients) =>
    clients.flatMap(({ ledger }) => ledger.entries.filter(({ refused }) => refused));
const acknowledged = (clients) =>
    clients.reduce((sum, { ledger }) => sum + ledger.acknowledged().length, 0);

// Fills the disk under load, and makes room again: {refused, recovered}.
async function fill_and_free(disk, server, clients, known, random) {
    await pause(200 + random.below(600));
    // With a little left it ends in the middle of something else: a page, a commit, a checkpoint.
    disk.fill(random.below(200_000));
    const before = refusals_of(clients).length;
    const all_refused = () => refusals_of(clients).length >= before + clients.length;
    // A log that has just begun anew has room in its old length: a slow machine takes a while.
    assert.ok(await eventually(all_refused, 60_000), "no write was refused");
    // What is small may still find room in between.
    const health = async () => (await server.api().get("/health")).body.status;
    assert.ok(await eventually(async () => (await health()) === "degraded", 20_000));
    const reads = await read_for(300 + random.below(700), server, known);
    const refused = refusals_of(clients).length - before;
    const done = acknowledged(clients);
    disk.free();
    const start = performance.now();
    const recovers = () => acknowledged(clients) >= done + clients.length;
    assert.ok(await eventually(recovers, 5000), "no write succeeds with room on the disk");
    assert.equal(await health(), "healthy");
    return { refused, reads, recovered: Math.round(performance.now() - start) };
}

async function disk_round(disk, server, known, round) {
    const random = new Random(mixed(seed, round));
    const name = `full${round}`;
    const options = { name, clients: clients_count, random, patient: true };
    const { apiKey, clients } = await new_developer(server, options);
    let goes_on = true;
    const load = Promise.all(clients.map((client) => client.run(() => goes_on)));
    const figures = await fill_and_free(disk, server, clients, known, random).finally(() => {
        goes_on = false;
        disk.free();
    });
    await load;
    for (const { refused, kind } of refusals_of(clients)) {
        assert.deepEqual([refused.status, refused.body.code], [503, "SERVICE_UNAVAILABLE"], kind);
        assert.match(refused.headers["retry-after"], /^[1-9]\d*$/);
    }
    const faults = [];
    // By the process that went through it, and by one that starts on what it left.
    for (const is_killed of [false, true]) {
        if (is_killed) {
            await server.kill9();
            faults.push(...faults_of_files(disk.seen(server.data_dir)));
            await server.restart();
        }
        const oracle = await new Oracle(server.api(apiKey), clients).check();
        if (is_killed) await check_single_use(oracle);
        faults.push(...oracle.faults);
    }
    return { faults, seed, round, acknowledged: acknowledged(clients), ...figures };
}

// A few rounds on one disk: what is written stays, and room has to be left for it.
const rounds_a_disk = 5;
async function run_rounds(t, open) {
    t.diagnostic(`seed ${seed}`);
    for (let first = 0; first < rounds(2); first += rounds_a_disk) {
        const { disk, server } = await open();
        await run_some_rounds(t, disk, server, first, Math.min(first + rounds_a_disk, rounds(2)));
        disk.close();
    }
}

async function run_some_rounds(t, disk, server, first, end) {
    const api = server.sandbox();
    const agent = await api.agent_id();
    const known = { live: await api.grant(agent), dead: await api.grant(agent) };
    assert.equal((await api.revoke(known.dead.grantId)).status, 204);
    for (let round = first; round < end; ++round) {
        const { faults, ...figures } = await disk_round(disk, server, known, round);
        write_evidence("R-05", { disk: disk.constructor.name, ...figures, faults });
        t.diagnostic(JSON.stringify(figures));
        assert.deepEqual(faults, [], `seed ${seed}, round ${round}`);
    }
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
}

const env = { GRANTEXD_RATE_PROFILE: "off" };

test("R-05 a full disk refuses writes with 503, reads go on, and with room it is over", async (t) => {
    const probe = await SmallDisk.open(1);
    if (!probe) return t.skip("mounting is not permitted here");
    probe.close();
    await run_rounds(t, async () => {
        const disk = await SmallDisk.open(megabytes);
        const data_dir = join(disk.path, "data");
        const server = await new Server({ data_dir, env, wrapper: disk.wrapper }).start();
        return { disk, server };
    });
});

test("R-05 files that may not grow are survived in the same way", async (t) => {
    const wrapper = ["env", "--ignore-signal=XFSZ"]; // or the kernel ends the process at the limit
    await run_rounds(t, async () => {
        const server = await start_server({ env, wrapper });
        return { disk: new FileLimit(server), server };
    });
});
