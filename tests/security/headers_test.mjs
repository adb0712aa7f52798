// The headers of every answer, whatever it answers, for every route of the table.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { RawConnection, request_text } from "../support/raw_connection.mjs";
import { fill_path, read_routes } from "../support/routes.mjs";
import { start_server } from "../support/server.mjs";

const listed = "https://app.nimbus.example";
let server, nobody, routes;
before(async () => {
    const env = { GRANTEXD_RATE_PROFILE: "off", GRANTEXD_CORS_ALLOWED_ORIGINS: listed };
    server = await start_server({ env });
    nobody = server.api("");
    routes = read_routes();
});
after(() => server.stop());

// A developer of its own, since some of the calls end the key they are made with.
async function new_api() {
    const { apiKey } = await nobody.must(201, "POST", "/v1/signup", { name: "Nimbus Travel" });
    return server.api(apiKey);
}
const target = ({ path }) => fill_path(path, () => "x");
// A page, or the way to one.
const is_page = ({ headers }) =>
    headers.location || /^text\/html/.test(headers["content-type"] ?? "");

function assert_safe(answer, what) {
    const { headers } = answer;
    const is = (name, value) => assert.equal(headers[name], value, `${what}: ${name}`);
    is("strict-transport-security", "max-age=31536000; includeSubDomains");
    is("x-content-type-options", "nosniff");
    is("x-frame-options", "DENY");
    is("x-xss-protection", "0");
    is("permissions-policy", "camera=(), microphone=(), geolocation=()");
    is("server", undefined);
    is("x-powered-by", undefined);
    assert.match(headers["x-request-id"], /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab]/);
    const policy = headers["content-security-policy"];
    assert.match(policy, /^default-src 'none'/, what);
    assert.match(policy, /frame-ancestors 'none'/, what);
    assert.match(policy, /base-uri 'none'/, what);
    assert.doesNotMatch(policy, /unsafe|\*|data:/, what);
    if (is_page(answer)) is("referrer-policy", "no-referrer");
    else is("referrer-policy", "strict-origin-when-cross-origin");
    // S-124: the type of a body, and its characters.
    if (answer.text !== "" && answer.text !== undefined)
        assert.match(headers["content-type"], /^[\w/+.-]+(; charset=utf-8)?$/, what);
    if (answer.body) is("content-type", "application/json; charset=utf-8");
}

test("S-122 every answer of every route has the security headers", async () => {
    const cacheable = /^\/(\.well-known\/|assets\/|v1\/did\/|openapi\.json$|docs$)/;
    for (const route of routes)
        for (const api of [nobody, await new_api(), server.api("x".repeat(20))])
            for (const body of route.method === "GET" ? [undefined] : ["{}", "{", "[]", undefined]) {
                const answer = await api.call(route.method, target(route), body);
                const what = `${route.method} ${route.path} ${answer.status}`;
                assert_safe(answer, what);
                if (route.path === "/v1/events/stream" && answer.status === 200)
                    assert.equal(answer.headers["cache-control"], "no-cache, no-transform");
                else if (!cacheable.test(route.path) || answer.status >= 400)
                    assert.equal(answer.headers["cache-control"], "no-store", what);
            }
    const jwks = await nobody.get("/.well-known/jwks.json");
    assert.equal(jwks.headers["cache-control"], "public, max-age=300");
    for (const path of ["/", "/nowhere", "/v1", "/v1/agents/", "/%ff", "/v1/agents/%00"])
        assert_safe(await server.api().get(path), path);
    // Those that never reached a route.
    const refused = ["GET / HTTP/1.1\r\n\r\n", "nonsense\r\n\r\n", request_text("GET", "a b")];
    refused.push(request_text("GET", "/", { headers: { X: "a".repeat(9000) } }));
    refused.push("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9999999\r\n\r\n");
    for (const bytes of refused) {
        const connection = await RawConnection.open(server.base);
        connection.write(bytes);
        const answer = await connection.answer();
        assert.ok(answer.status >= 400);
        assert_safe(answer, bytes.slice(0, 40));
        connection.end();
    }
});

