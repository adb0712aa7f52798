// The checks of this folder can fail: a good answer with one thing wrong is seen as wrong.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { answer_faults, declared, takes_idempotency_key } from "./contract.mjs";
import { server_of, stop_servers } from "./run_case.mjs";
import { shape_differences } from "./shape.mjs";
import { World, ask } from "./world.mjs";

let agent;
let missing;
let keys;
let deleted;
let webhooks;
before(async () => {
    const { api } = await new World(await server_of()).open();
    agent = await ask(api, "createAgent", { body: { name: "Trip Planner" } });
    missing = await ask(api, "getAgent", { path: { agentId: "ag_1" } });
    keys = await ask(api, "getJwks");
    webhooks = await ask(api, "listWebhooks");
    deleted = await ask(api, "deleteAgent", { path: { agentId: agent.body.agentId } });
});
after(stop_servers);

// The answer as it is has no faults, and after the change exactly this one.
function sees(id, good, change, fault) {
    assert.deepEqual(answer_faults(id, good), []);
    const bad = structuredClone(good);
    change(bad);
    const faults = answer_faults(id, bad);
    assert.equal(faults.length, 1, faults.join("\n"));
    assert.match(faults[0], fault);
}

test("members: missing, of another type, of another form", () => {
    const sees_in_agent = (change, fault) => sees("createAgent", agent, change, fault);
    sees_in_agent(({ body }) => delete body.did, /did/);
    sees_in_agent(({ body }) => (body.description = null), /description.*string/);
    sees_in_agent(({ body }) => (body.status = "deleted"), /status/);
    sees_in_agent(({ body }) => (body.did = "did:web:x"), /did.*pattern/);
    sees_in_agent(({ body }) => (body.createdAt = "2026-03-02T09:12:04Z"), /createdAt.*pattern/);
    sees_in_agent(({ body }) => (body.scopes = [1]), /scopes\/0/);
    const with_more = structuredClone(agent);
    with_more.body.colour = "blue";
    assert.deepEqual(answer_faults("createAgent", with_more), []);
});

test("status, content type and headers", () => {
    const sees_in_agent = (change, fault) => sees("createAgent", agent, change, fault);
    sees_in_agent((answer) => (answer.status = 200), /status 200 is not declared/);
    sees_in_agent(({ headers }) => (headers["content-type"] = "application/json"), /Content-Type/);
    sees_in_agent(({ headers }) => (headers["x-request-id"] = "1"), /X-Request-Id.*format/);
    sees_in_agent(({ headers }) => (headers["x-ratelimit-limit"] = "1.5"), /not an integer/);
    sees_in_agent(({ headers }) => (headers["x-ratelimit-reset"] = "1772442724"), /Reset.*<= 60/);
    sees_in_agent(({ headers }) => (headers["retry-after"] = "1"), /Retry-After is not declared/);
    sees("deleteAgent", deleted, (answer) => (answer.text = "{}"), /a body where none belongs/);
    sees(
        "getJwks",
        keys,
        ({ headers }) => {
            for (const name of ["limit", "remaining", "reset"])
                headers[`x-ratelimit-${name}`] = "1";
        },
        /exempt/,
    );
});

test("refusals: another code, phrase, status or request id", () => {
    const sees_in_refusal = (change, fault) => sees("getAgent", missing, change, fault);
    sees_in_refusal(({ body }) => (body.code = "GONE"), /code is GONE/);
    sees_in_refusal(({ body }) => (body.error = "Missing"), /error is/);
    sees_in_refusal(({ body }) => (body.statusCode = 410), /statusCode is 410/);
    sees_in_refusal(({ body }) => delete body.message, /message/);
    const other = "0d5b9f0e-6f0b-4a52-9a55-6a7a0f1d2c31";
    sees_in_refusal(({ body }) => (body.requestId = other), /requestId is not/);
});

test("what the contract says of all operations at once is asked of each", () => {
    assert.ok(takes_idempotency_key("deleteWebhook"), "it stands in no list of its parameters");
    for (const id of ["signup", "approveConsent", "rotateKey", "verifyToken", "getMe"])
        assert.ok(!takes_idempotency_key(id), id);
    assert.deepEqual(declared("deleteWebhook", 422).codes, ["IDEMPOTENCY_KEY_REUSED"]);
    assert.deepEqual(declared("createDomain", 409).codes, ["CONFLICT", "IDEMPOTENCY_IN_PROGRESS"]);
    assert.equal(declared("getWebhook", 409), undefined);
    assert.deepEqual(declared("verifyDomain", 400).codes, ["VERIFICATION_FAILED", "BAD_REQUEST"]);
    assert.equal(declared("getWebhook", 400), undefined);
    sees(
        "listWebhooks",
        webhooks,
        ({ headers }) => delete headers["x-request-id"],
        /X-Request-Id is missing/,
    );
});

test("shapes: a member too many, one too few, one of another type", () => {
    const left = { a: 1, list: [{ b: "x", c: 1 }], metadata: { any: 1 }, unset: null };
    const right = { a: "1", list: [{ b: "y", d: 1 }], metadata: {}, unset: "set", more: true };
    assert.deepEqual(shape_differences(left, right), {
        a: "number in the example, string in the answer",
        "list[].c": "only in the example",
        "list[].d": "only in the answer",
        more: "only in the answer",
    });
});
