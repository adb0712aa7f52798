// Keep-alive and pipelining on real sockets: answers come in the order of their requests.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { RawConnection, request_text } from "../support/raw_connection.mjs";
import { start_server } from "../support/server.mjs";

let server, connection;
before(async () => {
    server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } });
    connection = await RawConnection.open(server.base);
});
after(() => {
    connection.end();
    return server.stop();
});

const headers = () => ({
    Authorization: `Bearer ${server.live_key}`,
    "Content-Type": "application/json",
});
const new_agent = (name) =>
    request_text("POST", "/v1/agents", { headers: headers(), body: JSON.stringify({ name }) });

test("one connection serves a thousand requests, one after the other", async () => {
    for (let i = 0; i < 1000; ++i) {
        connection.write(request_text("GET", "/health"));
        assert.equal((await connection.answer()).status, 200);
    }
    assert.equal(connection.is_closed, false);
});

test("pipelined writes and reads are answered in order", async () => {
    const names = [...Array(100).keys()].map((i) => `Agent ${i}`);
    connection.write(
        names.map((name) => new_agent(name) + request_text("GET", "/nowhere")).join(""),
    );
    for (const name of names) {
        const answer = await connection.answer();
        assert.equal(answer.status, 201);
        assert.equal(answer.body.name, name);
        // A read that needs no commit must not overtake the write before it.
        assert.equal((await connection.answer()).status, 404);
    }
});

test("a request that arrives byte by byte is one request", async () => {
    for (const byte of Buffer.from(new_agent("Ærø"))) {
        connection.write(Buffer.from([byte]));
        await new Promise((resolve) => setImmediate(resolve));
    }
    const answer = await connection.answer();
    assert.equal(answer.status, 201);
    assert.equal(answer.body.name, "Ærø");
});

test("a client that leaves before its answer harms nobody", async () => {
    const gone = await RawConnection.open(server.base);
    gone.write(new_agent("Gone").repeat(20));
    gone.end();
    connection.write(request_text("GET", "/health"));
    assert.equal((await connection.answer()).status, 200);
});

test("after a malformed request nothing of the connection is taken for a request", async () => {
    const hostile = await RawConnection.open(server.base);
    hostile.write("GET /health HTTP/1.1\r\nHost : a\r\n\r\n" + request_text("GET", "/health"));
    const answer = await hostile.answer();
    assert.equal(answer.status, 400);
    assert.equal(answer.headers.connection, "close");
    await assert.rejects(hostile.answer(), /closed without an answer/);
});
