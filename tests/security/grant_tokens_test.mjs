// Security checklist G1: what a grant token is, and when it ceases to count. What must never pass
// for one is in forged_tokens_test.mjs; S-014 is in tests/crypto.
import assert from "node:assert/strict";
import { createPublicKey, verify } from "node:crypto";
import { closeSync, openSync, writeSync } from "node:fs";
import { Agent } from "node:http";
import { after, before, test } from "node:test";

import { Api } from "../support/api.mjs";
import { database_of } from "../support/data_files.mjs";
import { read_rows } from "../support/database.mjs";
import { claims_of, header_of } from "../support/forge.mjs";
import { cpu_milliseconds } from "../support/process_state.mjs";
import { rounds, start_server } from "../support/server.mjs";

let server, api, agent_id;
before(async () => {
    server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } });
    api = server.sandbox();
    agent_id = await api.agent_id();
});
after(() => server.stop());

test("S-001 a token has exactly the header and the claims of the contract", async () => {
    const audience = "https://api.bookings.example";
    for (const [fields, aud] of [
        [{}, []],
        [{ audience }, ["aud"]],
    ]) {
        const { grantToken, grantId } = await api.grant(agent_id, fields);
        const { keys } = await api.must(200, "GET", "/.well-known/jwks.json");
        const { alg, typ, kid, ...others } = header_of(grantToken);
        assert.deepEqual({ alg, typ, others }, { alg: "RS256", typ: "JWT", others: {} });
        const [jwk, ...more] = keys.filter((each) => each.kid === kid);
        assert.deepEqual(more, []);
        const found = claims_of(grantToken);
        const names = ["iss", "sub", "agt", "dev", "scp", "grnt", "jti", "iat", "exp", ...aud];
        assert.deepEqual(Object.keys(found).sort(), names.sort());
        assert.equal(found.iss, server.base);
        assert.equal(found.sub, "user_7421");
        assert.equal(found.agt, `did:grantex:${agent_id}`);
        assert.deepEqual(found.scp, ["calendar:read"]);
        assert.equal(found.grnt, grantId);
        assert.equal(found.aud, fields.audience);
        assert.ok(Number.isInteger(found.iat) && Number.isInteger(found.exp));
        const end = grantToken.lastIndexOf(".");
        const signature = Buffer.from(grantToken.slice(end + 1), "base64url");
        const public_key = createPublicKey({ key: jwk, format: "jwk" });
        const input = Buffer.from(grantToken.slice(0, end));
        assert.equal(verify("RSA-SHA256", input, public_key, signature), true);
    }
});

test("S-002 what is published of the keys is public", async () => {
    const { keys } = await api.must(200, "GET", "/.well-known/jwks.json");
    assert.ok(keys.length >= 1);
    for (const jwk of keys) {
        assert.deepEqual(Object.keys(jwk).sort(), ["alg", "e", "kid", "kty", "n", "use"]);
        const { kty, alg, use, n } = jwk;
        assert.deepEqual({ kty, alg, use }, { kty: "RSA", alg: "RS256", use: "sig" });
        assert.ok(Buffer.from(n, "base64url").length * 8 >= 2048);
    }
    // Only a server that has a did:web answers here.
    const { status, text } = await api.get("/.well-known/did.json");
    assert.ok(status === 200 || status === 404);
    assert.doesNotMatch(text, /"(d|p|q|dp|dq|qi|oth|k|privateKey\w*)":/);
});

test("S-010 no verification after a revocation says valid, whatever was asked before", async () => {
    const elsewhere = new Api(server.base, api.key, new Agent({ keepAlive: true }));
    const parent = await api.grant(agent_id);
    for (let round = 0; round < rounds(300); ++round) {
        const { body } = await api.delegate(parent.grantToken, agent_id);
        assert.equal(await elsewhere.is_valid(body.grantToken), true);
        const revoked =
            round % 2
                ? await api.revoke(body.grantId)
                : await api.post("/v1/tokens/revoke", { jti: claims_of(body.grantToken).jti });
        assert.equal(revoked.status, 204);
        assert.equal(await elsewhere.is_valid(body.grantToken), false, `round ${round}`);
    }
    elsewhere.agent.destroy();
});

