// A sync that fails: the kernel may have dropped what was to be written, and would report success
// the next time. So nothing is acknowledged any more, and the process ends without a second try.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";

import { DiskFault, for_ever } from "../crash/disk_fault.mjs";
import { write_evidence } from "../crash/evidence.mjs";
import { Recording, faults_of_team, lose_power } from "../crash/power_loss.mjs";
import { faults_of_files } from "../crash/recount.mjs";
import { new_developer } from "../crash/round.mjs";
import { Random, mixed } from "../support/random.mjs";
import { rounds } from "../support/server.mjs";

const seed = Number(process.env.GRANTEXD_TEST_SEED ?? randomInt(2 ** 31));

// A commit syncs the log, a checkpoint the log and the database.
const orders = {
    "-wal": (random) => 1 + random.below(60),
    "grantexd.db": () => 1,
};

async function fail_a_sync(random) {
    const fault = new DiskFault();
    const recording = new Recording(fault.variables);
    const server = await recording.server().start();
    const clients = random.pick([8, 16]);
    const team = await new_developer(server, { name: "team", clients, random, patient: true });
    const load = Promise.all(team.clients.map((client) => client.run()));
    await new Promise((resolve) => setTimeout(resolve, random.below(300)));
    const ending = random.pick(Object.keys(orders));
    const order = {
        ending,
        first: orders[ending](random),
        times: random.pick([1, for_ever]),
        error: random.pick(["EIO", "ENOSPC"]),
    };
    fault.order({ call: "sync", ...order });
    const timer = setTimeout(() => server.program.child.kill("SIGKILL"), 20_000);
    const end = await new Promise((resolve) =>
        server.program.child.once("exit", (code) => resolve({ code, at: process.hrtime.bigint() })),
    );
    clearTimeout(timer);
    await load;
    const { at, ...outcome } = fault.outcome;
    fault.cancel();
    fault.close();
    const took = Number((end.at - at) / 1_000_000n);
    return { recording, server, team, order, end: { code: end.code, took, ...outcome } };
}

test("R-08 a failed sync ends the process before anything is acknowledged", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const totals = { acknowledged: 0, slowest: 0, "-wal": 0, "grantexd.db": 0 };
    for (let round = 0; round < rounds(4); ++round) {
        const random = new Random(mixed(seed, round));
        const { recording, server, team, order, end } = await fail_a_sync(random);
        const ask = (started) => faults_of_team(started, team, process.hrtime.bigint());
        recording.read();
        // What no sync has made durable is gone with the power; and without a power loss, nothing.
        const recorded = { recording, options: { listen: new URL(server.base).host }, ask };
        const name = `R-08-${seed}-${round}`;
        const lost = await lose_power(recorded, recording.steps.length, random, name, "nothing");
        await server.restart();
        const faults = [...lost.faults, ...(await ask(server))];
        await server.kill9();
        faults.push(...faults_of_files(server.data_dir));
        const acknowledged = team.clients.flatMap(({ ledger }) => ledger.acknowledged()).length;
        write_evidence("R-08", { seed, round, ...order, ...end, acknowledged, faults });
        const what = `seed ${seed}, round ${round}: ${JSON.stringify(order)}`;
        assert.deepEqual(faults, [], what);
        assert.deepEqual([end.code, end.failed, end.synced_again], [70, 1, 0], what);
        assert.ok(end.took < 1000, `${what}: ended after ${end.took} ms`);
        totals.acknowledged += acknowledged;
        totals.slowest = Math.max(totals.slowest, end.took);
        ++totals[order.ending];
    }
    t.diagnostic(JSON.stringify(totals));
    assert.ok(totals.acknowledged > 0);
});

test("R-08 a server does not start when the name of its log cannot be made durable", async () => {
    const fault = new DiskFault();
    const recording = new Recording(fault.variables);
    const server = await recording.server().start();
    await server.stop();
    fault.order({ call: "sync", ending: "data", times: for_ever });
    await assert.rejects(server.restart(), /ended with 1 before its banner/);
    assert.match(server.stderr, /Input\/output error/);
    fault.cancel();
    await server.start();
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
});
