// Every operation answers as the contract declares: the status, every required member, every
// format, every header; and for every refusal it declares there is a case, or a reason why not.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";

import { cases } from "./cases/all.mjs";
import { never_seen } from "./cases/never_seen.mjs";
import { answer_faults, declared_refusals, operations, success_statuses } from "./contract.mjs";
import { not_built, parts_not_built } from "./not_built.mjs";
import { run_case, stop_servers, title_of } from "./run_case.mjs";
import { ask } from "./world.mjs";

after(stop_servers);

describe("a case", { concurrency: 8 }, () => {
    for (const item of cases)
        test(title_of(item), { skip: not_built[item.id] }, async () => {
            const { call, answer } = await run_case(item);
            if (parts_not_built[item.part])
                return assert.notEqual(answer.status, item.status, "it is built: off the list");
            assert.equal(answer.status, item.status, answer.text);
            assert.deepEqual(answer_faults(item.id, answer), []);
            if (item.code) assert.equal(answer.body.code, item.code);
            if (item.message) assert.equal(answer.body.message, item.message);
            if (operations[item.id].method === "GET" && item.status !== 101) // RFC 6455: GET only
                await has_the_same_head(item.id, call, answer);
        });
});

async function has_the_same_head(id, call, answer) {
    const head = await ask(call.api, id, { ...call, method: "HEAD" });
    assert.equal(head.status, answer.status);
    assert.equal(head.text, "");
    for (const name of ["content-type", "cache-control", "location"])
        assert.equal(head.headers[name], answer.headers[name], name);
}

const built = Object.keys(operations).filter((id) => !not_built[id]);
const has_case = (id, status, code) =>
    cases.some((item) => item.id === id && item.status === Number(status) && item.code === code);

test("every success and every refusal of every operation has a case, or a reason", () => {
    const missing = [];
    for (const id of built) {
        for (const status of success_statuses(id))
            if (!has_case(id, status) && !never_seen(id, status)) missing.push(`${id} ${status}`);
        for (const [status, code] of declared_refusals(id))
            if (!has_case(id, status, code || undefined) && !never_seen(id, status, code))
                missing.push(`${id} ${status} ${code}`);
    }
    assert.deepEqual(missing, []);
});

test("every text that callers compare with has a case, or a reason", () => {
    const missing = [];
    for (const id of built)
        for (const { message } of operations[id].messages ?? []) {
            const seen = cases.some((item) => item.id === id && item.message === message);
            if (!seen && !never_seen(id, message)) missing.push(`${id}: ${message}`);
        }
    assert.deepEqual(missing, []);
});
