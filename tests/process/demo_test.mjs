// `grantexd demo --yes`: what it does, what it prints, and what it never prints.
import assert from "node:assert/strict";
import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { run_demo } from "../support/demo_program.mjs";
import {
    live_key,
    run_grantexd,
    sandbox_key,
    start_server,
    temporary_directory,
} from "../support/server.mjs";

const step_names = [
    "health",
    "developer",
    "agent",
    "ask",
    "decision",
    "token",
    "offline",
    "online",
    "refresh",
    "delegate",
    "audit",
    "revoke",
    "invalid",
];

// Every call of the main job, in its order, with what it answers.
const calls = [
    "GET /health 200",
    "GET /.well-known/jwks.json 200",
    "GET /v1/me 200",
    "POST /v1/agents 201",
    "POST /v1/authorize 201",
    "POST /v1/token 201",
    "POST /v1/tokens/verify 200",
    "POST /v1/token/refresh 201",
    "POST /v1/token/refresh 400",
    "POST /v1/agents 201",
    "POST /v1/grants/delegate 201",
    "POST /v1/audit/log 201",
    "POST /v1/audit/log 201",
    "GET /v1/audit/entries 200",
    "DELETE /v1/grants/ID 204",
    "POST /v1/grants/verify 200",
    "POST /v1/grants/verify 200",
];

// Secrets and the tail of keys and refresh tokens are 43 base64url characters, codes have ten more
// before them; grant tokens are three parts.
function assert_no_secret(text) {
    assert.doesNotMatch(text, /(?<![\w-])([\w-]{10})?[\w-]{43}(?![\w-])/);
    assert.doesNotMatch(text, /gx_(live|test)_[\w-]{20}/);
    assert.doesNotMatch(text, /[\w-]{16}\.[\w-]{16}/);
}

const without_ids = (path) => path.replace(/grnt_\w+/, "ID");

test("--yes walks through every step and prints it with its calls", async () => {
    const demo = await run_demo(["--yes"]);
    assert.equal(demo.code, 0, demo.output);
    assert.equal(demo.stderr, "");
    const numbers = [...demo.stdout.matchAll(/^ ?(\d+) {2}\S/gm)].map((match) => Number(match[1]));
    assert.deepEqual(numbers, step_names.map((_, index) => index + 1));
    const call_line = /^ {6}(GET|POST|DELETE) +(\S+) +(\d{3}) +[\d.]+ ms$/gm;
    const printed = [...demo.stdout.matchAll(call_line)];
    assert.deepEqual(
        printed.map(([, method, path, status]) => `${method} ${without_ids(path)} ${status}`),
        calls,
    );
    assert.match(demo.prose, /The old one a second time: "Refresh token already used"/);
    assert.match(demo.prose, /With one character changed it is refused/);
    assert.match(demo.prose, /The agent's token: not active, revoked/);
    assert.match(demo.prose, /The delegated token: not active, revoked/);
    assert.match(demo.prose, /All 13 steps went as they should, in 17 calls/);
});

test("the text fits 80 columns, has no colours off a terminal, and no secret", async () => {
    const demo = await run_demo(["--yes"], { TERM: "xterm-256color" });
    for (const line of demo.stdout.split("\n")) assert.ok(line.length < 80, line);
    assert.doesNotMatch(demo.stdout, /[^\n\x20-\x7e]/);
    assert_no_secret(demo.output);
});

test("the server of its own leaves nothing behind", async () => {
    const demo = await run_demo(["--yes"]);
    assert.equal(demo.code, 0, demo.output);
    assert.deepEqual(readdirSync(demo.directory), []);
});

test("settings of a real server do not reach the demo's own", async () => {
    const env = { GRANTEXD_DATA_DIR: "/nonexistent/directory", GRANTEXD_NO_SUCH_SETTING: "1" };
    const demo = await run_demo(["--yes"], env);
    assert.equal(demo.code, 0, demo.output);
});

test("--json prints one object a step", async () => {
    const demo = await run_demo(["--yes", "--json"]);
    assert.equal(demo.code, 0, demo.output);
    const steps = demo.stdout.trimEnd().split("\n").map((line) => JSON.parse(line));
    assert.deepEqual(steps.map((step) => step.name), step_names);
    assert.deepEqual(steps.map((step) => step.step), step_names.map((_, index) => index + 1));
    assert.ok(steps.every((step) => step.ok === true && step.sentence.length > 0));
    const made = steps.flatMap((step) => step.calls);
    assert.deepEqual(
        made.map(({ method, path, status }) => `${method} ${without_ids(path)} ${status}`),
        calls,
    );
    const facts = Object.fromEntries(steps.map((step) => [step.name, step.facts]));
    assert.equal(facts.delegate.claims.parentGrnt, facts.token.grantId);
    assert.deepEqual(facts.delegate.claims.scp, ["calendar:read"]);
    assert.equal(facts.delegate.claims.delegationDepth, 1);
    assert.equal(facts.audit.entries[1].prevHash, facts.audit.entries[0].hash);
    assert_no_secret(demo.output);
});

test("a key is taken from a file, the environment or the command line", async (t) => {
    const server = await start_server();
    t.after(() => server.stop());
    const file = join(temporary_directory(), "key");
    writeFileSync(file, `${sandbox_key}\n`);
    const ways = [
        [["--key-file", file], {}],
        [["--key", sandbox_key], {}],
        [[], { GRANTEXD_API_KEY: sandbox_key }],
        // what is typed wins over the environment
        [["--key", sandbox_key], { GRANTEXD_API_KEY: live_key }],
    ];
    for (const [args, env] of ways) {
        const demo = await run_demo(["--yes", "--url", server.base, ...args], env);
        assert.equal(demo.code, 0, demo.output);
        assert.match(demo.prose, /The API key is good/);
        assert.match(demo.prose, /The server keeps the two agents/);
        assert_no_secret(demo.output);
    }
    const { body } = await server.sandbox().get("/v1/grants");
    assert.equal(body.total, 2 * ways.length);
    assert.ok(body.grants.every((grant) => grant.status === "revoked"));
});

test("a sandbox key needs no --yes, since nobody is asked anyway", async (t) => {
    const server = await start_server();
    t.after(() => server.stop());
    const demo = await run_demo(["--url", server.base, "--key", sandbox_key]);
    assert.equal(demo.code, 0, demo.output);
});

test("without a key the demo signs up where that is open", async (t) => {
    const server = await start_server();
    t.after(() => server.stop());
    const demo = await run_demo(["--yes", "--url", `${server.base}/`]);
    assert.equal(demo.code, 0, demo.output);
    assert.match(demo.prose, /a developer signs up and gets one/);
    assert_no_secret(demo.output);
});

test("demo --help explains itself with examples in 80 columns", async () => {
    const help = await run_grantexd(["demo", "--help"]);
    assert.equal(help.code, 0);
    for (const line of help.stdout.split("\n")) assert.ok(line.length < 80, line);
    for (const word of ["Examples:", "--yes", "--key-file", "GRANTEXD_API_KEY", "Exit codes"])
        assert.ok(help.stdout.includes(word), word);
});
