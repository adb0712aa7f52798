// What the log says and what it must not: one line an event, nothing a client can break or forge,
// and nothing of the inside in an answer.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { RawConnection } from "../support/raw_connection.mjs";
import { run_sql } from "../support/database.mjs";
import { early_in_a_window } from "../support/rate_window.mjs";
import { start_server } from "../support/server.mjs";

const request_line =
    /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [0-9a-f-]{36} \S+ [A-Z-]+ \S+ \d{3} \d+us$/;
const event_line = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z event=\w+( [\w-]+=.*)?$/;

let server;
before(async () => (server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } })));
after(() => server.stop());

const lines = () => server.stderr.split("\n").filter((line) => line !== "");
// The line of a request, by the id that its answer has.
async function line_of(answer) {
    const id = answer.headers["x-request-id"];
    for (let i = 0; i < 100; ++i) {
        const line = lines().find((each) => each.includes(` ${id} `));
        if (line) return line;
        await new Promise((resolve) => setTimeout(resolve, 10));
    }
    throw new Error(`no line for ${id}`);
}

test("S-119 no client can break, forge or fill a line of the log", async () => {
    const hostile = ["\r\n", "\n2026-01-01T00:00:00.000Z event=forged", "\x1b[2J\x1b[31m", "\0"];
    hostile.push("\u2028", "\u0085", "x".repeat(10_000), "%0d%0aevent=forged", "\x7f\x9b31m");
    const api = server.api();
    let sent = 0;
    const count = (answer) => {
        ++sent;
        return answer;
    };
    const before = lines().length;
    for (const text of hostile) {
        const encoded = encodeURIComponent(text).slice(0, 6000);
        count(await api.get(`/v1/agents/${encoded}`));
        count(await api.get(`/${encoded}?${encoded}=${encoded}`.slice(0, 7000)));
        count(await api.post("/v1/agents", { name: text, description: text, scopes: [text] }));
        count(await api.log_audit({ action: text, metadata: { [text]: text } }));
        count(await api.post("/v1/authorize", { agentId: text, principalId: text, state: text }));
        const values = { "idempotency-key": "x", "user-agent": text, origin: text, referer: text };
        const headers = Object.fromEntries(
            Object.entries(values).map(([name, value]) => [name, value.replace(/[^\x20-\x7e]/g, "")]),
        );
        count(await api.post("/v1/tokens/revoke", { jti: text }, headers));
        // What no client library would send.
        const connection = await RawConnection.open(server.base);
        connection.write(`GET /${text} HTTP/1.1\r\nHost: ${text}\r\nX: ${text}\r\n\r\n`);
        count(await connection.answer());
        connection.end();
    }
    await line_of(await api.get("/health"));
    const written = lines().slice(before);
    for (const line of written) {
        assert.match(line, /^.*$/);
        assert.ok(request_line.test(line) || event_line.test(line), line);
        assert.doesNotMatch(line, /[\x00-\x1f\x7f]|forged|x{201}/);
        assert.ok(line.length < 1000, `${line.length} characters`);
    }
    const requests = written.filter((line) => request_line.test(line)).length;
    assert.ok(requests >= sent + 1 - hostile.length, `${requests} lines for ${sent} requests`);
});

test("S-120 refusals are logged with their id, caller, route and outcome", async () => {
    const small = await start_server({ env: { GRANTEXD_RATE_PROFILE: "reference" } });
    const served = server;
    server = small;
    const api = small.sandbox();
    const { developerId } = (await api.get("/v1/me")).body;
    const agentId = await api.agent_id();
    const policy = { name: "Nobody", effect: "deny", principalId: "user_denied" };
    assert.equal((await api.post("/v1/policies", policy)).status, 201);
    const asked = { agentId, principalId: "user_denied", scopes: ["calendar:read"] };
    const wrong = small.api("gx_live_" + "a".repeat(43));
    await early_in_a_window();
    const rows = [
        [await wrong.get("/v1/me"), 401, "-", "GET", "/v1/me"],
        [await small.api("").get("/v1/grants/x"), 401, "-", "GET", "/v1/grants/{grantId}"],
        [await api.post("/v1/authorize", asked), 403, developerId, "POST", "/v1/authorize"],
        [await api.get("/v1/agents/ag_x"), 404, developerId, "GET", "/v1/agents/{agentId}"],
        [await api.get("/nowhere"), 404, "-", "GET", "-"],
        [await api.call("PUT", "/v1/me"), 405, "-", "PUT", "-"],
    ];
    for (let i = 0; i < 10; ++i) await api.post("/v1/authorize", {});
    rows.push([await api.post("/v1/authorize", {}), 429, developerId, "POST", "/v1/authorize"]);
    for (const [answer, status, caller, method, route] of rows) {
        assert.equal(answer.status, status, answer.text);
        const line = await line_of(answer);
        assert.match(line, request_line);
        const [time, , ...words] = line.split(" ");
        assert.deepEqual(words.slice(0, 4), [caller, method, route, String(status)]);
        assert.ok(Math.abs(Date.now() - Date.parse(time)) < 60_000);
    }
    server = served;
    await small.stop();
});

test("S-121 what broke inside is in the log, under the id that the answer has", async () => {
    const broken = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } });
    const served = server;
    const agent_id = await broken.sandbox().agent_id();
    await broken.stop();
    run_sql(broken.data_dir, "DROP TABLE tokens");
    await broken.restart();
    server = broken;
    const api = broken.sandbox();
    const asked = await api.authorize(agent_id);
    const answer = await api.exchange(agent_id, asked);
    assert.ok([500, 503].includes(answer.status), answer.text);
    assert.doesNotMatch(answer.text, /sql|table|tokens|insert|\/|\.cpp|exception|0x/i);
    const { message, code, requestId, error, statusCode, ...rest } = answer.body;
    assert.deepEqual(rest, {});
    assert.equal(requestId, answer.headers["x-request-id"]);
    const cause = lines().find((line) => line.includes(`event=error request=${requestId} `));
    assert.match(cause, /cause=.*no such table/);
    // Whatever breaks, the sentence is the same.
    const verified = await api.exchange(agent_id, await api.authorize(agent_id));
    assert.equal(verified.body.message, message);
    // And what does not need it goes on.
    assert.equal((await api.get("/v1/agents")).status, 200);
    server = served;
    await broken.stop();
});
