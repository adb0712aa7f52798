// Rate limits of the running program, under the numbers of the reference profile.
import assert from "node:assert/strict";
import { request } from "node:http";
import { test } from "node:test";

import { cpu_milliseconds } from "../support/process_state.mjs";
import { early_in_a_window } from "../support/rate_window.mjs";
import { RawConnection, request_text } from "../support/raw_connection.mjs";
import { rounds, run_grantexd, start_server, temporary_directory } from "../support/server.mjs";

const env = { GRANTEXD_RATE_PROFILE: "reference" };
const times = (count, call) => Promise.all([...Array(count)].map((_, i) => call(i)));

function assert_exactly(answers, allowed, status, code) {
    const refused = answers.filter((answer) => answer.status === 429);
    const passed = answers.filter((answer) => answer.status !== 429);
    assert.equal(passed.length, allowed);
    for (const answer of passed) assert.equal(answer.status, status, answer.text);
    assert.ok(refused.length > 0);
    for (const { headers, body } of refused) {
        assert.equal(body.code, code);
        assert.match(headers["retry-after"], /^[1-9]\d?$/);
        assert.match(body.message, new RegExp(`retry in ${headers["retry-after"]}\\b`));
        assert.equal(headers["x-ratelimit-remaining"], "0");
        assert.match(headers["x-ratelimit-reset"], /^\d+$/);
        assert.ok(Number(headers["x-ratelimit-reset"]) <= 60);
    }
}

test("S-097 of 200 requests at once exactly as many pass as a limit says", async () => {
    const server = await start_server({ env });
    const [api, other] = [server.api(), server.sandbox()];
    const agentId = await api.agent_id();
    const asked = { agentId, principalId: "user_7421", scopes: ["calendar:read"] };
    const no_code = { agentId, code: "a".repeat(43) };
    const no_token = { agentId, refreshToken: `ref_01KJPWD6M0W17VDP01P914P7ZE.${"a".repeat(43)}` };
    await early_in_a_window();
    const rows = [
        [10, 201, "RATE_LIMITED", () => api.post("/v1/authorize", asked)],
        [20, 400, "RATE_LIMIT_EXCEEDED", () => api.post("/v1/token", no_code)],
        [20, 400, "RATE_LIMIT_EXCEEDED", () => api.post("/v1/token/refresh", no_token)],
        [30, 201, "RATE_LIMIT_EXCEEDED", () => api.log_audit()],
        [30, 201, "RATE_LIMIT_EXCEEDED", () => server.api("").post("/v1/signup", { name: "N" })],
        [120, 404, "RATE_LIMIT_EXCEEDED", () => server.api("").get("/v1/consent/areq_nobody")],
    ];
    for (const [limit, status, code, call] of rows)
        assert_exactly(await times(200, call), limit, status, code);
    // A window of one developer is no window of another; nor of another operation.
    assert.equal((await other.log_audit()).status, 201);
    assert.equal((await api.get("/v1/me")).status, 200);
    assert.equal((await api.get("/v1/agents")).body.total, 1);
    await server.stop();
});

test("S-098 windows end at the whole minute, and a restart opens a new one", async () => {
    const server = await start_server({ env: { ...env, GRANTEXD_RATE_SIGNUP: "3" } });
    const sign_up = () => server.api("").post("/v1/signup", { name: "N" });
    await early_in_a_window();
    assert_exactly(await times(20, sign_up), 3, 201, "RATE_LIMIT_EXCEEDED");
    const { headers } = await sign_up();
    const left = 60 - Math.floor(Date.now() / 1000) % 60;
    assert.ok(Math.abs(Number(headers["x-ratelimit-reset"]) - left) <= 1, headers["x-ratelimit-reset"]);
    // Counts are in memory (server/http/limits.hpp): who can restart the server can do worse.
    await server.restart();
    await early_in_a_window();
    assert_exactly(await times(20, sign_up), 3, 201, "RATE_LIMIT_EXCEEDED");
    await server.stop();
});

// Sends the text `count` times in pipelines and gives the statuses.
async function pipeline(base, text, count) {
    const connection = await RawConnection.open(base);
    const statuses = {};
    for (let sent = 0; sent < count; sent += 16) {
        connection.write(text.repeat(16));
        for (let i = 0; i < 16; ++i) {
            const { status, headers } = await connection.answer();
            statuses[status] = (statuses[status] ?? 0) + 1;
            if (status === 200) assert.equal(headers["x-ratelimit-limit"], undefined);
        }
    }
    connection.end();
    return statuses;
}

