// kill -9 in the middle of writes: whatever was acknowledged is there afterwards, and what was not
// is there as a whole or not at all (tests/crash holds the clients and the oracle).
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";

import { write_evidence } from "../crash/evidence.mjs";
import { crash_round } from "../crash/round.mjs";
import { faults_of_files } from "../crash/recount.mjs";
import { Receiver, local_receivers } from "../support/receiver.mjs";
import { Server, rounds, start_server } from "../support/server.mjs";
import { median } from "../support/statistics.mjs";

const seed = Number(process.env.GRANTEXD_TEST_SEED ?? randomInt(2 ** 31));

test("R-01 kill -9 at any time loses nothing that was acknowledged and leaves nothing half done", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const receiver = await new Receiver().listen();
    const env = { ...local_receivers, GRANTEXD_RATE_PROFILE: "off" };
    const server = await start_server({ env });
    const totals = { acknowledged: 0, in_flight: 0, completed: 0, repeated: 0 };
    const restarts = [];
    for (let round = 0; round < rounds(4); ++round) {
        const { faults, ...figures } = await crash_round(server, receiver, { seed, round });
        write_evidence("R-01", { ...figures, faults });
        assert.deepEqual(faults, [], `seed ${seed}, round ${round}`);
        for (const name of Object.keys(totals)) totals[name] += figures[name];
        restarts.push(figures.ready);
    }
    const [typical, slowest] = [median(restarts), Math.max(...restarts)];
    t.diagnostic(JSON.stringify({ ...totals, typical, slowest }));
    assert.ok(totals.acknowledged > 0);
    assert.ok(typical < 1000, `ready after ${typical} ms`); // a machine may stall for a second
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    assert.deepEqual(faults_of_files(server.data_dir), []);
    receiver.close();
});

test("the successor of a refresh token that was acknowledged works after kill -9", async () => {
    const server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } });
    const agent_id = await server.sandbox().agent_id();
    let { refreshToken } = await server.sandbox().grant(agent_id);
    for (let round = 0; round < rounds(20); ++round) {
        const { status, body } = await server.sandbox().refresh(agent_id, refreshToken);
        assert.equal(status, 201);
        await server.kill9();
        await server.restart();
        const old = await server.sandbox().refresh(agent_id, refreshToken);
        assert.equal(old.status, 400);
        refreshToken = body.refreshToken;
    }
    await server.stop();
});

test("kill -9 during the very first start leaves nothing that stops the next one", async () => {
    for (let round = 0; round < rounds(20); ++round) {
        const first = new Server();
        const started = first.start().catch(() => {}); // it ends before its banner, or not
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
        await first.kill9();
        await started;
        const second = await start_server({ data_dir: first.data_dir });
        assert.ok(await second.api().agent_id());
        assert.equal((await second.stop()).code, 0);
    }
});
