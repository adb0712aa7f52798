// The audit chain, recomputed by a program that shares nothing with the server.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { run_program, start_server } from "../support/server.mjs";
import { canonical, chain_faults, fetch_chain, hashed_text } from "./audit_chain.mjs";
import { worked_example } from "./worked_example.mjs";

const program = fileURLToPath(new URL("audit_chain.mjs", import.meta.url));

let server;
before(async () => (server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } })));
after(() => server.stop());

async function api_of_new_developer() {
    const body = await server.api("").must(201, "POST", "/v1/signup", { name: "Chain" });
    return server.api(body.apiKey);
}

test("the worked example comes out byte for byte", () => {
    for (const { bytes, text, entry } of worked_example) {
        assert.equal(hashed_text(entry), text);
        assert.equal(Buffer.byteLength(text), bytes);
    }
    assert.deepEqual(chain_faults(worked_example.map(({ entry }) => entry)), []);
});

test("a changed, a missing and a swapped entry are noticed", () => {
    const [first, second] = worked_example.map(({ entry }) => entry);
    assert.equal(chain_faults([{ ...first, status: "failure" }, second]).length, 1);
    assert.equal(chain_faults([{ ...first, metadata: { a: 1 } }, second]).length, 1);
    assert.equal(chain_faults([second]).length, 1);
    assert.equal(chain_faults([second, first]).length, 2);
});

test("members are sorted by UTF-16 code units, also those that look like numbers", () => {
    assert.equal(canonical({ 10: 1, 9: 2, a: [{ d: -0, c: 1e21 }] }),
        '{"10":1,"9":2,"a":[{"c":1e+21,"d":0}]}');
    // U+1F600 is written with surrogates from U+D83D and so stands before U+FFFD.
    assert.equal(canonical({ "\u{fffd}": 1, "\u{1f600}": 2 }), '{"\u{1f600}":2,"\u{fffd}":1}');
});

test("S-077 the server's chain is recomputed, whatever the metadata", async () => {
    const api = await api_of_new_developer();
    const metadata = [
        "{}",
        '{"payee":"Café Ω \\"North\\"","amount":420.50,"tags":["b","a"],"n":{"z":null,"a":true}}',
        '{"10":1,"9":2,"a":100.0,"b":-0,"c":1e21,"d":0.0000001,"e":123456789012345680000}',
        '{"big":12345678901234567890,"tiny":5e-324,"third":0.1,"e":1E400}',
        '{"\\ufffd":1,"\\ud83d\\ude00":2,"control":"\\u0001\\u001f\\u007f\\b"}',
        '{"slash":"\\/","separator":"\\u2028\\u2029","quote":"\\"\\\\","empty":"","list":[[],{}]}',
        '{"__proto__":{"a":1},"constructor":"x","toString":null,"":"no name"}',
    ];
    const statuses = [];
    for (const text of metadata) {
        const answer = await api.call(
            "POST",
            "/v1/audit/log",
            `{"agentId":"ag_\\u00e9","grantId":"grnt_1","principalId":"p \\"1\\" \\/ \\u2028",` +
                `"action":"payment.initiated","status":"blocked","metadata":${text}}`,
        );
        statuses.push(answer.status);
    }
    // 1e400 is no finite number and refused; everything else is hashed.
    assert.deepEqual(statuses, [201, 201, 201, 400, 201, 201, 201]);
    const entries = await fetch_chain(server.base, api.key);
    assert.equal(entries.length, 6);
    assert.deepEqual(chain_faults(entries), []);
});

test("what logging answers is what listing and reading return", async () => {
    const api = await api_of_new_developer();
    const logged = await api.log_audit({ metadata: { b: [1.50, "x"], a: null } });
    assert.equal(logged.status, 201);
    const [listed] = await fetch_chain(server.base, api.key);
    assert.deepEqual(listed, logged.body);
    assert.deepEqual((await api.get(`/v1/audit/${listed.entryId}`)).body, listed);
});

test("the entries of a developer are a chain of their own", async () => {
    const [one, other] = [await api_of_new_developer(), await api_of_new_developer()];
    for (let i = 0; i < 3; ++i) for (const api of [one, other]) await api.log_audit();
    for (const api of [one, other]) {
        const entries = await fetch_chain(server.base, api.key);
        assert.equal(entries.length, 3);
        assert.equal(entries[0].prevHash, null);
        assert.deepEqual(chain_faults(entries), []);
    }
});

test("a long chain is one chain over all its pages", async () => {
    const api = await api_of_new_developer();
    for (let i = 0; i < 25; ++i) await api.log_audit({ metadata: { i } });
    const entries = await fetch_chain(server.base, api.key, 10);
    assert.deepEqual(entries.map((entry) => entry.metadata.i), [...Array(25).keys()]);
    assert.deepEqual(chain_faults(entries), []);
});

test("the command line program says what it found and ends with 0", async () => {
    const api = await api_of_new_developer();
    await api.log_audit();
    await api.log_audit({ action: "calendar.write" });
    const good = await run_program([process.execPath, program, server.base, api.key]);
    assert.equal(good.stdout, "2 entries, 0 faults\n");
    assert.equal(good.code, 0);
    const without = await run_program([process.execPath, program]);
    assert.equal(without.code, 2);
});
