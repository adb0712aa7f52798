// Event streams of the real program: server-sent events and WebSocket.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { SseClient, WebSocketClient } from "../support/event_stream.mjs";
import { eventually } from "../support/process_state.mjs";
import { rounds, start_server } from "../support/server.mjs";
import { median } from "../support/statistics.mjs";

const start = () => start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } });
let server, api, agent;
before(async () => {
    server = await start();
    api = server.sandbox();
    agent = await api.agent_id();
});
after(() => server.stop());
const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

test("a stream says at once that it is open, and carries events as every client reads them", async () => {
    const stream = await SseClient.open(api);
    assert.equal(stream.status, 200);
    assert.equal(stream.headers["content-type"], "text/event-stream; charset=utf-8");
    assert.equal(stream.headers["cache-control"], "no-cache, no-transform");
    assert.equal(stream.headers["x-accel-buffering"], "no");
    assert.equal(stream.headers["x-content-type-options"], "nosniff");
    assert.equal(stream.headers["x-grantex-stream-gap"], undefined);
    assert.match(stream.headers["x-ratelimit-limit"] ?? "0", /^\d+$/);
    assert.equal(stream.headers["content-length"], undefined);
    await stream.until_text(": connected\nretry: 3000\n\n");
    const { grantId } = await api.grant(agent);
    await stream.until_frames(2);
    const [{ id, event }] = stream.frames;
    assert.deepEqual(Object.keys(event), ["id", "type", "createdAt", "data", "payload"]);
    assert.equal(id, event.id);
    assert.deepEqual(event.payload, event.data);
    assert.equal(event.data.grantId, grantId);
    assert.ok(!/^event:/m.test(stream.text), "an event field stops onmessage");
    assert.ok(!stream.text.includes("\r"));
    stream.close();
});

test("an event is on the stream within 50 ms of the answer to its cause, in the median", async (t) => {
    const stream = await SseClient.open(api, { query: "?types=grant.revoked" });
    const times = [];
    for (let i = 1; i <= 30; ++i) {
        const { grantId } = await api.grant(agent);
        await api.revoke(grantId);
        const answered = performance.now();
        await stream.until_frames(i);
        times.push(performance.now() - answered);
    }
    t.diagnostic(`median ${median(times).toFixed(1)} ms`);
    assert.ok(median(times) < 50, `${median(times)} ms`);
    stream.close();
});

test("a filter lets through what it names, in whatever way the comma is written", async () => {
    for (const types of ["grant.created, grant.exploded", "grant.created%2Cgrant.revoked", "grant.created"]) {
        const stream = await SseClient.open(api, { query: `?types=${types.replaceAll(" ", "%20")}` });
        const nothing = await SseClient.open(api, { query: "?types=grant.exploded" });
        await api.grant(agent);
        await stream.until_frames(1);
        await pause(50);
        assert.deepEqual(stream.frames.map(({ event }) => event.type), ["grant.created"], types);
        assert.deepEqual(nothing.frames, []);
        stream.close();
        nothing.close();
        await pause(20);
    }
});

test("a client that comes back with its last id has missed nothing and gets nothing twice", async () => {
    const whole = await SseClient.open(api);
    const seen = [];
    let last;
    for (let round = 0; round < rounds(10); ++round) {
        const writing = Promise.all([...Array(8)].map(() => api.grant(agent)));
        const headers = last ? { "last-event-id": last } : {};
        const stream = await SseClient.open(api, { headers, query: last ? "" : `?since=${new Date(0).toISOString()}` });
        await pause(Math.random() * 30);
        stream.close();
        await stream.until_closed();
        seen.push(...stream.ids);
        last = stream.ids.at(-1) ?? last;
        await writing;
    }
    const rest = await SseClient.open(api, { headers: { "last-event-id": last } });
    const { grantId } = await api.grant(agent);
    const is_last = ({ event: { type, data } }) => type === "token.issued" && data.grantId === grantId;
    for (const stream of [whole, rest]) assert.ok(await eventually(() => stream.frames.some(is_last)));
    seen.push(...rest.ids);
    const expected = whole.ids;
    assert.ok(expected.length > 100);
    const from = seen.indexOf(expected[0]);
    assert.ok(from >= 0);
    assert.deepEqual(seen.slice(from), expected);
    for (const each of [whole, rest]) each.close();
});

