// Every member of every body, every path and query parameter, with values that nobody should send:
// no answer is a 5xx, the server goes on, and what is refused has changed nothing.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { content } from "../support/content.mjs";
import { routes_of } from "../support/routes.mjs";
import { operator_key, start_server } from "../support/server.mjs";
import { World, operations, perform, text_of } from "./operations.mjs";

const parallel = 16;

// Values as JSON text, since some cannot be written by a JSON library.
const nested = (depth) => "[".repeat(depth) + "]".repeat(depth);
const hostile_values = {
    null: "null",
    array: "[]",
    object: "{}",
    one: "1",
    "minus one": "-1",
    fraction: "1.5",
    "beyond double": "1e400",
    "beyond 64 bits": "9223372036854775808",
    "many digits": "9".repeat(100_000),
    "empty text": '""',
    true: "true",
    "63 levels": nested(63),
    "64 levels": nested(64),
    "100,000 levels": nested(100_000),
    "array of null": "[null]",
    "array of objects": "[{}]",
    "array of texts": '["x"]',
    "1,001 items": `[${Array(1001).fill('"x"').join()}]`,
    "a member named __proto__": '{"__proto__":{"x":1},"":1}',
    NUL: '"a\\u0000b"',
    "raw NUL": '"a\0b"',
    "high surrogate": '"\\ud800"',
    "low surrogate": '"\\udc00x"',
    "raw surrogate": Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]),
    "no UTF-8": Buffer.from([0x22, 0xff, 0xfe, 0x22]),
    "overlong slash": Buffer.from([0x22, 0xc0, 0xaf, 0x22]),
    "control characters": '"\\u001b[31m\\r\\n\\t"',
    "another direction": '"\\u202egnp.exe"',
    SQL: "\"' OR '1'='1'; DROP TABLE grants; --\"",
    markup: '"</script><img src=x onerror=alert(1)>{{7*7}}"',
    path: '"../../../../etc/passwd"',
    "1 MB": `"${"x".repeat(1_000_000)}"`,
    "1 MB of escapes": `"${"\\u00e9".repeat(160_000)}"`,
    cut: '"x',
    nothing: "",
};

// The paths of all values inside, containers included: [["scopes"], ["scopes", 0], ...]
function places_in(value, path = []) {
    const below =
        value !== null && typeof value === "object"
            ? Object.entries(value).flatMap(([name, each]) => places_in(each, [...path, name]))
            : [];
    return [path, ...below];
}

// The text of the body with another value at this place.
function body_with(body, place, value) {
    if (place.length === 0) return Buffer.from(value);
    const mark = "@the place@";
    const copy = structuredClone(body);
    const last = place.at(-1);
    place.slice(0, -1).reduce((object, name) => object[name], copy)[last] = mark;
    const [before, after] = JSON.stringify(copy).split(JSON.stringify(mark));
    return Buffer.concat([Buffer.from(before), Buffer.from(value), Buffer.from(after)]);
}

function json_attempts(body = {}) {
    return places_in(body).flatMap((place) =>
        Object.entries(hostile_values).map(([name, value]) => ({
            name: `${place.join(".") || "the body"} = ${name}`,
            text: body_with(body, place, value),
        })),
    );
}

const hostile_escapes = [
    "",
    "%00",
    "a%00b",
    "%ff%fe",
    "%ed%a0%80",
    "%c0%af",
    "%",
    "%zz",
    "%2e%2e",
    "..%2f..%2fetc%2fpasswd",
    "%0d%0aSet-Cookie:%20a=b",
    "%1b%5b31m",
    "%27%20OR%20%271%27=%271",
    "%22%3E%3Cscript%3E",
    "%F0%9F%98%80",
    "%e2%80%ae",
    "%25",
    "a;b",
    "a+b",
    "*",
    "-1",
    "0",
    "1e9",
    "NaN",
    "null",
    "true",
    "99999999999999999999",
    "-9223372036854775808",
    "2026-02-30T99:99:99Z",
    "-262144-01-01T00:00:00Z",
    "a".repeat(513),
    "a".repeat(6000),
    "%41".repeat(2000),
];

function form_attempts(form) {
    const mutated = Object.keys(form).flatMap((field) =>
        [...hostile_escapes, "x".repeat(1_000_000)].map((value) => {
            const { [field]: _, ...rest } = form;
            return {
                name: `${field} = ${value.slice(0, 40)}`,
                text: `${new URLSearchParams(rest)}&${field}=${value}`,
            };
        }),
    );
    const texts = [
        "&",
        "=",
        "=&=",
        "%",
        "decision",
        "a".repeat(1_000_000),
        "&".repeat(100_000),
        "\0",
    ];
    return [...mutated, ...texts.map((text) => ({ name: text.slice(0, 20), text }))];
}

let server, world, writes, reads;
before(async () => {
    const env = {
        GRANTEXD_RATE_PROFILE: "off",
        GRANTEXD_ADMIN_API_KEY: operator_key,
        GRANTEXD_METRICS_REQUIRE_AUTH: "false",
    };
    server = await start_server({ env });
    world = await new World(server).prepare();
    const routes = await routes_of(server);
    writes = routes
        .filter(({ method }) => method !== "GET")
        .map(({ method, path }) => `${method} ${path}`);
    reads = routes.filter(({ method }) => method === "GET").map(({ path }) => path);
});
after(() => server.stop());

