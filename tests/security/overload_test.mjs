// What one client can do to the others: with connections, with slowness, with large and twisted
// input. The last test looks at the most memory that any of it took.
// Runs alone, since it measures.
import assert from "node:assert/strict";
import { once } from "node:events";
import { connect } from "node:net";
import { after, before, test } from "node:test";

import {
    cpu_milliseconds,
    eventually,
    memory_of,
    open_connections,
} from "../support/process_state.mjs";
import { RawConnection, request_text } from "../support/raw_connection.mjs";
import { fill_path, read_body_fields, read_routes } from "../support/routes.mjs";
import { is_sanitized, operator_key, rounds, start_server } from "../support/server.mjs";
import { median, percentile } from "../support/statistics.mjs";

const megabyte = 1024 * 1024;
let server, api, port;
before(async () => {
    const env = { GRANTEXD_RATE_PROFILE: "off", GRANTEXD_ADMIN_API_KEY: operator_key };
    server = await start_server({ env });
    api = server.api();
    port = Number(new URL(server.base).port);
});
after(() => server.stop());

const json_headers = () => ({
    Authorization: `Bearer ${server.live_key}`,
    "Content-Type": "application/json",
});
const is_well = async () => assert.equal((await api.get("/health")).status, 200);
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("S-103 connections that end abruptly are all forgotten", async (t) => {
    const beginnings = ["", "GET", request_text("GET", "/health"), "nonsense\r\n\r\n"];
    beginnings.push("POST /v1/agents HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n\r\nhalf");
    beginnings.push(request_text("POST", "/v1/agents", { headers: json_headers(), body: "{}" }));
    const count = rounds(3000);
    const one = async (i) => {
        const socket = connect(port, "127.0.0.1");
        socket.on("error", () => {});
        await once(socket, "connect");
        socket.write(beginnings[i % beginnings.length]);
        if (i % 3 === 0) socket.resetAndDestroy();
        else if (i % 3 === 1) socket.destroy();
        else socket.end();
        if (i % 3 === 2) socket.resume();
    };
    for (let i = 0; i < count; i += 50)
        await Promise.all([...Array(50)].map((_, n) => one(i + n)));
    server.agent.destroy(); // our own idle ones
    const left = () => open_connections(port);
    assert.ok(await eventually(() => left() === 0), `${left()} of ${count} are still open`);
    await is_well();
    t.diagnostic(`${count} connections`);
});

test("S-103 a thousand open connections keep nobody out and cost little", async (t) => {
    const before = memory_of(server.pid).now;
    const idle = await Promise.all([...Array(1000)].map(() => RawConnection.open(server.base)));
    await is_well();
    t.diagnostic(`${(memory_of(server.pid).now - before).toFixed(1)} MB for 1000 connections`);
    for (const connection of idle) connection.end();
    server.agent.destroy();
    assert.ok(await eventually(() => open_connections(port) === 0));
});

test("S-104 slow heads and bodies are cut off, and nobody waits for them", async () => {
    const half_head = "GET /health HTTP/1.1\r\nHost: a\r\n";
    const slow_body = "POST /v1/agents HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\n";
    const drip = async (text, seconds) => {
        const connection = await RawConnection.open(server.base);
        const start = Date.now();
        connection.write(text);
        const timer = setInterval(() => connection.write("X"), 500);
        const answer = await connection.answer();
        clearInterval(timer);
        await connection.closed;
        const took = (Date.now() - start) / 1000;
        assert.equal(answer.status, 408);
        assert.ok(took > 2 && took < seconds, `${took} s`);
    };
    const slow = [...Array(20)].flatMap(() => [drip(half_head, 16), drip(slow_body, 16)]);
    let ended = false;
    const all = Promise.all(slow).finally(() => (ended = true));
    while (!ended) {
        const start = Date.now();
        await is_well();
        assert.ok(Date.now() - start < 1000);
        await Promise.race([sleep(100), all]);
    }
    await all;
});

async function refused_body(head, ...parts) {
    const connection = await RawConnection.open(server.base);
    connection.write(head);
    for (const part of parts) connection.write(part);
    const answer = await connection.answer();
    await connection.closed;
    assert.equal(answer.status, 413);
    assert.equal(answer.body.code, "BAD_REQUEST");
    assert.equal(answer.headers.connection, "close");
    assert.ok(!connection.received.includes("100 Continue"));
}

