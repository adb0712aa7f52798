// Requests that two HTTP programs could understand differently, sent raw and through nginx. Each is
// followed by a second request, which must never be taken for one: it would be the smuggled one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { start_nginx } from "../support/nginx.mjs";
import { RawConnection } from "../support/raw_connection.mjs";
import { start_server } from "../support/server.mjs";

let server;
before(async () => (server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } })));
after(() => server.stop());

const smuggled = "DELETE /v1/agents/smuggled HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
const post = (lines, body) => `POST /v1/token HTTP/1.1\r\nHost: a\r\n${lines}\r\n${body}`;
const get = (lines) => `GET /health HTTP/1.1\r\nHost: a\r\n${lines}\r\n`;
const long = "a".repeat(20_000);
const chunked = "Transfer-Encoding: chunked\r\n";

// The table of what a stock parser accepts, with what is expected instead.
const rows = [
    ["CL, then TE", post(`Content-Length: 5\r\n${chunked}`, "0\r\n\r\n"), 400],
    ["TE, then CL", post(`${chunked}Content-Length: 5\r\n`, "0\r\n\r\n"), 400],
    ["two CLs", post("Content-Length: 5\r\nContent-Length: 6\r\n", "hello"), 400],
    ["CL +5", post("Content-Length: +5\r\n", "hello"), 400],
    ["CL beyond 64 bits", post("Content-Length: 18446744073709551621\r\n", "hello"), 400],
    ["TE twice", post(chunked + chunked, "0\r\n\r\n"), 400],
    ["HTTP/1.0 and chunked", `POST /v1/token HTTP/1.0\r\n${chunked}\r\n0\r\n\r\n`, 400],
    ["xchunked", post("Transfer-Encoding: xchunked\r\n", "hello"), 400, 501],
    ["chunked, identity", post("Transfer-Encoding: chunked, identity\r\n", "hello"), 400, 501],
    ["identity and CL", post("Transfer-Encoding: identity\r\nContent-Length: 5\r\n", "hello"), 400],
    ["equal CLs", post("Content-Length: 5\r\nContent-Length: 5\r\n", "hello"), 400],
    ["CL as a list", post("Content-Length: 5, 5\r\n", "hello"), 400],
    ["obs-fold", get("X: a\r\n b\r\n"), 400],
    ["no Host", "GET /health HTTP/1.1\r\nX: a\r\n\r\n", 400],
    ["two Hosts", get("Host: b\r\n"), 400],
    ["absolute form of another host", "GET http://b/health HTTP/1.1\r\nHost: a\r\n\r\n", 200, 400],
    ["bare LF", "GET /health HTTP/1.1\nHost: a\n\n", 400],
    ["bare CR", get("X: a\rY: b\r\n"), 400],
    ["NUL", get("X: a\0b\r\n"), 400],
    ["space before the colon", get("X : a\r\n"), 400],
    ["LF in a chunk extension", post(chunked, "5;a\nb\r\nhello\r\n0\r\n\r\n"), 400],
    ["chunk size 0x5", post(chunked, "0x5\r\nhello\r\n0\r\n\r\n"), 400],
    ["chunk size of 17 digits", post(chunked, "00000000000000005\r\nhello\r\n0\r\n\r\n"), 400],
    ["trailer of 20 kB", post(chunked, `0\r\nX: ${long}\r\n\r\n`), 400, 431],
    ["chunk extension of 20 kB", post(chunked, `5;${long}\r\nhello\r\n0\r\n\r\n`), 400, 431],
    ["300 headers", get("X: a\r\n".repeat(300)), 431],
    ["header of 9 kB", get(`X: ${long.slice(0, 9000)}\r\n`), 431],
    ["high-bit byte in the target", "GET /health\xe9 HTTP/1.1\r\nHost: a\r\n\r\n", 400],
];

// The first answer, and the bytes that follow it until the connection ends.
async function exchange(base, bytes) {
    const connection = await RawConnection.open(base);
    connection.write(Buffer.from(bytes, "latin1"));
    const answer = await connection.answer();
    const timer = setTimeout(() => connection.end(), 1500);
    await connection.closed;
    clearTimeout(timer);
    return { ...answer, rest: connection.received.toString("latin1"), error: connection.error };
}
const smuggled_lines = () => server.stderr.split("\n").filter((line) => line.includes("DELETE"));

test("S-108 what is ambiguous is refused, and nothing that follows is a request", async () => {
    for (const [name, bytes, ...statuses] of rows) {
        const answer = await exchange(server.base, bytes + smuggled);
        assert.ok(statuses.includes(answer.status), `${name}: ${answer.status}`);
        if (answer.status === 200) continue; // understood, in the one way there is
        assert.equal(answer.headers.connection, "close", name);
        assert.equal(answer.rest, "", `${name}: a second answer`);
        assert.equal(answer.body.statusCode, answer.status);
    }
    const understood = rows.filter(([, , status]) => status === 200).length;
    assert.ok(smuggled_lines().length <= understood, smuggled_lines().join("\n"));
});

test("S-108 behind nginx no request is seen that nginx did not see", async (t) => {
    const nginx = await start_nginx(server.base);
    if (nginx.reason) return t.skip(nginx.reason);
    const seen = {};
    for (const [name, bytes] of rows) {
        const before = smuggled_lines().length;
        const answer = await exchange(nginx.base, bytes + smuggled);
        assert.ok(answer.status < 500 || answer.status === 501, `${name}: ${answer.status}`);
        const reached = smuggled_lines().length - before;
        const answers = (answer.rest.match(/HTTP\/1\.1 \d\d\d/g) ?? []).length;
        // The second request may be one where nginx takes it for one: then it has its own answer.
        assert.ok(reached <= answers, `${name}: ${reached} reached the server, ${answers} answered`);
        (seen[answer.status] ??= []).push(name);
    }
    for (const [status, names] of Object.entries(seen)) t.diagnostic(`${status}: ${names.join("; ")}`);
    // And the way through is open.
    assert.equal((await exchange(nginx.base, get("Connection: close\r\n"))).status, 200);
    await nginx.stop();
});
