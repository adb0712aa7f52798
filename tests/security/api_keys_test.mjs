// The keys of developers: what of them is stored, what opens the door, what a caller may change by
// them, and the operator's key.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";

import { find_in_files } from "../support/data_files.mjs";
import { read_rows } from "../support/database.mjs";
import { is_list, read_routes } from "../support/routes.mjs";
import { rounds, start_server } from "../support/server.mjs";
import {
    bit_imbalance,
    lower_quartile,
    time_in_turn,
    welch_t,
    without_slowest,
} from "../support/statistics.mjs";

const env = { GRANTEXD_RATE_PROFILE: "off" };
const sha256 = (text) => createHash("sha256").update(text).digest("hex");

let server;
before(async () => (server = await start_server({ env })));
after(() => server.stop());

const new_developer = async (fields = {}) =>
    server.api("").must(201, "POST", "/v1/signup", { name: "Nimbus Travel", ...fields });

test("S-067 of a key of 256 random bits only the hash is stored", async () => {
    const own = await start_server({ env });
    const keys = [];
    for (let i = 0; i < 40; ++i) {
        const mode = i % 2 ? "live" : "sandbox";
        const { apiKey } = await own.api("").must(201, "POST", "/v1/signup", { name: "N", mode });
        assert.match(apiKey, i % 2 ? /^gx_live_[\w-]{43}$/ : /^gx_test_[\w-]{43}$/);
        keys.push(apiKey);
        const rotated = await own.api(apiKey).must(200, "POST", "/v1/keys/rotate");
        keys.push(rotated.apiKey);
    }
    const secrets = keys.map((key) => Buffer.from(key.slice(8), "base64url"));
    for (const secret of secrets) assert.equal(secret.length, 32);
    assert.equal(new Set(keys).size, 80);
    assert.ok(bit_imbalance(secrets) < 5);
    const needles = keys.map((key, i) => [`key ${i}`, key.slice(8)]);
    needles.push(...secrets.map((bytes, i) => [`bytes of key ${i}`, bytes]));
    needles.push(...secrets.map((bytes, i) => [`hex of key ${i}`, bytes.toString("hex")]));
    assert.deepEqual(find_in_files(own.data_dir, needles), []);
    await own.stop();
    assert.deepEqual(find_in_files(own.data_dir, needles), []);
    const stored = read_rows(own.data_dir, "SELECT key_hash FROM api_keys").flat();
    for (const [i, key] of keys.entries())
        assert.equal(stored.includes(sha256(key)), i % 2 === 1, "only the newest key of each");
    for (const hash of stored) assert.match(hash, /^[0-9a-f]{64}$/);
});

test("S-068 a key that is nearly right takes as long to refuse as any other", async (t) => {
    const right = server.live_key;
    const last = right.endsWith("A") ? "B" : "A";
    const random = () => "gx_live_" + randomBytes(32).toString("base64url");
    const refuse = async (key) =>
        assert.equal((await server.api(key).get("/v1/me")).status, 401);
    const times = await time_in_turn(rounds(1500), {
        near: () => refuse(right.slice(0, -1) + last),
        far: () => refuse(random()),
    });
    const [near, far] = [lower_quartile(times.near), lower_quartile(times.far)];
    const score = welch_t(without_slowest(times.near), without_slowest(times.far));
    t.diagnostic(`quartiles ${near.toFixed(0)} and ${far.toFixed(0)} us, t = ${score.toFixed(2)}`);
    assert.ok(Math.abs(near - far) < 0.25 * Math.max(near, far), `${near} and ${far} us`);
});

test("S-070 a rotation that was killed leaves exactly one key, old or new", async (t) => {
    const own = await start_server({ env });
    const outcomes = { answered: 0, committed: 0, undone: 0 };
    for (let i = 0; i < rounds(15); ++i) {
        const body = { name: "Nimbus Travel" };
        const made = await own.api("").must(201, "POST", "/v1/signup", body);
        const asked = own.api(made.apiKey).post("/v1/keys/rotate").catch(() => undefined);
        await new Promise((resolve) => setTimeout(resolve, (i % 5) * 0.8));
        await own.kill9();
        const answer = await asked;
        const of_developer = `FROM api_keys WHERE developer_id = '${made.developerId}'`;
        assert.deepEqual(read_rows(own.data_dir, `SELECT count(*) ${of_developer}`), [["1"]]);
        await own.restart();
        const old_works = (await own.api(made.apiKey).get("/v1/me")).status === 200;
        if (answer) {
            assert.equal(answer.status, 200);
            assert.equal(old_works, false);
            assert.equal((await own.api(answer.body.apiKey).get("/v1/me")).status, 200);
        }
        ++outcomes[answer ? "answered" : old_works ? "undone" : "committed"];
    }
    t.diagnostic(JSON.stringify(outcomes));
    await own.stop();
});

// Members that say who one is, or what one may: a caller never sets them.
const privileged = {
    id: "dev_01KJF1S600JW4GBPASAG2RPHRM",
    developerId: "dev_01KJF1S600JW4GBPASAG2RPHRM",
    plan: "enterprise",
    emailVerified: true,
    agentId: "ag_01KJPWD6M0W17VDP01P914P7ZE",
    did: "did:grantex:ag_01KJPWD6M0W17VDP01P914P7ZE",
    grantId: "grnt_01KJPX39N0D3PSNR531QZFCJCQ",
    createdAt: "2020-01-01T00:00:00.000Z",
    updatedAt: "2020-01-01T00:00:00.000Z",
    hash: "f".repeat(64),
    prevHash: "f".repeat(64),
    delegationDepth: 0,
    isAdmin: true,
    role: "admin",
};
// As text, since a literal would set the prototype instead of naming it.
const with_privileged = (fields) =>
    JSON.stringify({ ...privileged, ...fields }).replace(
        /}$/,
        ',"__proto__":{"plan":"enterprise","status":"active"},"constructor":{"prototype":{"a":1}}}',
    );
