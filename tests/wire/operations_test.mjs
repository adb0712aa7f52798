// Which operations of the contract answer; and the facts are those of the contract, when it is at
// hand.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";

import { operations, url_of } from "./contract.mjs";
import { not_built } from "./not_built.mjs";
import { read_contract } from "./read_contract.mjs";
import { server_of, stop_servers } from "./run_case.mjs";

after(stop_servers);

const path = new Proxy({}, { get: (_, name) => `{${String(name)}}` });

// No operation is a PUT: the refusal names the methods that the path has. 404: there is no path.
async function methods_of(api, id) {
    const { status, headers, text } = await api.call("PUT", url_of(id, { path }));
    if (status === 404) return [];
    assert.equal(status, 405, text);
    return headers.allow.split(", ");
}

test("exactly the operations that are not on the list answer", async () => {
    const api = (await server_of()).api("");
    const wrong = [];
    for (const [id, { method }] of Object.entries(operations)) {
        const answers = (await methods_of(api, id)).includes(method);
        if (answers && not_built[id]) wrong.push(`${id} answers: take it off the list`);
        if (!answers && !not_built[id]) wrong.push(`${id} does not answer`);
    }
    assert.deepEqual(wrong, []);
});

test("the list names operations of the contract", () => {
    const unknown = Object.keys(not_built).filter((id) => !operations[id]);
    assert.deepEqual(unknown, []);
});

const directory = process.env.GRANTEXD_CONTRACT_DIR;

test(
    "contract.json holds the facts of the contract",
    { skip: directory ? false : "GRANTEXD_CONTRACT_DIR names no directory with the contract" },
    () => {
        const kept = readFileSync(new URL("contract.json", import.meta.url), "utf8");
        assert.ok(kept === read_contract(directory), "run tests/wire/read_contract.mjs again");
    },
);
