// The rates of the contract, with its codes, texts and headers.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { answer_faults, operations } from "./contract.mjs";
import { not_built } from "./not_built.mjs";
import { server_of, stop_servers } from "./run_case.mjs";
import { World, ask } from "./world.mjs";

after(stop_servers);

const path = new Proxy({}, { get: () => "x_01KJPWD6M0W17VDP01P914P7ZE" });

// Nothing is done: the rates are counted before members are looked at.
const harmless = (id) => ({ path, body: operations[id].request ? { colour: "blue" } : undefined });

// A window may end between two calls, so there are two of them until one must be refused.
async function refused(api, id, per_minute) {
    for (let i = 0; i <= 2 * per_minute; ++i) {
        const answer = await ask(api, id, harmless(id));
        if (answer.status === 429) return answer;
        assert.deepEqual(answer_faults(id, answer), []);
    }
    assert.fail("no 429");
}

const limited = Object.entries(operations).filter(([, { rate }]) => rate?.perMinute);
// These change the credential they are called with, and have a test of their own.
const rotations = ["rotateKey", "rotateKeyAlias"];

for (const [id, { rate, auth }] of limited.filter(([id]) => !rotations.includes(id)))
    test(
        `${id} is refused after ${rate.perMinute} calls a minute`,
        { skip: not_built[id] },
        async () => {
            const world = new World(await server_of("narrow")).use_seed();
            const api = auth.includes("developerKey") ? world.api : world.anonymous;
            const answer = await refused(api, id, rate.perMinute);
            assert.equal(answer.body.code, rate.code ?? "RATE_LIMIT_EXCEEDED");
            assert.deepEqual(answer_faults(id, answer), []);
            assert.equal(answer.headers["x-ratelimit-limit"], String(rate.perMinute));
            assert.equal(answer.headers["x-ratelimit-remaining"], "0");
            const seconds = answer.headers["retry-after"];
            assert.ok(answer.body.message.includes(`retry in ${seconds}`), answer.body.message);
        },
    );

test("both paths of a rotation share their rate", async () => {
    const server = await server_of("narrow");
    let api = server.api();
    const { perMinute } = operations.rotateKey.rate;
    let answer;
    for (let i = 0; i <= 2 * perMinute; ++i) {
        const id = rotations[i % 2];
        answer = await ask(api, id);
        if (answer.status === 429) break;
        assert.equal(answer.status, 200, answer.text);
        api = server.api(answer.body.apiKey);
    }
    assert.equal(answer.status, 429);
    assert.equal(answer.body.code, "RATE_LIMIT_EXCEEDED");
});
