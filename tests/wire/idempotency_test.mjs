// The same request with the same Idempotency-Key: the same bytes, and nothing done twice.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, describe, test } from "node:test";

import { cases } from "./cases/all.mjs";
import { answer_faults, is_mutating, takes_idempotency_key } from "./contract.mjs";
import { key_not_honoured_yet, why_not } from "./not_built.mjs";
import { run_case, stop_servers, title_of } from "./run_case.mjs";
import { ask } from "./world.mjs";

after(stop_servers);

const replayed = ({ headers }) => headers["idempotent-replayed"];
const honours = (id) => takes_idempotency_key(id) && !key_not_honoured_yet[id];
const successes = cases.filter((item) => !item.code && is_mutating(item.id) && !why_not(item));

describe("a key is honoured", { concurrency: 8 }, () => {
    for (const item of successes.filter(({ id }) => honours(id)))
        test(`${title_of(item)} once`, async () => {
            const headers = { "idempotency-key": randomUUID() };
            const { call, answer } = await run_case(item, headers);
            assert.equal(answer.status, item.status, answer.text);
            assert.equal(replayed(answer), undefined);

            const again = await ask(call.api, item.id, call);
            assert.deepEqual(answer_faults(item.id, again), []);
            assert.equal(again.text, answer.text);
            assert.equal(again.status, answer.status);
            assert.equal(replayed(again), "true");
            assert.notEqual(again.headers["x-request-id"], answer.headers["x-request-id"]);

            const other = await ask(call.api, item.id, { ...call, query: { other: "query" } });
            assert.equal(other.status, 422, other.text);
            assert.equal(other.body.code, "IDEMPOTENCY_KEY_REUSED");
            assert.deepEqual(answer_faults(item.id, other), []);

            const bad = { ...call, headers: { ...call.headers, "idempotency-key": "two words" } };
            assert.equal((await ask(call.api, item.id, bad)).status, 400);
        });
});

describe("a key is not honoured", { concurrency: 8 }, () => {
    for (const item of successes.filter(({ id }) => !honours(id)))
        test(`${title_of(item)} and is not replayed`, async () => {
            const { call, answer } = await run_case(item, { "idempotency-key": "k" });
            assert.equal(answer.status, item.status, answer.text);
            assert.equal(replayed(await ask(call.api, item.id, call)), undefined);
        });
});
