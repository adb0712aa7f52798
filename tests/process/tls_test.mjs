// TLS of the real program, as other programs see it.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { chmodSync, copyFileSync } from "node:fs";
import { Agent } from "node:https";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { Api } from "../support/api.mjs";
import { make_certificate } from "../support/certificate.mjs";
import { SseClient, WebSocketClient } from "../support/event_stream.mjs";
import { eventually, memory_of, open_connections } from "../support/process_state.mjs";
import { RawConnection, request_text } from "../support/raw_connection.mjs";
import {
    is_sanitized,
    rounds,
    run_grantexd,
    start_server,
    temporary_directory,
} from "../support/server.mjs";

const certificate = make_certificate("localhost");
const settings = (more = {}) => ({
    GRANTEXD_RATE_PROFILE: "off",
    GRANTEXD_TLS_LISTEN: "127.0.0.1:0",
    GRANTEXD_TLS_CERTIFICATE: certificate.file,
    GRANTEXD_TLS_KEY: certificate.key_file,
    ...more,
});

// A server, and callers of it over TLS.
async function start(more) {
    const server = await start_server({ env: settings(more) });
    const listening = /event=tls\.listening address=127\.0\.0\.1:(\d+)/;
    assert.ok(await eventually(() => listening.test(server.stderr)), server.log());
    server.tls_base = `https://localhost:${listening.exec(server.stderr)[1]}`;
    server.tls_agent = new Agent({ keepAlive: true, ca: certificate.cert });
    server.over_tls = (key) => new Api(server.tls_base, key, server.tls_agent);
    return server;
}

let server, api, agent;
before(async () => {
    server = await start();
    api = server.over_tls(server.sandbox_key);
    agent = await api.agent_id();
});
after(() => {
    server.tls_agent.destroy();
    return server.stop();
});

// What `openssl s_client` makes of it: the answer to a request, or nothing.
function s_client(...options) {
    const { port } = new URL(server.tls_base);
    const { stdout } = spawnSync(
        "openssl",
        ["s_client", "-connect", `127.0.0.1:${port}`, "-quiet", "-CAfile", certificate.file, ...options],
        { input: request_text("GET", "/health", { headers: { Connection: "close" } }), timeout: 20_000 },
    );
    return /^HTTP\/1\.1 200 OK\r\n/.test(stdout.toString());
}

test("S-125 TLS 1.0 and 1.1, and suites without AEAD or forward secrecy, are refused", () => {
    for (const version of ["-tls1", "-tls1_1"])
        assert.equal(s_client(version, "-cipher", "ALL:@SECLEVEL=0"), false, version);
    const old = ["ECDHE-RSA-AES128-SHA256", "ECDHE-RSA-AES256-SHA", "AES128-GCM-SHA256", "AES256-SHA", "eNULL", "aNULL"];
    for (const suite of old)
        assert.equal(s_client("-tls1_2", "-cipher", `${suite}:@SECLEVEL=0`), false, suite);
});

test("S-125 TLS 1.2 and 1.3 with AEAD are served, with every suite that is offered", () => {
    const suites = ["AES128-GCM-SHA256", "AES256-GCM-SHA384", "CHACHA20-POLY1305"];
    for (const suite of suites)
        assert.ok(s_client("-tls1_2", "-cipher", `ECDHE-RSA-${suite}`), suite);
    for (const suite of ["AES_128_GCM_SHA256", "AES_256_GCM_SHA384", "CHACHA20_POLY1305_SHA256"])
        assert.ok(s_client("-tls1_3", "-ciphersuites", `TLS_${suite}`), suite);
});

test("curl and Node make the main job over it, and curl agrees on http/1.1", async () => {
    const { status, stdout, stderr } = spawnSync(
        "curl",
        ["-sv", "--http2", "--cacert", certificate.file, `${server.tls_base}/health`],
        { encoding: "utf8", env: { PATH: process.env.PATH } },
    );
    assert.equal(status, 0, stderr);
    assert.equal(JSON.parse(stdout).status, "healthy");
    assert.match(stderr, /ALPN: server accepted http\/1\.1/);
    const { grantId } = await api.grant(agent);
    assert.equal((await api.get(`/v1/grants/${grantId}`)).body.status, "active");
    assert.equal((await server.sandbox().get(`/v1/grants/${grantId}`)).body.status, "active");
});

test("what is spoken on the wrong port is not served, and nobody is sent elsewhere", async () => {
    const plain = await RawConnection.open(server.tls_base.replace("https", "http"));
    plain.write(request_text("GET", "/health"));
    await plain.closed;
    assert.equal(plain.received.length, 0);
    const { status } = await server.api().get("/v1/agents");
    assert.equal(status, 200);
    await assert.rejects(new Api(server.base.replace("http", "https"), "", server.tls_agent).get("/health"));
});