test("a place that is not held any more is answered from the oldest event, and says so", async () => {
    const other = await start();
    const sandbox = other.sandbox();
    const his_agent = await sandbox.agent_id();
    await sandbox.grant(his_agent);
    const first = await SseClient.open(sandbox, { query: `?since=${new Date(Date.now() - 3600e3).toISOString()}` });
    assert.equal(first.headers["x-grantex-stream-gap"], undefined);
    const [{ id }] = await first.until_frames(2);
    first.close();
    const cases = [
        { headers: { "last-event-id": "evt_01K3ZQ8M5T7V9XB2C4D6F8G0HJ" } },
        { headers: { "last-event-id": "nonsense" } },
        { query: "?since=2020-01-01T00:00:00.000Z" },
    ];
    for (const each of cases) {
        const stream = await SseClient.open(sandbox, each);
        assert.equal(stream.headers["x-grantex-stream-gap"], "true", JSON.stringify(each));
        await stream.until_frames(2);
        stream.close();
        await pause(20);
    }
    // Another developer's event is no place of this one.
    const live = await SseClient.open(other.api(), { headers: { "last-event-id": id } });
    assert.equal(live.headers["x-grantex-stream-gap"], "true");
    await pause(50);
    assert.deepEqual(live.frames, []);
    live.close();
    const bad = await sandbox.get("/v1/events/stream?since=yesterday");
    assert.equal(bad.status, 400);
    await other.stop();
});

test("the sixth stream of a developer is refused, and a closed one makes room", async () => {
    const open = await Promise.all([...Array(5)].map(() => SseClient.open(api)));
    const refused = await api.get("/v1/events/stream");
    assert.equal(refused.status, 429);
    assert.equal(refused.body.code, "TOO_MANY_CONNECTIONS");
    assert.match(refused.headers["retry-after"], /^\d+$/);
    assert.match(refused.body.message, /retry in \d+/);
    // Of another developer, and of the other kind, there are still five.
    const others = [await SseClient.open(server.api()), await WebSocketClient.open(api)];
    assert.deepEqual(others.map(({ status }) => status), [200, 101]);
    const head = await api.call("HEAD", "/v1/events/stream");
    assert.equal(head.status, 429);
    open[0].close();
    await pause(50);
    const again = await SseClient.open(api);
    assert.equal(again.status, 200);
    for (const each of [...open, ...others, again]) each.close();
    await pause(50);
});

test("HEAD tells of the stream without opening it", async () => {
    for (let i = 0; i < 7; ++i) {
        const { status, headers } = await api.call("HEAD", "/v1/events/stream");
        assert.equal(status, 200);
        assert.equal(headers["content-type"], "text/event-stream; charset=utf-8");
    }
    assert.equal((await api.call("HEAD", "/v1/events/ws")).status, 426);
});

test("a stream without a key, or with a wrong one, is refused before it opens", async () => {
    for (const path of ["/v1/events/stream", "/v1/events/ws"]) {
        assert.equal((await server.api("").get(path)).status, 401);
        assert.equal((await server.api("gx_test_" + "A".repeat(43)).get(path)).status, 401);
        assert.equal((await server.api("").get(`${path}?token=${api.key}&api_key=${api.key}`)).status, 401);
    }
});

test("a WebSocket carries the same events, and its client changes the filter", async () => {
    const socket = await WebSocketClient.open(api);
    assert.equal(socket.status, 101);
    assert.equal(socket.headers["sec-websocket-accept"], socket.expected_accept);
    assert.equal(socket.headers["x-content-type-options"], "nosniff");
    const sse = await SseClient.open(api);
    await api.grant(agent);
    await Promise.all([socket.until_events(2), sse.until_frames(2)]);
    assert.deepEqual(socket.events, sse.frames.map(({ event }) => event));
    socket.send({ types: ["grant.created"] });
    await pause(50);
    await api.grant(agent);
    await socket.until_events(3);
    socket.send({ types: [] });
    for (const nonsense of ["[]", "{", "7", '{"types":7}', '{"since":7}', '{"other":1}']) socket.send(nonsense);
    await pause(50);
    await api.grant(agent);
    socket.send({ types: null });
    await pause(50);
    await api.grant(agent);
    await socket.until_events(5);
    const types = socket.events.map(({ type }) => type);
    assert.deepEqual(types, ["grant.created", "token.issued", "grant.created", "grant.created", "token.issued"]);
    for (const each of [socket, sse]) each.close();
});

