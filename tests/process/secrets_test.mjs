// Drives everything the server does and then looks for every secret it has seen: none may be in
// the log, the database, its write-ahead log or any other file.
import assert from "node:assert/strict";
import { generateKeyPairSync, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { send } from "../support/api.mjs";
import { find_in_files } from "../support/data_files.mjs";
import { run_sql } from "../support/database.mjs";
import { press, visit } from "../support/person.mjs";
import { RawConnection } from "../support/raw_connection.mjs";
import { read_routes } from "../support/routes.mjs";
import { Secrets, WatchedApi } from "../support/secrets.mjs";
import { rounds, run_grantexd, start_server, temporary_directory } from "../support/server.mjs";

const secrets = new Secrets();
const redirectUri = "http://127.0.0.1:9/callback";
const operator_key = randomBytes(24).toString("base64url");
const metrics_key = randomBytes(24).toString("base64url");
let server, sandbox, live, routes;

before(async () => {
    const key_file = join(temporary_directory(), "signing.pem");
    const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    writeFileSync(key_file, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600 });
    for (const [name, value] of Object.entries(privateKey.export({ format: "jwk" })))
        if (["d", "p", "q", "dp", "dq", "qi"].includes(name)) {
            secrets.add(`signing key ${name}`, value);
            secrets.add(`signing key ${name}, bytes`, Buffer.from(value, "base64url"));
        }
    const ed25519 = generateKeyPairSync("ed25519").privateKey;
    const { d } = ed25519.export({ format: "jwk" });
    secrets.add("Ed25519 key", d);
    secrets.add("Ed25519 key, bytes", Buffer.from(d, "base64url"));
    server = await start_server({
        env: {
            GRANTEXD_RATE_PROFILE: "off",
            GRANTEXD_CONSENT_AUTH: "link",
            GRANTEXD_RSA_PRIVATE_KEY_FILE: key_file,
            GRANTEXD_ED25519_PRIVATE_KEY: ed25519.export({ type: "pkcs8", format: "pem" }),
            GRANTEXD_ADMIN_API_KEY: operator_key,
            GRANTEXD_METRICS_API_KEY: metrics_key,
            GRANTEXD_METRICS_AGENT_LABELS: "true",
        },
    });
    secrets.add("metrics key", metrics_key);
    sandbox = new WatchedApi(server.sandbox(), secrets);
    live = new WatchedApi(server.api(), secrets);
    routes = read_routes();
});
after(() => server.stop());

const new_mark = () => randomBytes(24).toString("base64url");
const mark = (label) => {
    const value = new_mark();
    secrets.add(label, value);
    return value;
};

async function walk_the_main_job() {
    const agent_id = await sandbox.agent_id();
    const granted = await sandbox.grant(agent_id, { redirectUri, state: "a state" });
    const idempotent = { "idempotency-key": mark("idempotency key") };
    const { refreshToken, grantToken, grantId } = granted;
    for (let i = 0; i < 2; ++i) {
        const body = { agentId: agent_id, refreshToken };
        const answer = await sandbox.post("/v1/token/refresh", body, idempotent);
        assert.equal(answer.status, 201, answer.text);
    }
    assert.equal((await sandbox.refresh(agent_id, refreshToken)).status, 400);
    assert.equal((await sandbox.delegate(grantToken, agent_id)).status, 201);
    await sandbox.log_audit({ agentId: agent_id, grantId });
    const verified = await sandbox.post("/v1/grants/verify", { token: grantToken });
    assert.equal(verified.body.active, true, verified.text);
    const other = await sandbox.grant(agent_id);
    await sandbox.post("/v1/tokens/revoke", { token: other.grantToken });
    await sandbox.revoke(grantId);
    assert.equal(await sandbox.is_valid(grantToken), false);
}

async function walk_through_a_session() {
    const opened = await sandbox.post("/v1/principal-sessions", { principalId: "user_7421" });
    assert.equal(opened.status, 201, opened.text);
    const person = new WatchedApi({ ...sandbox, key: opened.body.sessionToken }, secrets);
    const { grants } = await person.must(200, "GET", "/v1/principal/grants");
    await person.get("/v1/principal/audit");
    assert.equal((await person.remove(`/v1/principal/grants/${grants[0].grantId}`)).status, 204);
    assert.equal((await person.get("/v1/me")).status, 401);
    assert.equal((await sandbox.is_valid(opened.body.sessionToken)), false);
}