test("streams run over it: server-sent events and WebSocket", async () => {
    const [sse, socket] = [await SseClient.open(api), await WebSocketClient.open(api)];
    assert.deepEqual([sse.status, socket.status], [200, 101]);
    assert.equal(socket.headers["sec-websocket-accept"], socket.expected_accept);
    for (let i = 0; i < 20; ++i) await api.grant(agent);
    await Promise.all([socket.until_events(40), sse.until_frames(40)]);
    assert.deepEqual(socket.events, sse.frames.map(({ event }) => event));
    // More than Beast reads at a time, so that half a record waits.
    socket.send({ types: ["grant.revoked"], padding: "x".repeat(4000) });
    socket.send({ types: ["grant.created"], padding: "x".repeat(2000) });
    await new Promise((resolve) => setTimeout(resolve, 50));
    await api.grant(agent);
    await socket.until_events(41);
    assert.equal(socket.events.at(-1).type, "grant.created");
    socket.send("x".repeat(5000));
    assert.equal((await socket.until_ending()).code, 1009);
    for (const each of [sse, socket]) each.close();
    assert.ok(await eventually(() => server.stderr.split("event=stream.closed").length === 3));
});

for (const kind of ["plain", "TLS"])
    test(`an answer before the upgrade of its connection is not lost (${kind})`, async () => {
        const base = kind === "TLS" ? server.tls_base : server.base;
        const connection = await RawConnection.open(base, certificate.cert);
        const headers = {
            Authorization: `Bearer ${server.sandbox_key}`,
            Connection: "Upgrade",
            Upgrade: "websocket",
            "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
            "Sec-WebSocket-Version": "13",
        };
        const upgrade = request_text("GET", "/v1/events/ws", { headers });
        connection.write(request_text("GET", "/health") + upgrade);
        assert.equal((await connection.answer()).status, 200);
        assert.equal((await connection.answer()).status, 101);
        connection.end();
    });

const skip = is_sanitized() && "what a sanitizer keeps beside each piece of memory is not ours";
test("five hundred connections are open at once, and an idle one owns little", { skip }, async (t) => {
    const before_them = memory_of(server.pid).now;
    const connections = [];
    for (let i = 0; i < 500; i += 50)
        connections.push(
            ...(await Promise.all(
                [...Array(50)].map(() => RawConnection.open(server.tls_base, certificate.cert)),
            )),
        );
    for (let round = 0; round < rounds(3); ++round) {
        for (const each of connections) each.write(request_text("GET", "/health"));
        const answers = await Promise.all(connections.map((each) => each.answer()));
        assert.ok(answers.every(({ status }) => status === 200));
    }
    const kilobytes = ((memory_of(server.pid).now - before_them) * 1024) / connections.length;
    t.diagnostic(`${kilobytes.toFixed(0)} kB a connection`);
    assert.ok(kilobytes < 60, `${kilobytes} kB`);
    for (const each of connections) each.end();
    assert.equal((await api.get("/health")).status, 200);
});

test("SIGTERM lets a request that is arriving over TLS finish, and tells the streams", async () => {
    const other = await start();
    const connection = await RawConnection.open(other.tls_base, certificate.cert);
    const idle = await RawConnection.open(other.tls_base, certificate.cert);
    const sandbox = other.over_tls(other.sandbox_key);
    const [sse, socket] = [await SseClient.open(sandbox), await WebSocketClient.open(sandbox)];
    await sse.until_text(": connected");
    const headers = { Authorization: `Bearer ${other.live_key}`, "Content-Type": "application/json" };
    const text = request_text("POST", "/v1/agents", { headers, body: '{"name":"Trip Planner"}' });
    connection.write(text.slice(0, -10));
    await sandbox.get("/health"); // so that the half request has been read
    const stopped = other.stop();
    assert.ok(await eventually(() => other.stderr.includes("event=stopping")));
    await idle.closed;
    await assert.rejects(RawConnection.open(other.tls_base, certificate.cert));
    connection.write(text.slice(-10));
    const answer = await connection.answer();
    assert.equal(answer.status, 201);
    assert.equal(answer.headers.connection, "close");
    assert.deepEqual(await stopped, { code: 0, signal: null });
    await sse.until_closed();
    assert.match(sse.text, /: the server stops\n\n$/);
    assert.deepEqual(await socket.until_ending(), { code: 1001, reason: "The server stops" });
    other.tls_agent.destroy();
});

