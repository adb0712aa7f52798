// The contract's examples are true: each request is taken, and each answer has the members that the
// server gives.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";

import { cases } from "./cases/all.mjs";
import { never_seen } from "./cases/never_seen.mjs";
import { operations, request_examples, schema_faults, success_statuses } from "./contract.mjs";
import { left_out } from "./exceptions.mjs";
import { not_built, why_not } from "./not_built.mjs";
import { run_case, stop_servers, title_of } from "./run_case.mjs";
import { shape_differences } from "./shape.mjs";

after(stop_servers);

const json_of = (content) => content?.["application/json"];
const response_examples = (id, status) =>
    json_of(operations[id].responses[status].content)?.examples ?? {};

test("every example is what its own schema allows", () => {
    const faults = [];
    for (const [id, { request, responses }] of Object.entries(operations)) {
        const contents = [request, ...Object.values(responses)].map((part) =>
            json_of(part?.content),
        );
        for (const { schema, examples } of contents.filter(Boolean))
            for (const [name, example] of Object.entries(examples))
                for (const fault of schema_faults(schema, example))
                    faults.push(`${id} ${name}: ${fault}`);
    }
    assert.deepEqual(faults, []);
});

const successes = cases.filter((item) => !item.code);

describe("an example", { concurrency: 8 }, () => {
    for (const item of successes)
        test(title_of(item), { skip: why_not(item) }, async () => {
            const { call, answer } = await run_case(item);
            assert.equal(answer.status, item.status, answer.text);
            const example = response_examples(item.id, item.status)[item.response];
            if (example === undefined) return; // a page, or nothing
            const differences = shape_differences(example, answer.body);
            for (const member of left_out[item.id] ?? []) delete differences[member];
            assert.deepEqual(differences, {});
            if (item.replays !== false) has_the_members_of(item, call.body);
        });
});

// What was sent is the contract's example, other ids apart.
function has_the_members_of(item, sent) {
    const example = request_examples(item.id)[item.request];
    if (example === undefined || sent === undefined) return;
    assert.deepEqual(shape_differences(example, sent, ["the example", "the request"]), {});
}

const built = Object.keys(operations).filter((id) => !not_built[id]);

test("every request example is replayed", () => {
    const missing = [];
    for (const id of built)
        for (const name of Object.keys(request_examples(id)))
            if (!cases.some((item) => item.id === id && (item.request ?? "") === name))
                missing.push(`${id} ${name}`);
    assert.deepEqual(missing, []);
});

test("every response example is compared with an answer", () => {
    const missing = [];
    for (const id of built)
        for (const status of success_statuses(id))
            for (const name of Object.keys(response_examples(id, status))) {
                const seen = successes.some((item) => item.id === id && item.response === name);
                if (!seen && !never_seen(id, status)) missing.push(`${id} ${status} ${name}`);
            }
    assert.deepEqual(missing, []);
});
