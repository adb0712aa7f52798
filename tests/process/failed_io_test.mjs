// Reads and writes of the disk that fail: no wrong answer, no crash, and over when the disk is well.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";

import { DiskFault, for_ever } from "../crash/disk_fault.mjs";
import { dev_binary, watching } from "../crash/disk_log.mjs";
import { write_evidence } from "../crash/evidence.mjs";
import { faults_of_team } from "../crash/power_loss.mjs";
import { Oracle } from "../crash/oracle.mjs";
import { faults_of_files } from "../crash/recount.mjs";
import { new_developer } from "../crash/round.mjs";
import { eventually } from "../support/process_state.mjs";
import { Random, mixed } from "../support/random.mjs";
import { Server, rounds, temporary_directory } from "../support/server.mjs";

const seed = Number(process.env.GRANTEXD_TEST_SEED ?? randomInt(2 ** 31));

const refusals_of = (clients) =>
    clients.flatMap(({ ledger }) => ledger.entries.filter(({ refused }) => refused));
const acknowledged = (clients) =>
    clients.reduce((sum, { ledger }) => sum + ledger.acknowledged().length, 0);

function check_refusal({ status, headers, body }, what) {
    assert.deepEqual([status, body.code], [503, "SERVICE_UNAVAILABLE"], what);
    assert.match(headers["retry-after"], /^[1-9]\d*$/);
}

// Reads that are answered rightly or, when the disk cannot be read, not at all: {reads, refused}.
async function read_for(milliseconds, server, { live, dead }, may_refuse) {
    const api = server.sandbox();
    const end = performance.now() + milliseconds;
    const count = { reads: 0, unread: 0 };
    for (; performance.now() < end && server.program.child.exitCode === null; ++count.reads) {
        for (const [token, valid] of [[live.grantToken, true], [dead.grantToken, false]]) {
            const answer = await api.post("/v1/tokens/verify", { token });
            if (answer.status === 200) assert.equal(answer.body.valid, valid);
            else check_refusal(answer, `verify, ${may_refuse ? "unreadable" : "unwritable"}`);
            if (answer.status !== 200) ++count.unread;
        }
        assert.equal((await api.get("/.well-known/jwks.json")).status, 200);
    }
    assert.ok(may_refuse || count.unread === 0, `${count.unread} reads were refused`);
    return count;
}

// A line a second about each cause, beside the line of each request. SQLite says of what it cannot
// read that it is malformed.
function check_log(text, milliseconds) {
    const lines = text.split("\n").filter((line) => line.includes(" event=error "));
    const causes = lines.map((line) => line.replace(/^.* code=|, and \d+ more like it$/g, ""));
    const most = 1 + Math.ceil(milliseconds / 1000);
    for (const cause of new Set(causes)) {
        const count = causes.filter((each) => each === cause).length;
        assert.ok(count <= most, `${count} lines in ${milliseconds} ms: ${cause}`);
    }
    return lines.length;
}

function choose_order(random) {
    return {
        call: random.pick(["read", "write"]),
        ending: random.pick(["-wal", "grantexd.db"]),
        first: 1 + random.below(20),
        times: random.pick([1, for_ever]),
    };
}

// One order, given and taken back.
async function fail_and_mend(server, fault, clients, known, random) {
    await new Promise((resolve) => setTimeout(resolve, random.below(300)));
    const order = choose_order(random);
    const log_before = server.log().length;
    const start = performance.now();
    fault.order(order);
    const may_refuse = order.call === "read";
    let count = await read_for(300 + random.below(700), server, known, may_refuse);
    // A checkpoint comes only now and then.
    for (let i = 0; i < 20 && fault.outcome.failed === 0; ++i)
        count = await read_for(100, server, known, may_refuse);
    const { failed } = fault.outcome;
    fault.cancel();
    const told = () => server.log().slice(log_before);
    const log = check_log(told(), performance.now() - start);
    const says_why = () => / code=DISK cause=the c\S+ failed: /.test(told());
    if (order.call === "write" && failed > 0) assert.ok(await eventually(says_why), told());
    const done = acknowledged(clients);
    const recovers = () => acknowledged(clients) >= done + clients.length;
    assert.ok(await eventually(recovers, 5000), "no write succeeds with a disk that is well");
    return { ...order, ...count, failed, acknowledged: done, log };
}

async function fault_round(server, fault, known, random, name) {
    const team = await new_developer(server, { name, clients: 8, random, patient: true });
    const { clients } = team;
    let goes_on = true;
    const load = Promise.all(clients.map((client) => client.run(() => goes_on)));
    const figures = await fail_and_mend(server, fault, clients, known, random).finally(() => {
        fault.cancel();
        goes_on = false;
    });
    await load;
    for (const { refused, kind } of refusals_of(clients)) check_refusal(refused, kind);
    const refused = refusals_of(clients).length;
    return { team, figures: { ...figures, refused } };
}

test("R-07 reads and writes that fail are refused, never wrong, and over with the fault", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const fault = new DiskFault();
    const data_dir = `${temporary_directory()}/data`;
    const env = { GRANTEXD_RATE_PROFILE: "off", ...watching(data_dir, fault.variables) };
    const server = await new Server({ file: dev_binary(), data_dir, env }).start();
    const api = server.sandbox();
    const agent = await api.agent_id();
    const known = { live: await api.grant(agent), dead: await api.grant(agent) };
    assert.equal((await api.revoke(known.dead.grantId)).status, 204);
    const totals = { failed: 0, refused: 0, reads: 0, unread: 0, acknowledged: 0 };
    for (let round = 0; round < rounds(4); ++round) {
        const random = new Random(mixed(seed, round));
        const { team, figures } = await fault_round(server, fault, known, random, `r${round}`);
        const faults = (await new Oracle(server.api(team.apiKey), team.clients).check()).faults;
        await server.kill9();
        faults.push(...faults_of_files(data_dir));
        await server.restart();
        faults.push(...(await faults_of_team(server, team, process.hrtime.bigint())));
        write_evidence("R-07", { seed, round, ...figures, faults });
        assert.deepEqual(faults, [], `seed ${seed}, round ${round}`);
        for (const name of Object.keys(totals)) totals[name] += figures[name];
    }
    t.diagnostic(JSON.stringify(totals));
    assert.ok(totals.failed > 0);
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    fault.close();
});
