// Usage counters of the running program: exact at once, kept over a stop, and mostly over a crash.
import assert from "node:assert/strict";
import { test } from "node:test";

import { eventually } from "../support/process_state.mjs";
import { start_server } from "../support/server.mjs";

const env = { GRANTEXD_RATE_PROFILE: "off" };
const verify = (api, count) =>
    Promise.all([...Array(count)].map(() => api.post("/v1/tokens/verify", { token: "x" })));

async function assert_used(api, expected, what) {
    const { tokenExchanges, authorizations, verifications, totalRequests } = (
        await api.get("/v1/usage")
    ).body;
    assert.deepEqual([tokenExchanges, authorizations, verifications], expected, what);
    assert.equal(totalRequests, expected[0] + expected[1] + expected[2]);
}
// The day must not change within a test.
async function away_from_midnight() {
    const left = 86_400_000 - (Date.now() % 86_400_000);
    if (left < 30_000) await new Promise((resolve) => setTimeout(resolve, left + 50));
}

test("a stop writes what was counted, at once and under load", async () => {
    await away_from_midnight();
    const server = await start_server({ env });
    const api = server.sandbox();
    await api.grant(await api.agent_id());
    await verify(api, 50);
    await assert_used(api, [1, 1, 50]);
    assert.deepEqual(await server.stop(), { code: 0, signal: null }); // before the next second
    await server.restart();
    await assert_used(server.sandbox(), [1, 1, 50]);

    // Answers and writes overlap here; every answered request counts.
    let answered = 0;
    const calls = [...Array(300)].map(() =>
        server.sandbox().post("/v1/tokens/verify", { token: "x" }).then(
            ({ status }) => (answered += Number(status === 200)),
            () => {}, // refused, since the server has stopped listening
        ),
    );
    while (answered < 20) await new Promise((resolve) => setTimeout(resolve, 1));
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    await Promise.all(calls);
    await server.restart();
    const { verifications } = (await server.sandbox().get("/v1/usage")).body;
    assert.ok(verifications >= 50 + answered, `${verifications} of ${50 + answered}`);
    assert.ok(verifications <= 350, `${verifications}`);
    await server.stop();
});

test("a crash loses only what was counted in the last seconds", async () => {
    await away_from_midnight();
    const server = await start_server({ env });
    const api = server.sandbox();
    await api.grant(await api.agent_id());
    await verify(api, 20);
    await new Promise((resolve) => setTimeout(resolve, 4000)); // a write comes every second
    await verify(api, 3);
    await assert_used(api, [1, 1, 23]);
    await server.kill9();
    await server.restart();
    const { verifications, tokenExchanges } = (await server.sandbox().get("/v1/usage")).body;
    assert.equal(tokenExchanges, 1);
    assert.ok(verifications >= 20 && verifications <= 23, `${verifications}`);
    await server.stop();
});

test("reading never misses or doubles a count while counts are written", async () => {
    await away_from_midnight();
    const server = await start_server({ env });
    const api = server.sandbox();
    const [agent, start] = [await api.agent_id(), Date.now()];
    let count = 0;
    while (Date.now() - start < 3500) {
        await verify(api, 5);
        count += 5;
        // A write beside it, so that commits are on their way at any time.
        const [{ body }] = await Promise.all([api.get("/v1/usage"), api.log_audit({ agentId: agent })]);
        assert.equal(body.verifications, count);
    }
    assert.ok(await eventually(async () => (await api.get("/v1/usage")).body.verifications === count));
    const history = (await api.get("/v1/usage/history?days=180")).body;
    assert.equal(history.days, 90);
    assert.equal(history.entries[0].verifications, count);
    await server.stop();
});