test("S-123 only a listed origin may read an answer, and it is named", async () => {
    const evil = ["https://evil.example", "null", `${listed}.evil.example`, `${listed}:8443`];
    evil.push("https://app.nimbus.exampl", "http://app.nimbus.example", `${listed}/`, `x${listed}`);
    evil.push("https://APP.nimbus.example", "https://evil.example, " + listed, "*", "file://");
    evil.push("https://sub.app.nimbus.example", server.base + ".evil.example");
    const ask = (origin, method, path) => server.api().call(method, path, undefined, { origin });
    for (const origin of evil)
        for (const [method, path] of [["GET", "/v1/me"], ["OPTIONS", "/v1/agents"], ["GET", "/x"]]) {
            const { headers } = await ask(origin, method, path);
            for (const name of Object.keys(headers))
                assert.ok(!name.startsWith("access-control-"), `${origin} ${path}: ${name}`);
            assert.match(headers.vary, /\bOrigin\b/);
        }
    for (const origin of [listed, server.base])
        for (const [method, path] of [["GET", "/v1/me"], ["OPTIONS", "/v1/agents"], ["GET", "/x"]]) {
            const { headers } = await ask(origin, method, path);
            assert.equal(headers["access-control-allow-origin"], origin);
            assert.equal(headers["access-control-allow-credentials"], "true");
        }
    // For everyone, but then without credentials.
    for (const route of routes) {
        const { headers } = await ask("https://evil.example", route.method, target(route));
        if (headers["access-control-allow-origin"] === undefined) continue;
        assert.equal(headers["access-control-allow-origin"], "*", route.path);
        assert.equal(headers["access-control-allow-credentials"], undefined, route.path);
        assert.match(route.path, /^\/\.well-known\/|^\/v1\/did\/|^\/openapi\.json$/);
    }
});

test("S-124 a body that is not JSON by its name is not read as JSON", async () => {
    const types = ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"];
    types.push("text/json", "application/jsonp", "application/ld+json", "application/json-x", "x");
    types.push("text/plain; application/json", "text/plain, application/json");
    const api = await new_api();
    const ask = (route, type, body) =>
        api.call(route.method, target(route), body, { "content-type": type });
    const writing = routes.filter(
        ({ method, auth }) => method !== "GET" && auth === "developer",
    );
    for (const route of writing)
        for (const type of types) {
            const answer = await ask(route, type, '{"name":"N"}');
            assert.equal(answer.status, 415, `${route.method} ${route.path} as ${type}`);
        }
    assert.equal((await api.get("/v1/agents")).body.total, 0);
    const agents = { method: "POST", path: "/v1/agents" };
    for (const type of ["application/json", "APPLICATION/JSON", "application/json; charset=utf-8"])
        assert.equal((await ask(agents, type, '{"name":"N"}')).status, 201, type);
});

test("S-126 the listener answers calls and never redirects them", async () => {
    for (const route of routes.filter(({ path }) => path.startsWith("/v1/"))) {
        const api = await new_api();
        for (const headers of [{}, { "x-forwarded-proto": "http" }, { host: "evil.example" }]) {
            const answer = await api.call(route.method, target(route), undefined, headers);
            assert.ok(answer.status < 300 || answer.status >= 400, `${route.path}: ${answer.status}`);
            assert.equal(answer.headers.location, undefined);
            assert.doesNotMatch(answer.text, /evil\.example/);
        }
    }
});

test("S-127 a method that a path does not have is 405 with Allow, or 404", async () => {
    const methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "FOO"];
    methods.push("get", "PROPFIND", "TRACK", "DEBUG", "OPTION", "M-SEARCH", "A".repeat(200));
    const paths = [...new Set(routes.map(({ path }) => path)), "/", "/nowhere", "*"];
    for (const path of paths) {
        const known = new Set(routes.filter((each) => each.path === path).map((each) => each.method));
        if (known.has("GET")) known.add("HEAD");
        for (const method of methods.filter((each) => !known.has(each))) {
            const connection = await RawConnection.open(server.base);
            const text = fill_path(path, () => "x");
            connection.write(request_text(method, text, { headers: { Connection: "close" } }));
            const what = `${method} ${path}`;
            const answer = await connection.answer();
            connection.end();
            assert.ok([400, 404, 405, 501].includes(answer.status), `${what}: ${answer.status}`);
            if (known.size > 0 && ["PUT", "PATCH", "DELETE", "POST", "GET"].includes(method)) {
                assert.equal(answer.status, 405, what);
                for (const each of known) assert.ok(answer.headers.allow.includes(each), what);
            }
            assert.ok(!answer.text.includes("Connection: close"), `${what} echoes the request`);
        }
    }
});