// Overwrites the first page of a table, as a dying disk might.
function ruin_table(data_dir, table) {
    const number = (sql) => Number(read_rows(data_dir, sql)[0][0]);
    const rootpage = number(`SELECT rootpage FROM sqlite_schema WHERE name = '${table}'`);
    const page_size = number("PRAGMA page_size");
    const file = openSync(database_of(data_dir), "r+");
    writeSync(file, Buffer.alloc(page_size, 0xff), 0, page_size, (rootpage - 1) * page_size);
    closeSync(file);
}

test("S-012 a token whose state cannot be read is neither valid nor invalid: 503", async () => {
    const own = await start_server();
    const caller = own.sandbox();
    const { grantToken } = await caller.grant(await caller.agent_id());
    assert.equal(await caller.is_valid(grantToken), true);
    await own.stop();
    ruin_table(own.data_dir, "tokens");
    await own.restart();
    for (const path of ["/v1/tokens/verify", "/v1/grants/verify"]) {
        const { status, body, headers } = await own.sandbox().post(path, { token: grantToken });
        assert.equal(status, 503, path);
        assert.equal(body.code, "SERVICE_UNAVAILABLE");
        assert.match(headers["retry-after"], /^\d+$/);
        assert.doesNotMatch(JSON.stringify(body), /sqlite|malformed|disk image/i);
    }
    assert.match(own.stderr, /event=error .*code=SERVICE_UNAVAILABLE cause=.*malformed/);
    await own.stop();
});

test("S-013 a megabyte that is no token costs less than 5 ms of processor time", async (t) => {
    const size = 1024 * 1024 - 20;
    const [head, payload] = (await api.grant(agent_id)).grantToken.split(".");
    const forms = {
        letters: "a".repeat(size),
        dots: ".".repeat(size),
        "a long payload": `${head}.${"e".repeat(size - 1000)}.${"A".repeat(342)}`,
        "a long header": `${"e".repeat(size - 1000)}.${payload}.${"A".repeat(342)}`,
    };
    const least_cost = async (call) => {
        const times = [];
        for (let i = 0; i < 10; ++i) {
            const before = cpu_milliseconds(server.pid);
            await call();
            times.push(cpu_milliseconds(server.pid) - before);
        }
        return Math.min(...times); // the others were disturbed by neighbours
    };
    // To receive and read a megabyte is no matter of tokens, and takes what the machine takes.
    const unread = JSON.stringify({ unknown: forms.letters });
    const usual = await least_cost(() => api.post("/v1/tokens/verify", unread));
    for (const [name, token] of Object.entries(forms)) {
        const cost = await least_cost(async () =>
            assert.equal(await api.is_valid(token), false, name),
        );
        t.diagnostic(`${name}: ${cost.toFixed(2)} ms, ${usual.toFixed(2)} ms of them to read it`);
        assert.ok(cost - usual < 5, `${name}: ${cost} and ${usual} ms`);
    }
});

test("S-015 no token outlives its grant or its maximum; its clock is the server's", async () => {
    const day = 86_400;
    for (const [expiresIn, lifetime] of [
        ["1h", 3600],
        ["90s", 90],
        ["1d", day],
        ["30d", day],
    ]) {
        const asked = await api.authorize(agent_id, { expiresIn });
        const { headers, body } = await api.exchange(agent_id, asked);
        const { iat, exp } = claims_of(body.grantToken);
        assert.ok(Math.abs(iat - Date.parse(headers.date) / 1000) <= 2, `${iat} ${headers.date}`);
        assert.ok(iat <= Date.now() / 1000, "a token of the future is refused by its readers");
        assert.ok(exp * 1000 <= Date.parse(body.grantExpiresAt), expiresIn);
        assert.equal(exp * 1000, Date.parse(body.expiresAt));
        assert.ok(exp - iat <= lifetime && exp - iat >= lifetime - 1, `${expiresIn}: ${exp - iat}`);
    }
});