test("a WebSocket whose first message names a place gets what came after it", async () => {
    const sse = await SseClient.open(api);
    await api.grant(agent);
    const [first, second] = await sse.until_frames(2);
    for (const since of [first.id, new Date(Date.parse(first.event.createdAt) - 1).toISOString()]) {
        const socket = await WebSocketClient.open(api);
        socket.send({ since });
        const has_second = () => socket.events.some(({ id }) => id === second.id);
        assert.ok(await eventually(has_second), since);
        socket.close();
    }
    sse.close();
});

test("a WebSocket too many, a message too long, and an upgrade that is none", async () => {
    const open = await Promise.all([...Array(5)].map(() => WebSocketClient.open(api)));
    const sixth = await WebSocketClient.open(api);
    assert.equal(sixth.status, 101);
    assert.deepEqual(await sixth.until_ending(), { code: 1013, reason: "Too many connections" });
    open[0].send("x".repeat(5000));
    assert.equal((await open[0].until_ending()).code, 1009);
    for (const each of [...open, sixth]) each.close();
    await pause(50);
    for (const headers of [{ upgrade: "h2c" }, { connection: "close" }, { "sec-websocket-version": "8" }, { "sec-websocket-key": "x" }]) {
        const refused = await WebSocketClient.open(api, headers);
        assert.equal(refused.status, 426, JSON.stringify(headers));
        assert.equal(refused.headers.upgrade, "websocket");
        refused.close();
    }
});

test("the key ends its streams when it is rotated", async () => {
    const { apiKey } = await server.api("").must(201, "POST", "/v1/signup", { name: "Nimbus", mode: "sandbox" });
    const developer = server.api(apiKey);
    const his_agent = await developer.agent_id();
    const [sse, socket] = [await SseClient.open(developer), await WebSocketClient.open(developer)];
    const { apiKey: next } = await developer.must(200, "POST", "/v1/me/rotate-key");
    // The next event wakes the streams, which look at the key first; without one it is 15 s.
    await server.api(next).grant(his_agent);
    assert.deepEqual(await socket.until_ending(), { code: 1008, reason: "The API key is not valid any more" });
    await sse.until_closed();
    assert.match(sse.text, /: the API key is not valid any more\n\n$/);
    assert.deepEqual(sse.frames, []);
    socket.close();
});

test("a quiet stream is kept alive, and the key is looked at without an event too", { timeout: 40_000 }, async () => {
    const { apiKey } = await server.api("").must(201, "POST", "/v1/signup", { name: "Quiet", mode: "sandbox" });
    const developer = server.api(apiKey);
    const sse = await SseClient.open(developer);
    const begun = Date.now();
    await sse.until_text(": keepalive\n\n");
    assert.ok(Date.now() - begun < 17_000);
    await developer.must(200, "POST", "/v1/me/rotate-key");
    await sse.until_closed();
    assert.match(sse.text, /not valid any more/);
});

test("a reader that stops reading is dropped, and nobody waits for it", { timeout: 90_000 }, async () => {
    const other = await start();
    const sandbox = other.sandbox();
    const readers = [await SseClient.open(sandbox), await WebSocketClient.open(sandbox)];
    for (const each of readers) each.socket.pause();
    // More than the kernel holds for them; of long scopes, so that few events are enough.
    const scopes = [...Array(60)].map((_, i) => `${"x".repeat(240)}${i}:read`);
    const wide_agent = await sandbox.agent_id("Wide", scopes);
    for (let i = 0; i < 16; ++i)
        await Promise.all([...Array(32)].map(() => sandbox.grant(wide_agent, { scopes })));
    const dropped = () => other.stderr.split("reason=the client reads too slowly").length - 1;
    const end = Date.now() + 60_000;
    while (dropped() < 2 && Date.now() < end) await pause(100);
    assert.equal(dropped(), 2);
    assert.equal((await sandbox.get("/v1/agents")).status, 200);
    for (const each of readers) each.close();
    await other.stop();
});

test("a server that stops says so to its streams and does not wait for them", async () => {
    const other = await start();
    const sandbox = other.sandbox();
    const [sse, socket] = [await SseClient.open(sandbox), await WebSocketClient.open(sandbox)];
    await sse.until_text(": connected");
    const begun = Date.now();
    assert.deepEqual(await other.stop(), { code: 0, signal: null });
    assert.ok(Date.now() - begun < 3000);
    await sse.until_closed();
    assert.match(sse.text, /: the server stops\n\n$/);
    assert.deepEqual(await socket.until_ending(), { code: 1001, reason: "The server stops" });
});
