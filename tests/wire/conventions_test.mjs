// What the contract says of every answer and every request, whatever the operation.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { server_of, stop_servers } from "./run_case.mjs";
import { World } from "./world.mjs";

let server;
let world;
let api;
before(async () => {
    server = await server_of();
    world = await new World(server).open();
    api = world.api;
});
after(stop_servers);

const security_headers = {
    "strict-transport-security": "max-age=31536000; includeSubDomains",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "x-xss-protection": "0",
    "referrer-policy": "strict-origin-when-cross-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'; base-uri 'none'",
};

test("every answer has the security headers and an id of its own", async () => {
    const answers = [
        await api.get("/v1/me"),
        await api.get("/v1/agents/ag_1"),
        await api.get("/nowhere"),
        await api.call("PUT", "/v1/me"),
        await api.call("OPTIONS", "/v1/me"),
        await server.api("").get("/v1/me"),
        await api.post("/v1/agents", "{"),
        await api.remove(`/v1/agents/${await api.agent_id()}`),
        await api.post("/v1/agents", `"${"x".repeat(1024 * 1024)}"`),
    ];
    for (const { status, headers } of answers)
        for (const [name, value] of Object.entries(security_headers))
            assert.equal(headers[name], value, `${status}: ${name}`);
    const ids = new Set(answers.map(({ headers }) => headers["x-request-id"]));
    assert.equal(ids.size, answers.length);
    const own = await api.call("GET", "/v1/me", undefined, { "x-request-id": "mine" });
    assert.match(own.headers["x-request-id"], /^[0-9a-f-]{36}$/);
});

test("a stream has the headers of other answers, but for how long it may be kept", async () => {
    const { status, headers } = await api.get("/v1/events/stream");
    assert.equal(status, 200);
    for (const [name, value] of Object.entries(security_headers))
        if (name !== "cache-control") assert.equal(headers[name], value, name);
    assert.equal(headers["cache-control"], "no-cache, no-transform");
    const from = { origin: server.base };
    const own = await api.call("GET", "/v1/events/stream", undefined, from);
    assert.equal(own.headers["access-control-allow-origin"], server.base);
});

test("a page of another origin is let in only when it is listed; public keys are for all", async () => {
    const from = (origin, method, path) => api.call(method, path, undefined, { origin });
    const own = await from(server.base, "GET", "/v1/agents/ag_1");
    assert.equal(own.status, 404);
    assert.equal(own.headers["access-control-allow-origin"], server.base);
    assert.equal(own.headers["access-control-allow-credentials"], "true");
    assert.match(own.headers.vary, /\bOrigin\b/);
    for (const name of ["X-RateLimit-Limit", "Retry-After", "X-Request-Id", "Idempotent-Replayed"])
        assert.ok(own.headers["access-control-expose-headers"].split(", ").includes(name), name);

    const preflight = await from(server.base, "OPTIONS", "/v1/agents");
    assert.equal(preflight.status, 204);
    assert.equal(preflight.headers["access-control-max-age"], "600");
    for (const name of ["Content-Type", "Authorization", "Idempotency-Key", "X-CSRF-Token"])
        assert.ok(preflight.headers["access-control-allow-headers"].includes(name), name);
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"])
        assert.ok(preflight.headers["access-control-allow-methods"].includes(method), method);

    const foreign = await from("https://evil.example", "OPTIONS", "/v1/agents");
    assert.equal(foreign.status, 204);
    assert.equal(foreign.headers["access-control-allow-origin"], undefined);
    const keys = await from("https://evil.example", "GET", "/.well-known/jwks.json");
    assert.equal(keys.headers["access-control-allow-origin"], "*");
    assert.equal(keys.headers["cache-control"], "public, max-age=300");
});

test("an unknown path is 404 and a wrong method 405, with or without a credential", async () => {
    for (const caller of [api, server.api("")]) {
        for (const path of ["/v1/nowhere", "/v1/me/", "/V1/me", "/"])
            assert.equal((await caller.get(path)).body.code, "NOT_FOUND", path);
        const wrong = await caller.call("DELETE", "/v1/agents");
        assert.equal(wrong.status, 405);
        assert.equal(wrong.body.code, "METHOD_NOT_ALLOWED");
        assert.deepEqual(wrong.headers.allow.split(", ").sort(), ["GET", "HEAD", "POST"]);
    }
    const long = await api.get(`/v1/agents/${"x".repeat(513)}`);
    assert.deepEqual([long.status, long.body.code], [414, "BAD_REQUEST"]);
});

const json = { "content-type": "application/json" };
const make = (text, headers = json) => api.call("POST", "/v1/agents", text, headers);

test("a body is read as the contract reads it", async () => {
    const name = async (text, headers) => {
        const { status, body } = await make(text, headers);
        return status === 201 ? body.name : status;
    };
    assert.equal(await name('\ufeff{"name":"after a mark"}'), "after a mark");
    assert.equal(await name('{"name":"first","name":"last"}'), "last");
    for (const type of [
        "APPLICATION/JSON",
        "application/json; charset=utf-8",
        "application/json;x=y",
    ])
        assert.equal(await name('{"name":"any type"}', { "content-type": type }), "any type");
    const nested = (depth) => `{"name":"deep","more":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    assert.equal(await name(nested(63)), "deep");
    assert.equal(await name(nested(64)), 400);
    for (const text of [
        '{"name":"a\\u0000b"}',
        '{"a\\u0000":1,"name":"n"}',
        '{"name":"n","more":1e999}',
    ])
        assert.equal(await name(text), 400, text);
    assert.equal(await name(""), 400); // as {}: the name is missing
});

test("a key is presented as RFC 6750 has it, with some patience", async () => {
    const status_with = async (authorization) =>
        (await server.api("").call("GET", "/v1/me", undefined, { authorization })).status;
    for (const scheme of ["Bearer ", "bearer ", "BEARER  ", "Bearer\t"])
        assert.equal(await status_with(scheme + api.key), 200, scheme);
    for (const value of [
        api.key,
        `Basic ${api.key}`,
        `Bearer ${api.key} more`,
        "Bearer ",
        "Bearer x",
    ])
        assert.equal(await status_with(value), 401, value);
});

test("a page of a request that nobody can decide is a page, too", async () => {
    for (const query of ["", "?req=areq_1", "?req=areq_1&k=x"]) {
        const { status, headers, text } = await server.api("").get(`/consent${query}`);
        assert.equal(status, 200);
        assert.equal(headers["content-type"], "text/html; charset=utf-8");
        assert.equal(headers["referrer-policy"], "no-referrer");
        assert.equal(headers["cache-control"], "no-store");
        assert.match(text, /<title>[^<]*Authorization Request/);
        assert.doesNotMatch(headers["content-security-policy"], /unsafe-inline/);
    }
});