test("S-105 a body over 1 MiB is refused before it is read", async () => {
    const head = (line) => `POST /v1/agents HTTP/1.1\r\nHost: a\r\n${line}\r\n\r\n`;
    const key = `Authorization: Bearer ${server.live_key}\r\nContent-Type: application/json\r\n`;
    for (const credentials of ["", key]) {
        await refused_body(head(`${credentials}Content-Length: ${megabyte + 1}`));
        await refused_body(head(`${credentials}Content-Length: 99999999999999`));
        const waiting = `${credentials}Expect: 100-continue\r\nContent-Length: ${2 * megabyte}`;
        await refused_body(head(waiting));
        const chunk = `10000\r\n${"a".repeat(65536)}\r\n`;
        const chunked = head(`${credentials}Transfer-Encoding: chunked`);
        await refused_body(chunked, ...Array(16).fill(chunk), "1\r\na\r\n");
        await refused_body(chunked, "100001\r\n");
    }
    // One that just fits is read.
    const frame = '{"name":"N","x":""}';
    const fits = frame.replace('""', `"${"a".repeat(megabyte - frame.length)}"`);
    assert.equal(Buffer.byteLength(fits), megabyte);
    assert.equal((await api.post("/v1/agents", fits)).status, 201);
});

// Texts that make parsers with regular expressions, recursion or copying slow.
const hostile_texts = [
    "a".repeat(1_000_000),
    "\\u0041".repeat(140_000),
    "..;/%2e".repeat(140_000),
    "1" + "0".repeat(990_000) + "d",
    "https://" + "a.".repeat(490_000),
    "e\u0301\u202e".repeat(160_000),
    "a:".repeat(490_000),
    "((((((((".repeat(124_000),
];
const plausible = {
    name: "N",
    scopes: ["calendar:read"],
    agentId: "ag_01KJPWD6M0W17VDP01P914P7ZE",
    subAgentId: "ag_01KJPWD6M0W17VDP01P914P7ZE",
    principalId: "p",
    grantId: "g",
    action: "x",
    effect: "deny",
    code: "a".repeat(43),
    refreshToken: `ref_01KJPWD6M0W17VDP01P914P7ZE.${"a".repeat(43)}`,
    token: "a.b.c",
    parentGrantToken: "a.b.c",
};
const operations = () => {
    const fields = read_body_fields();
    return read_routes()
        .filter(({ method, handler }) => method !== "GET" && fields.has(handler))
        .map((route) => ({ ...route, fields: fields.get(route.handler) }));
};
// Milliseconds of processor time that each of the calls took on the average.
async function cost_of(calls) {
    const start = cpu_milliseconds(server.pid);
    let count = 0;
    for await (const _ of calls()) ++count;
    return (cpu_milliseconds(server.pid) - start) / count;
}

test("S-106 a megabyte in any member is refused as fast as it is read", async (t) => {
    const benign = JSON.stringify({ unknown: hostile_texts[0] });
    const usual = await cost_of(async function* () {
        for (let i = 0; i < 40; ++i) yield await api.post("/v1/tokens/verify", benign);
    });
    const all = operations();
    assert.ok(all.length >= 14, `${all.length} operations`);
    const slow = [];
    for (const { method, path, fields } of all) {
        const target = fill_path(path, () => "x");
        const cost = await cost_of(async function* () {
            for (const [i, field] of fields.entries()) {
                const text = hostile_texts[i % hostile_texts.length];
                for (const value of [text, [text]]) {
                    const body = JSON.stringify({ ...plausible, [field]: value });
                    const answer = await api.call(method, target, body);
                    assert.notEqual(answer.status, 413);
                    assert.ok(answer.status < 500, `${method} ${path} ${field}: ${answer.status}`);
                    yield answer;
                }
            }
        });
        if (cost > 3 * usual + 30) slow.push(`${method} ${path}: ${cost} ms`);
    }
    t.diagnostic(`${usual.toFixed(1)} ms for a megabyte that nobody looks at`);
    assert.deepEqual(slow, []);
});

