// Far more work than the machine can do: what cannot be done soon is refused at once, and those who
// only ask or take back are served all the while.
// Runs alone, since it measures.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { delegate_kind, audit_kind, verify_kind } from "../bench/operations.mjs";
import { new_server, World } from "../bench/world.mjs";
import { rounds } from "../support/server.mjs";
import { median, percentile } from "../support/statistics.mjs";

const seconds = rounds(5);
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let server, world;
before(async () => {
    server = await new_server().start();
    world = await new World(server, 4000).prepare();
});
after(() => server.stop());

// Calls `call` again and again, some times a second, until the load has ended; {times, answers}.
async function probe(load, call) {
    const seen = { times: [], answers: [] };
    let running = true;
    load.finally(() => (running = false)).catch(() => {});
    while (running) {
        const start = performance.now();
        seen.answers.push(await call());
        seen.times.push(performance.now() - start);
        await sleep(20);
    }
    return seen;
}

// Each connection pauses before it asks again, also when it was refused at once.
function drive(make_kind, connections, pause_milliseconds) {
    const plan = { kinds: [make_kind(world)], delay: pause_milliseconds };
    return world.run(plan, { connections, seconds, may_refuse: true });
}

const done_per_second = ({ requests, refused, rate }) => (rate * (requests - refused)) / requests;

const figures = ({ times }) =>
    `${times.length} calls, median ${median(times).toFixed(1)}, p99 ${percentile(times, 0.99).toFixed(1)} ms`;

for (const [what, make_kind] of [
    ["signatures", delegate_kind],
    ["writes", audit_kind],
])
    test(`R-15 more ${what} than can be made are refused at once, and verification and revocation go on`, async (t) => {
        const at_capacity = done_per_second(await drive(make_kind, 64));
        const token = world.grants[0].grantToken;
        const to_revoke = world.grants.splice(-60);
        await sleep(500);

        // Ten times what can be done, whoever is still waiting.
        const many = 3000;
        const load = drive(make_kind, many, Math.round((many * 1000) / (10 * at_capacity)));
        await sleep(500); // the queues fill
        const [verifications, revocations, others] = await Promise.all([
            probe(load, () => world.api.post("/v1/tokens/verify", { token })),
            probe(load, async () => {
                const grant = to_revoke.pop();
                return grant && world.api.revoke(grant.grantId);
            }),
            probe(load, () => world.api.delegate(token, world.sub_agent)),
        ]);
        const result = await load;
        const overloaded = done_per_second(result);
        const asked = result.rate / at_capacity;
        t.diagnostic(`${at_capacity.toFixed(0)} a second can be done, ${asked.toFixed(1)} times that was asked`);
        t.diagnostic(`${overloaded.toFixed(0)} were done, ${result.refused} refused`);
        t.diagnostic(`verifications: ${figures(verifications)}`);
        t.diagnostic(`revocations: ${figures(revocations)}`);
        t.diagnostic(`others: ${figures(others)}`);

        assert.ok(verifications.answers.every(({ status }) => status === 200));
        assert.ok(verifications.answers.every(({ body }) => body.valid === true));
        const taken = revocations.answers.filter((answer) => answer);
        assert.ok(taken.length > 0 && taken.every(({ status }) => status === 204));
        for (const { status, headers } of others.answers) {
            assert.ok(status === 201 || status === 503, `${status}`);
            if (status === 503) assert.ok(Number(headers["retry-after"]) >= 1);
        }
        // The loop gives about half of its time to refusing: what it still does must not collapse.
        assert.ok(overloaded > at_capacity / 5, `${overloaded} of ${at_capacity} a second`);

        await sleep(2000);
        const answer = await world.api.delegate(token, world.sub_agent);
        assert.equal(answer.status, 201);
    });