const assert_untouched = (body, ...except) => {
    for (const [name, value] of Object.entries(privileged))
        if (!except.includes(name)) assert.notDeepEqual(body[name], value, name);
};

test("S-071 members that the server decides about are not the caller's to set", async () => {
    const small = await start_server({ env: { ...env, GRANTEXD_DEFAULT_PLAN: "free" } });
    const signed_up = await small.api("").post("/v1/signup", with_privileged({ name: "N" }));
    assert.equal(signed_up.status, 201);
    assert_untouched(signed_up.body);
    const api = small.api(signed_up.body.apiKey);
    const me = (await api.get("/v1/me")).body;
    assert.equal(me.plan, "free");
    const settings = with_privileged({ mode: "sandbox", fidoRpName: "N" });
    const changed = await api.call("PATCH", "/v1/me", settings);
    assert.equal(changed.status, 200);
    assert.deepEqual((await api.get("/v1/me")).body, { ...me, fidoRpName: "N" });

    const made = await api.post("/v1/agents", with_privileged({ name: "A", status: "suspended" }));
    assert.equal(made.status, 201, made.text);
    assert.equal(made.body.status, "active");
    assert_untouched(made.body);
    assert.equal(made.body.developerId, me.developerId);
    const path = `/v1/agents/${made.body.agentId}`;
    const patched = await api.call("PATCH", path, with_privileged({ name: "B", status: "active" }));
    assert.equal(patched.status, 200);
    assert_untouched(patched.body);
    assert.equal(patched.body.agentId, made.body.agentId);

    const policy = await api.post(
        "/v1/policies",
        with_privileged({ name: "P", effect: "deny", agentId: made.body.agentId }),
    );
    assert.equal(policy.status, 201, policy.text);
    assert_untouched(policy.body);
    const entry = await api.post(
        "/v1/audit/log",
        with_privileged({ agentId: "a", grantId: "g", principalId: "p", action: "x" }),
    );
    assert.equal(entry.status, 201, entry.text);
    assert_untouched(entry.body);
    assert.equal(entry.body.prevHash, null);
    await small.stop();
});

test("S-072 no page, page size or limit harms a list", async () => {
    const api = server.api((await new_developer()).apiKey);
    await api.agent_id();
    const lists = read_routes().filter(
        (route) => is_list(route) && route.auth === "developer",
    );
    const values = ["-1", "0", "1e9", "NaN", "abc", "", "1.5", "9223372036854775808", "0x10", "١"];
    values.push("99999999999999999999999", "%00", "' OR 1=1--", "-0", "+5", " 5");
    for (const { path } of lists)
        for (const name of ["page", "pageSize", "limit", "cursor", "offset", "since"])
            for (const value of values) {
                const query = value === "%00" ? value : encodeURIComponent(value);
                const answer = await api.get(`${path}?${name}=${query}`);
                assert.ok(
                    [200, 400].includes(answer.status),
                    `${path}?${name}=${value}: ${answer.status}`,
                );
                const { pageSize = 1 } = answer.body;
                assert.ok(pageSize >= 1 && pageSize <= 10_000, `${path}?${name}=${value}: ${pageSize}`);
            }
    // Bad values fall back to the default, large ones are clamped.
    const usual = (await api.get("/v1/agents")).body;
    for (const value of ["0", "-1", "abc", ""]) {
        const { status, body } = await api.get(`/v1/agents?page=${value}&pageSize=${value}`);
        assert.equal(status, 200);
        assert.deepEqual(body, usual);
    }
});

test("S-073 the operator's endpoints are closed without a key, and to every other key", async () => {
    const paths = ["/v1/admin/stats", "/v1/admin/developers"];
    for (const path of paths)
        for (const key of ["", server.live_key, "undefined", "null"])
            assert.equal((await server.api(key).get(path)).status, 503, path);
    const operator_key = "op_" + randomBytes(32).toString("base64url");
    const own = await start_server({ env: { ...env, GRANTEXD_ADMIN_API_KEY: operator_key } });
    const wrong = ["", own.live_key, operator_key.slice(0, -1), operator_key + "x"];
    wrong.push(operator_key.toUpperCase(), randomBytes(32).toString("base64url"));
    for (const path of paths) {
        for (const key of wrong) {
            const answer = await own.api(key).get(path);
            assert.equal(answer.status, 401, `${path} with ${key}`);
            assert.equal(answer.body.code, "UNAUTHORIZED");
        }
        assert.equal((await own.api(operator_key).get(path)).status, 200);
    }
    // Nor is the operator a developer.
    assert.equal((await own.api(operator_key).get("/v1/me")).status, 401);
    const { developers } = (await own.api(operator_key).get("/v1/admin/developers")).body;
    assert.doesNotMatch(JSON.stringify(developers), /hash|gx_|[0-9a-f]{64}/i);
    await own.stop();
});
