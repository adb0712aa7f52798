// What every operation refuses alike: no credential or the wrong kind, a body that is none.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { answer_faults, operations } from "./contract.mjs";
import { not_built } from "./not_built.mjs";
import { server_of, stop_servers } from "./run_case.mjs";
import { World, ask } from "./world.mjs";

const anything = "x_01KJPWD6M0W17VDP01P914P7ZE";
const body_bytes_max = 1024 * 1024;

let world;
let callers;
before(async () => {
    world = await new World(await server_of()).open();
    const { grantToken } = await world.grant();
    callers = {
        none: world.anonymous,
        developerKey: world.api,
        principalSession: await world.principal(),
        adminKey: world.operator,
        metricsKey: world.scraper,
        grantToken: world.server.api(grantToken),
        unknown: world.server.api("gx_test_" + "A".repeat(43)),
    };
});
after(stop_servers);

// Every parameter of the path has some value; nothing is found with it.
const path = new Proxy({}, { get: () => anything, has: () => true });

async function refuses(id, caller, call, status, code) {
    const answer = await ask(callers[caller], id, { path, ...call });
    assert.equal(answer.status, status, `${caller}: ${answer.text}`);
    assert.equal(answer.body.code, code, caller);
    assert.deepEqual(answer_faults(id, answer), [], caller);
}

const built = Object.entries(operations).filter(([id]) => !not_built[id]);
const credential_of = ({ auth }) => (auth.length === 0 ? "none" : auth[0]);

describe("a credential", { concurrency: 8 }, () => {
    for (const [id, operation] of built) {
        const own = credential_of(operation);
        if (own === "none") continue;
        test(`${id} takes no other credential than ${own}`, async () => {
            for (const caller of Object.keys(callers).filter((name) => name !== own))
                await refuses(id, caller, {}, 401, "UNAUTHORIZED");
        });
    }
    for (const [id, operation] of built) {
        if (credential_of(operation) !== "none") continue;
        test(`${id} does not look at a credential`, async () => {
            const expected = (await ask(callers.none, id, { path })).status;
            assert.notEqual(expected, 401);
            for (const caller of Object.keys(callers))
                assert.equal((await ask(callers[caller], id, { path })).status, expected, caller);
        });
    }
});

const bodies = {
    "is not a JSON object": ["[]", "application/json", 400],
    "is not JSON": ["{", "application/json", 400],
    "is of another type": ["name=x", "application/x-www-form-urlencoded", 415],
    "is too large": [`"${"x".repeat(body_bytes_max)}"`, "application/json", 413],
};

describe("a body", { concurrency: 8 }, () => {
    for (const [id, operation] of built.filter(([, { request }]) => request))
        test(`${id} refuses a body that is none`, async () => {
            for (const [text, type, status] of Object.values(bodies)) {
                const call = { body: text, headers: { "content-type": type } };
                await refuses(id, credential_of(operation), call, status, "BAD_REQUEST");
            }
        });
});