test("S-107 JSON that is deep, wide or has endless numbers is bounded", async (t) => {
    const deep = (levels) => `{"a":${"[".repeat(levels - 1)}${"]".repeat(levels - 1)}}`;
    const wide = (count) =>
        `{"name":"N",${[...Array(count - 1)].map((_, i) => `"k${i}":0`).join(",")}}`;
    // Alike under the hash that multiplies by 31; another hash sees long names that differ little.
    const binary = (i) => i.toString(2).replace(/0/g, "Aa").replace(/1/g, "BB");
    const colliding = [...Array(64_000)].map((_, i) => `"${binary(i)}":0`);
    const rows = [
        ["64 levels", deep(64).replace("{", '{"name":"N",'), 201],
        ["65 levels", deep(65).replace("{", '{"name":"N",'), 400],
        ["100,000 levels", "{".repeat(100_000), 400],
        ["500,000 levels of arrays", `{"a":${"[".repeat(500_000)}`, 400],
        ["10,000 members", wide(10_000), 201],
        ["10,001 members", wide(10_001), 400],
        ["names that hash alike", `{${colliding.join(",")}}`.slice(0, megabyte), 400],
        ["a number of 100,000 digits", `{"name":"N","a":${"1".repeat(100_000)}}`, 400, 201],
        ["an exponent of 100,000 digits", `{"name":"N","a":1e-${"0".repeat(100_000)}}`, 400, 201],
        ["equal names: the last one wins", '{"name":"","name":"N"}', 201],
    ];
    for (const [name, body, ...statuses] of rows) {
        const before = cpu_milliseconds(server.pid);
        const answer = await api.post("/v1/agents", body);
        const cost = cpu_milliseconds(server.pid) - before;
        assert.ok(statuses.includes(answer.status), `${name}: ${answer.status}`);
        assert.ok(cost <= 100, `${name}: ${cost} ms`);
        t.diagnostic(`${name}: ${answer.status}, ${cost} ms`);
    }
});

test("S-109 the longest lists of twenty callers at once slow others down little", async (t) => {
    for (let i = 0; i < 20; ++i)
        await Promise.all([...Array(50)].map(() => api.log_audit({ metadata: { i } })));
    const load = async (milliseconds) => {
        const times = [];
        for (const end = Date.now() + milliseconds; Date.now() < end; await sleep(2)) {
            const start = performance.now();
            assert.equal((await server.sandbox().get("/v1/me")).status, 200);
            times.push(performance.now() - start);
        }
        return times;
    };
    const alone = await load(1000);
    const longest = "/v1/audit/entries?pageSize=10000";
    const start = performance.now();
    for (let i = 0; i < 5; ++i) assert.equal((await api.get(longest)).status, 200);
    const one_list = (performance.now() - start) / 5;
    let stopped = false;
    let lists = 0;
    const listing = [...Array(20)].map(async () => {
        const connection = await RawConnection.open(server.base);
        const headers = { Authorization: `Bearer ${server.live_key}` };
        while (!stopped) {
            connection.write(request_text("GET", longest, { headers }));
            await connection.answer();
            ++lists;
        }
        connection.end();
    });
    const beside = await load(2000);
    stopped = true;
    await Promise.all(listing);
    const [before, during] = [alone, beside].map((times) => percentile(times, 0.99));
    t.diagnostic(`p99 ${before.toFixed(1)} ms alone, ${during.toFixed(1)} ms beside ${lists} lists`);
    t.diagnostic(`median ${median(alone).toFixed(2)} and ${median(beside).toFixed(2)} ms`);
    t.diagnostic(`one list ${one_list.toFixed(1)} ms`);
    // One loop serves all in turn: at worst one list of each of the others comes first.
    assert.ok(during < 2 * 20 * one_list + 20 * before + 100, `${during} ms`);
});

const skip = is_sanitized() && "under AddressSanitizer what was freed is kept for a while";
test("S-110 nothing of this took more than 512 MB", { skip }, async (t) => {
    await is_well();
    const { now, peak } = memory_of(server.pid);
    t.diagnostic(`${now.toFixed(0)} MB now, ${peak.toFixed(0)} MB at most`);
    assert.ok(peak < 512, `${peak} MB`);
});