async function walk_through_the_page(decision) {
    const agent_id = await live.agent_id();
    const asked = await live.authorize(agent_id, { redirectUri, state: "a state" });
    const page = await visit(asked.consentUrl);
    secrets.add("cookie", page.cookie.split("=")[1]);
    secrets.add("csrf", page.fields.csrf);
    await visit(asked.consentUrl.replace(/&k=.*/, ""), page.cookie);
    const { location } = await press(server.base, page, decision);
    await press(server.base, page, decision); // too late
    const code = new URL(location).searchParams.get("code");
    if (!code) return;
    secrets.add("code", code);
    const wrong = { code, verifier: mark("codeVerifier") };
    assert.equal((await live.exchange(agent_id, wrong)).status, 400);
    assert.equal((await live.exchange(agent_id, { ...asked, code })).status, 201);
    assert.equal((await live.exchange(agent_id, { ...asked, code })).status, 400);
}

async function walk_through_permissions() {
    const granted = await sandbox.grant(await sandbox.agent_id());
    const { sessionToken, dashboardUrl } = await sandbox.must(201, "POST", "/v1/principal-sessions", {
        principalId: "user_7421",
    });
    const headers = { "content-type": "application/x-www-form-urlencoded" };
    const origin = "https://evil.example";
    for (const [status, fields, more] of [
        [200, { session: dashboardUrl }],
        [200, { session: sessionToken, ask: granted.grantId }],
        [403, { session: sessionToken, stop: "all" }, { origin }],
        [401, { session: sessionToken.slice(0, -3), stop: "all" }],
        [200, { session: sessionToken, stop: granted.grantId }],
    ]) {
        const body = new URLSearchParams(fields).toString();
        const all = { headers: { ...headers, ...more }, body };
        assert.equal((await send(server.base, "POST", "/permissions", all)).status, status);
    }
}

async function rotate_keys() {
    const made = await live.must(201, "POST", "/v1/signup", { name: "Nimbus Travel" });
    const rotated = await new WatchedApi({ ...live, key: made.apiKey }, secrets).must(
        200,
        "POST",
        "/v1/keys/rotate",
    );
    const own = new WatchedApi({ ...live, key: rotated.apiKey }, secrets);
    assert.equal((await own.get("/v1/me")).status, 200);
}

async function walk_as_the_operator() {
    const operator = new WatchedApi({ ...live, key: operator_key }, secrets);
    const { developers } = await operator.must(200, "GET", "/v1/admin/developers");
    assert.ok(developers.length >= 2);
    const body = { plan: "enterprise" };
    for (const { id } of developers)
        await operator.must(200, "PATCH", `/v1/admin/developers/${id}/plan`, body);
    await operator.must(200, "GET", "/v1/admin/stats");
}

// Secrets where they do not belong: in paths, queries, headers and bodies that are refused.
async function misplace_secrets({ method, path }, key) {
    const headers = {
        authorization: `Bearer ${key ?? mark("wrong API key")}`,
        cookie: `gx_c_01234567=${mark("wrong cookie")}`,
        "x-csrf-token": mark("wrong csrf"),
        referer: `${server.base}/consent?k=${mark("secret in Referer")}`,
    };
    const filled = path.replace(/\{\w+\}/g, () => mark("secret in path"));
    const query = `?k=${mark("secret in query")}&code=${mark("secret in query")}`;
    const names = ["code", "codeVerifier", "refreshToken", "token", "parentGrantToken", "csrf", "session"];
    const body = Object.fromEntries(names.map((name) => [name, mark("secret in body")]));
    const bodies = [body, JSON.stringify(body).slice(0, -5), [mark("secret in an array")]];
    for (const each of method === "GET" ? [undefined] : bodies) {
        const options = { headers, body: each, agent: live.agent };
        const answer = await send(server.base, method, filled + query, options);
        assert.notEqual(answer.status, 500);
    }
    const { agent } = live;
    const form = { ...headers, "content-type": "application/x-www-form-urlencoded" };
    const text = new URLSearchParams(body).toString();
    await send(server.base, "PUT", filled + query, { headers, agent });
    await send(server.base, "POST", filled + query, { headers: form, body: text, agent });
}

async function misplace_secrets_in_framing() {
    const lines = [
        `GET /consent?k=${mark("secret in a refused request")} HTTP/1.1\r\nHost : a\r\n\r\n`,
        `GET /${mark("secret in an unknown path")} HTTP/1.1\r\nHost: a\r\n\r\n`,
        `GET / HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ${mark("secret in a header")}\r\n` +
            "Content-Length: 1\r\nContent-Length: 2\r\n\r\n",
        `${mark("secret as a method")} / HTTP/1.1\r\nHost: a\r\n\r\n`,
        "POST /v1/token HTTP/1.1\r\nHost: a\r\nContent-Length: 99\r\n\r\n" +
            mark("secret that is cut off"),
    ];
    for (const text of lines) {
        const connection = await RawConnection.open(server.base);
        connection.socket.end(text);
        assert.ok((await connection.answer()).status >= 400);
        connection.end();
    }
}