test("S-125 R-18 certificates are replaced under load, and no connection fails or is left over", async () => {
    const folder = temporary_directory();
    const [file, key_file] = ["cert.pem", "key.pem"].map((name) => join(folder, name));
    const pair = [certificate, make_certificate("localhost")];
    const put = (each) => {
        copyFileSync(each.file, file);
        copyFileSync(each.key_file, key_file);
    };
    put(pair[0]);
    const other = await start({ GRANTEXD_TLS_CERTIFICATE: file, GRANTEXD_TLS_KEY: key_file });
    const ca = pair.map(({ cert }) => cert);
    const kept = [];
    for (let i = 0; i < 8; ++i) kept.push(await RawConnection.open(other.tls_base, ca));
    let [over, asked] = [false, 0];
    const load = kept.map(async (connection) => {
        while (!over) {
            connection.write(request_text("GET", "/health"));
            assert.equal((await connection.answer()).status, 200);
            ++asked;
        }
    });
    const reload = async (line) => {
        const lines = other.stderr.split(line).length;
        other.program.child.kill("SIGHUP");
        assert.ok(await eventually(() => other.stderr.split(line).length > lines), other.stderr);
    };
    const fingerprint_of_new = async () => {
        const connection = await RawConnection.open(other.tls_base, ca);
        const { fingerprint256 } = connection.socket.getPeerX509Certificate();
        connection.end();
        return fingerprint256;
    };
    const fingerprints = [await fingerprint_of_new()];
    for (let i = 1; i <= rounds(20); ++i) {
        put(pair[i % 2]);
        await reload("event=tls.certificate");
        fingerprints[i % 2] ??= await fingerprint_of_new();
        assert.equal(await fingerprint_of_new(), fingerprints[i % 2]);
    }
    assert.notEqual(fingerprints[0], fingerprints[1]);
    // A key alone, which belongs to the other one: the log says so, and all goes on as before.
    const current = await fingerprint_of_new();
    copyFileSync(pair[0].file, file);
    copyFileSync(pair[1].key_file, key_file);
    await reload("does not belong to the certificate");
    assert.equal(await fingerprint_of_new(), current);
    over = true;
    await Promise.all(load);
    assert.ok(asked > 100, `${asked}`);
    assert.ok(kept.every(({ is_closed }) => !is_closed));
    const port = Number(new URL(other.tls_base).port);
    assert.ok(await eventually(() => open_connections(port) === kept.length));
    for (const each of kept) each.end();
    assert.deepEqual(await other.stop(), { code: 0, signal: null });
    other.tls_agent.destroy();
});

test("S-085 the port of TLS is no receiver of webhooks either", async () => {
    const other = await start({ GRANTEXD_WEBHOOK_ALLOW_PRIVATE_HOSTS: "127.0.0.0/8" });
    const sandbox = other.over_tls(other.sandbox_key);
    const { port } = new URL(other.tls_base);
    const fields = { url: `https://127.0.0.1:${port}/v1/signup`, events: ["grant.created"] };
    const { id } = await sandbox.must(201, "POST", "/v1/webhooks", fields);
    await sandbox.grant(await sandbox.agent_id());
    const deliveries = async () => (await sandbox.get(`/v1/webhooks/${id}/deliveries`)).body.deliveries;
    assert.ok(await eventually(async () => (await deliveries())[0]?.attempts > 0));
    assert.equal((await deliveries())[0].lastError, "the host leads back to this server");
    await other.stop();
    other.tls_agent.destroy();
});

test("a start with files that are wrong ends with 78 and says what to try", async () => {
    const another = make_certificate("localhost");
    const open = make_certificate("localhost");
    chmodSync(open.key_file, 0o644);
    const cases = [
        [{ GRANTEXD_TLS_KEY: another.key_file }, /does not belong to the certificate/],
        [{ GRANTEXD_TLS_KEY: open.key_file }, /can be read by others\. Try: chmod 600/],
        [{ GRANTEXD_TLS_KEY: "/nowhere/key.pem" }, /\/nowhere\/key\.pem: No such file/],
        [{ GRANTEXD_TLS_CERTIFICATE: certificate.key_file }, /key\.pem cannot be used/],
        [{ GRANTEXD_TLS_LISTEN: "127.0.0.1:https" }, /GRANTEXD_TLS_LISTEN must be ADDRESS:PORT/],
        [{ GRANTEXD_TLS_LISTEN: "0.0.0.0:0" }, /--dev listens on loopback addresses only/],
        [{ GRANTEXD_TLS_LISTEN: new URL(server.tls_base).host.replace("localhost", "127.0.0.1") },
            /cannot listen on .*Try: --tls-listen/],
    ];
    for (const [wrong, message] of cases) {
        const args = ["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir", temporary_directory()];
        const { code, stderr } = await run_grantexd(args, { env: settings(wrong) });
        assert.equal(code, 78, stderr);
        assert.match(stderr, message);
    }
});
