// kill -9 right after an answer: the change's event still reaches the receiver, since it was
// written with the change (transactional outbox).
import assert from "node:assert/strict";
import { test } from "node:test";

import { Receiver, local_receivers } from "../support/receiver.mjs";
import { Server, rounds } from "../support/server.mjs";

const first_of_each = (ids) => [...new Set(ids)];

test("S-094 killed within 5 ms of an answered change, every event arrives, in order, under one id", async (t) => {
    const receiver = await new Receiver().listen();
    const env = { ...local_receivers, GRANTEXD_RATE_PROFILE: "off" };
    const server = await new Server({ env }).start();
    let api = server.sandbox();
    await api.must(201, "POST", "/v1/webhooks", { url: receiver.url, events: ["grant.revoked"] });
    const agent = await api.agent_id();
    const revoked = [];
    const count = rounds(100);
    for (let round = 0; round < count; ++round) {
        api = server.sandbox();
        const grants = await Promise.all([...Array(4)].map(() => api.grant(agent)));
        await Promise.all(
            grants.map(async ({ grantId }) => {
                await api.revoke(grantId);
                revoked.push(grantId);
            }),
        );
        const pause = Math.random() * 5;
        await new Promise((resolve) => setTimeout(resolve, pause));
        await server.kill9();
        await server.restart();
    }
    const arrived = () => new Set(receiver.received.map(({ event }) => event.data.grantId));
    const end = Date.now() + 20_000;
    while (arrived().size < revoked.length && Date.now() < end)
        await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(
        revoked.filter((id) => !arrived().has(id)),
        [],
    );
    // One event a revocation, however often it was sent; and never one without a revocation.
    const ids = first_of_each(receiver.ids());
    assert.equal(ids.length, revoked.length);
    assert.deepEqual(ids, [...ids].sort(), "the order of commit");
    const repeats = receiver.received.length - ids.length;
    t.diagnostic(`${count} rounds, ${ids.length} events, ${repeats} sent again`);
    await server.stop();
    receiver.close();
});