test("S-099 a refusal costs next to nothing", async (t) => {
    const server = await start_server({ env: { ...env, GRANTEXD_RATE_IP: "1" } });
    const count = 16 * rounds(500);
    await early_in_a_window(20);
    await pipeline(server.base, request_text("GET", "/v1/me"), 16);
    const before = cpu_milliseconds(server.pid);
    const statuses = await pipeline(server.base, request_text("GET", "/v1/me"), count);
    const each = ((cpu_milliseconds(server.pid) - before) * 1000) / count;
    assert.deepEqual(statuses, { 429: count });
    t.diagnostic(`${each.toFixed(1)} us of processor time a refusal`);
    assert.ok(each < 250, `${each} us`); // also when built without optimisation
    await server.stop();
});

// The consent page's bucket is counted by address, so what is left of it tells who was counted.
async function counted_as(server, forwarded) {
    const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded };
    const answer = await server.api("").call("GET", "/consent", undefined, headers);
    return 120 - Number(answer.headers["x-ratelimit-remaining"]);
}

test("S-100 a forwarded address counts only where a proxy is trusted", async () => {
    const alone = await start_server({ env });
    await early_in_a_window();
    for (let i = 1; i <= 5; ++i)
        assert.equal(await counted_as(alone, `198.51.100.${i}`), i, "one and the same address");
    await alone.stop();

    const trusted = { ...env, GRANTEXD_TRUST_PROXY: "127.0.0.1, 10.0.0.0/8" };
    const behind = await start_server({ env: trusted });
    await early_in_a_window();
    assert.equal(await counted_as(behind, "198.51.100.1"), 1);
    assert.equal(await counted_as(behind, "198.51.100.2"), 1);
    // The right-most address that is no trusted proxy is the client; what stands left of it is
    // what the client wrote itself.
    assert.equal(await counted_as(behind, "203.0.113.9, 198.51.100.1"), 2);
    assert.equal(await counted_as(behind, "203.0.113.9, 198.51.100.1, 10.1.2.3"), 3);
    assert.equal(await counted_as(behind, "nonsense, 198.51.100.1 , 10.1.2.3, 127.0.0.1"), 4);
    assert.equal(await counted_as(behind, "203.0.113.9"), 1);
    // Without the header the proxy itself is counted, and one network of IPv6 is one client.
    assert.equal(await counted_as(behind), 1);
    assert.equal(await counted_as(behind, "2001:db8::1"), 1);
    assert.equal(await counted_as(behind, "2001:db8::ffff:1:2:3"), 2);
    assert.equal(await counted_as(behind, "2001:db8:0:1::1"), 1);
    await behind.stop();
});

test("S-100 a server that would trust everyone does not start", async () => {
    const everyone = ["true", "*", "0.0.0.0/0", "::/0", "10.0.0.0/8,0.0.0.0/0", "1", "all"];
    everyone.push("0.0.0.0/1,128.0.0.0/0", "10.0.0.0/33", "10.0.0", "proxy.example", "::1/129");
    for (const value of everyone) {
        const data_dir = temporary_directory();
        const args = ["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir", data_dir];
        const refused = await run_grantexd(args, { env: { GRANTEXD_TRUST_PROXY: value } });
        assert.equal(refused.code, 78, `${value}: ${refused.stderr}`);
        assert.match(refused.stderr, /^grantexd: GRANTEXD_TRUST_PROXY .+\n$/, value);
        assert.doesNotMatch(refused.stderr, /is not a setting/);
    }
});

const from_address = (base, localAddress) =>
    new Promise((resolve, reject) =>
        request(base + "/consent", { localAddress, agent: false }, (answer) => {
            answer.resume().on("end", () => resolve(answer));
        })
            .on("error", reject)
            .end(),
    );

test("S-101 a made-up key is no way around the limit of an address", async () => {
    const server = await start_server({ env: { ...env, GRANTEXD_RATE_IP: "50" } });
    await early_in_a_window();
    const statuses = await times(200, async (i) => {
        const key = `gx_live_${String(i).padStart(43, "A")}`;
        return (await server.api(key).get("/v1/me")).status;
    });
    assert.equal(statuses.filter((status) => status === 401).length, 50);
    assert.equal(statuses.filter((status) => status === 429).length, 150);
    // Another address is another client.
    assert.equal((await from_address(server.base, "127.0.0.2")).statusCode, 200);
    assert.equal((await from_address(server.base, "127.0.0.1")).statusCode, 429);
    await server.stop();
});

test("S-102 who verifies tokens can always fetch the keys", async () => {
    const server = await start_server({ env: { ...env, GRANTEXD_RATE_IP: "10" } });
    await early_in_a_window();
    await times(20, () => server.api("").get("/health"));
    assert.equal((await server.api("").get("/health")).status, 429);
    const count = 16 * rounds(100);
    const jwks = request_text("GET", "/.well-known/jwks.json");
    assert.deepEqual(await pipeline(server.base, jwks, count), { 200: count });
    await server.stop();
});