// The banner of --dev is the one place where the seeded keys are meant to be.
const without_banner = (stdout) =>
    stdout.replace(/^ {2}(Live|Sandbox) key .*\n/gm, "").replace(/^Try: [\s\S]*?^Or: /gm, "");

function assert_nowhere() {
    assert.deepEqual(secrets.find_in_text(server.stderr), [], "in the log");
    assert.deepEqual(secrets.find_in_text(without_banner(server.stdout)), [], "on stdout");
    assert.deepEqual(find_in_files(server.data_dir, secrets.needles), []);
}

test("S-026 S-036 S-067 S-117 S-118 no secret is in the log, the database or any file", async (t) => {
    for (let i = 0; i < rounds(30); ++i) await walk_the_main_job();
    for (let i = 0; i < rounds(10); ++i) await walk_through_the_page(i % 3 ? "approve" : "deny");
    await sandbox.grant(await sandbox.agent_id());
    await walk_through_a_session();
    await walk_through_permissions();
    await rotate_keys();
    await walk_as_the_operator();
    for (const route of routes) {
        await misplace_secrets(route);
        await misplace_secrets(route, server.live_key);
        await misplace_secrets(route, operator_key);
        await misplace_secrets(route, metrics_key);
    }
    await misplace_secrets_in_framing();

    // The search would find something: an agent's name and a route are where they belong.
    assert.notDeepEqual(find_in_files(server.data_dir, [["name", "Trip Planner"]]), []);
    assert.match(server.stderr, /\/v1\/token\/refresh/);
    for (const label of ["apiKey", "code", "codeVerifier", "refreshToken", "grantToken", "cookie"])
        assert.ok(secrets.labels.includes(label), label);
    for (const label of ["consentUrl", "csrf", "sessionToken"]) assert.ok(secrets.labels.includes(label), label);

    assert.ok(secrets.labels.includes("sessionToken"));
    assert.ok(secrets.needles.length >= 100);
    const numbers = await server.api(metrics_key).get("/metrics");
    assert.match(numbers.text, /agent_id="ag_/);
    assert.deepEqual(secrets.find_in_text(numbers.text), [], "in the metrics");
    t.diagnostic(`${secrets.needles.length} secrets of ${secrets.labels.length} kinds`);
    assert_nowhere();
    await server.stop();
    assert_nowhere();
    await server.restart();
    assert_nowhere();
});

test("S-117 a backup of the database holds no secret either", async () => {
    await server.stop();
    const directory = temporary_directory();
    const args = ["backup", "--data-dir", server.data_dir, "--backup-dir", directory];
    const { code, stderr } = await run_grantexd(args);
    assert.equal(code, 0, stderr);
    run_sql(server.data_dir, `VACUUM INTO '${join(directory, "compact.db")}'`);
    assert.equal(find_in_files(directory, [["name", "Trip Planner"]]).length, 2);
    assert.ok(secrets.needles.length >= 100);
    assert.deepEqual(find_in_files(directory, secrets.needles), []);
    await server.restart();
});

test("S-113 the master key is in its file and nowhere else", async () => {
    const text = readFileSync(join(server.data_dir, "master.key"), "utf8").trim();
    const bytes = Buffer.from(text, /^[0-9a-f]{64}$/i.test(text) ? "hex" : "base64");
    assert.equal(bytes.length, 32);
    const needles = [
        ["text", text],
        ["bytes", bytes],
        ["hex", bytes.toString("hex")],
        ["base64", bytes.toString("base64")],
        ["base64url", bytes.toString("base64url")],
    ];
    const found = find_in_files(server.data_dir, needles);
    assert.notDeepEqual(found, []);
    for (const each of found) assert.match(each, / in master\.key$/);
    for (const [, needle] of needles) assert.ok(!server.log().includes(needle.toString("latin1")));
});

test("S-119 the log has one line a request, without control characters", () => {
    const lines = server.stderr.trimEnd().split("\n");
    for (const line of lines) {
        assert.match(line, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /);
        assert.doesNotMatch(line, /[\x00-\x08\x0b-\x1f\x7f]/);
    }
    const refreshes = lines.filter((line) => line.includes(" POST /v1/token/refresh 201 "));
    assert.equal(refreshes.length, 2 * rounds(30));
});