// [[attempt, status], ...], in no order; none is a 5xx.
async function send_all(attempts, send) {
    const results = [];
    const left = [...attempts];
    const work = async () => {
        for (let attempt = left.pop(); attempt; attempt = left.pop()) {
            const { status, text } = await send(attempt);
            assert.ok(status >= 200 && status < 500, `${attempt.name}: ${status} ${text}`);
            results.push([attempt, status]);
        }
    };
    await Promise.all(Array.from({ length: parallel }, work));
    return results;
}

// Those that are refused are sent once more, and the database must not notice.
async function sweep(attempts, send) {
    const refused = (await send_all(attempts, send)).filter(([, status]) => status >= 400);
    const before = content(server.data_dir);
    const again = await send_all(
        refused.map(([attempt]) => attempt),
        send,
    );
    for (const [{ name }, status] of again)
        assert.ok(status >= 400, `${name} is refused only once`);
    const after = content(server.data_dir);
    if (JSON.stringify(before) !== JSON.stringify(after))
        for (const [attempt] of refused) {
            const start = content(server.data_dir);
            await send(attempt);
            assert.deepEqual(content(server.data_dir), start, `${attempt.name} changes something`);
        }
    assert.deepEqual(after, before);
    return refused.length;
}

async function assert_well() {
    assert.equal(server.program.child.exitCode, null);
    assert.equal((await world.api.get("/health")).body.status, "healthy");
    assert.doesNotMatch(server.stderr, /event=(error|fatal)|INTERNAL_ERROR/);
}

test("every operation with a body is swept", () => {
    assert.deepEqual(
        writes.filter((route) => !operations[route]),
        [],
        "add them to operations.mjs, with a request that they accept",
    );
    assert.deepEqual(
        Object.keys(operations).filter((route) => !writes.includes(route)),
        [],
    );
});

test("no value of any type at any place of a body breaks anything", async (t) => {
    let attempts = 0;
    let refused = 0;
    for (const [route, { request, status }] of Object.entries(operations)) {
        const asked = await request(world);
        const all = asked.form ? form_attempts(asked.form) : json_attempts(asked.body);
        // Objects are what an operation without members accepts.
        const kept =
            asked.body || asked.form
                ? all
                : all.filter(({ text }) => text.length && !/^\{/.test(text));
        refused += await sweep(kept, ({ text }) => perform(world, route, asked, { text }));
        attempts += kept.length;
        // The requests that were taken apart are good ones.
        const whole = await request(world);
        const answer = await perform(world, route, whole, { text: text_of(whole) });
        assert.ok(
            status ? answer.status === status : answer.status < 300,
            `${route}: ${answer.status} ${answer.text}`,
        );
    }
    await assert_well();
    t.diagnostic(`${attempts} bodies, ${refused} refused`);
    assert.ok(refused > attempts / 2 && refused < attempts);
});

const with_hostile_parameters = (path) =>
    [...path.matchAll(/\{\w+\}/g)].flatMap(([place]) =>
        hostile_escapes.map((value) =>
            path.replace(place, value).replace(/\{\w+\}/g, "grnt_01KJPX39N0D3PSNR531QZFCJCQ"),
        ),
    );

test("no path parameter breaks anything", async (t) => {
    const paths = reads
        .flatMap(with_hostile_parameters)
        .map((path) => ({ name: `GET ${path}`, path }));
    for (const route of writes) {
        const [method, path] = route.split(" ");
        for (const each of with_hostile_parameters(path))
            paths.push({ name: `${method} ${each}`, method, path: each });
    }
    const { person } = await world.session();
    for (const caller of [world.api, person, world.nobody]) {
        const send = ({ method = "GET", path }) =>
            caller.call(method, path, method === "GET" ? undefined : "{}");
        await sweep(paths, send);
    }
    await assert_well();
    t.diagnostic(`${paths.length} paths, three callers`);
});

// All that any operation reads from a query.
const query_parameters = [
    ...[
        "page",
        "pageSize",
        "agentId",
        "principalId",
        "grantId",
        "status",
        "action",
        "since",
        "until",
    ],
    ...["req", "k", "session", "error", "cursor", "limit", "unacknowledged", "severity", "window"],
];

test("no query parameter breaks anything", async (t) => {
    const quiet = new World(server, await world.fresh_developer()); // whose lists are short
    const { person } = await (await quiet.prepare()).session();
    await quiet.api.log_audit();
    const before = content(server.data_dir);
    let count = 0;
    for (const path of reads) {
        const target = path.replace(/\{\w+\}/g, "grnt_01KJPX39N0D3PSNR531QZFCJCQ");
        const queries = query_parameters.flatMap((name) => [
            ...hostile_escapes.map((value) => `${name}=${value}`),
            ...[name, `${name}=1&${name}=2`, `${name}[]=1`, `%00${name}=1`],
        ]);
        queries.push("&".repeat(6000), "=", "%", "a=1&".repeat(1500), "?", "x[y]=1");
        const caller = path.startsWith("/v1/principal/") ? person : quiet.api;
        const attempts = queries.map((query) => ({ name: `${path}?${query.slice(0, 60)}`, query }));
        await send_all(attempts, ({ query }) => caller.get(`${target}?${query}`));
        count += queries.length;
    }
    assert.deepEqual(content(server.data_dir), before);
    await assert_well();
    t.diagnostic(`${count} queries`);
});
