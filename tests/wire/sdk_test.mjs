// Where clients of the protocol disagree, each finds what it looks for: names, verbs, paths, paging.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { schema_faults, schemas } from "./contract.mjs";
import { server_of, stop_servers } from "./run_case.mjs";
import { World } from "./world.mjs";

let api;
let world;
before(async () => {
    world = await new World(await server_of()).open();
    api = world.api;
});
after(stop_servers);

test("an agent is known by agentId and by id, and has all that the Python SDK needs", async () => {
    const made = await api.must(201, "POST", "/v1/agents", { name: "Trip Planner" });
    const read = await api.must(200, "GET", `/v1/agents/${made.agentId}`);
    const [listed] = (await api.must(200, "GET", "/v1/agents")).agents;
    for (const agent of [made, read, listed]) {
        assert.equal(agent.id, agent.agentId);
        for (const name of ["name", "status", "developerId", "createdAt", "updatedAt"])
            assert.equal(typeof agent[name], "string", name);
    }
});

test("an agent is updated with PATCH and with POST", async () => {
    const path = `/v1/agents/${await api.agent_id()}`;
    const patched = await api.must(200, "PATCH", path, { description: "with PATCH" });
    assert.equal(patched.description, "with PATCH");
    const posted = await api.must(200, "POST", path, { description: "with POST" });
    assert.deepEqual(Object.keys(posted), Object.keys(patched));
    assert.equal((await api.must(200, "GET", path)).description, "with POST");
});

test("explicit nulls of older Go clients are as good as nothing", async () => {
    const body = { name: "Trip Planner", description: null, scopes: null };
    const agent = await api.must(201, "POST", "/v1/agents", body);
    assert.deepEqual([agent.description, agent.scopes], ["", []]);
});

test("a grant is known by grantId and by id, and tells its agent's DID and its lineage", async () => {
    const agentId = await api.agent_id();
    const root = await api.grant(agentId);
    const child = (await api.delegate(root.grantToken, agentId)).body;
    const read = await api.must(200, "GET", `/v1/grants/${child.grantId}`);
    const listed = (await api.must(200, "GET", "/v1/grants")).grants[0];
    for (const grant of [read, listed]) {
        assert.equal(grant.id, child.grantId);
        assert.equal(grant.grantId, child.grantId);
        assert.equal(grant.agentDid, `did:grantex:${agentId}`);
        assert.equal(grant.parentGrantId, root.grantId);
        assert.equal(grant.delegationDepth, 1);
    }
});

test("an expired grant says so, and is found as such", async () => {
    const { grantId, agentId } = await world.grant({ expiresIn: "1s", principalId: "user_brief" });
    await new Promise((resolve) => setTimeout(resolve, 1100));
    assert.equal((await api.must(200, "GET", `/v1/grants/${grantId}`)).status, "expired");
    const found = async (status) =>
        (await api.must(200, "GET", `/v1/grants?agentId=${agentId}&status=${status}`)).total;
    assert.deepEqual(
        [await found("expired"), await found("active"), await found("new")],
        [1, 0, 0],
    );
});

test("both paths replace the key, and the old one is dead at once", async () => {
    let { apiKey } = await world.sign_up("live");
    for (const path of ["/v1/keys/rotate", "/v1/me/rotate-key"]) {
        const old = world.server.api(apiKey);
        // The SDK sends neither body nor type, the portal a type and an empty body.
        const type = path.includes("me") ? { "content-type": "application/json" } : {};
        const { status, body } = await old.call("POST", path, undefined, type);
        assert.equal(status, 200);
        assert.equal(apiKey.slice(0, 8), body.apiKey.slice(0, 8));
        assert.equal((await old.get("/v1/me")).status, 401);
        apiKey = body.apiKey;
    }
    const me = await world.server.api(apiKey).must(200, "GET", "/v1/me");
    assert.equal(me.id, me.developerId);
});

test("settings answer `updated` together with the profile", async () => {
    const answer = await api.must(200, "PATCH", "/v1/me", { maxDelegationDepth: 2 });
    assert.equal(answer.updated, true);
    assert.equal(answer.maxDelegationDepth, 2);
    assert.equal(answer.mode, "sandbox");
});

test("a live request is approved and denied on both paths that clients know", async () => {
    for (const decision of ["approve", "deny"]) {
        const live = new World(world.server);
        const asked = await live.pending();
        const headers = await live.opened_link(asked);
        const { authRequestId } = asked;
        // The developer's path is for sandboxes only; the consent path needs neither body nor type.
        const own = await live.api.post(`/v1/authorize/${authRequestId}/${decision}`);
        assert.equal(own.body.code, "CONSENT_REQUIRED");
        const path = `/v1/consent/${authRequestId}/${decision}`;
        const { status, body } = await live.anonymous.call("POST", path, undefined, headers);
        assert.equal(status, 200);
        assert.equal(typeof body.code, decision === "approve" ? "string" : "undefined");
    }
});

test("lists are paged where clients ask for it, and fall back where they ask for nonsense", async () => {
    const { api } = await world.sign_up("sandbox");
    const agentId = await api.agent_id();
    for (let i = 0; i < 2; ++i) await api.agent_id();
    for (let i = 0; i < 3; ++i) await api.grant(agentId);
    for (const [path, name] of [
        ["/v1/agents", "agents"],
        ["/v1/grants", "grants"],
    ]) {
        const get = (query) => api.must(200, "GET", `${path}?${query}`);
        const all = await get("");
        assert.deepEqual([all.total, all.page, all.pageSize], [3, 1, 1000]);
        const [first, last] = [await get("page=1&pageSize=2"), await get("page=2&pageSize=2")];
        assert.deepEqual([...first[name], ...last[name]], all[name]);
        assert.deepEqual([last.total, last.page, last.pageSize], [3, 2, 2]);
        const odd = await get("page=none&pageSize=-4");
        assert.deepEqual([odd.page, odd.pageSize, odd[name].length], [1, 1000, 3]);
        assert.equal((await get("pageSize=100000")).pageSize, 1000);
        assert.equal((await api.get(`${path}?page=1&page=2`)).status, 400);
    }
});

test("the audit log honours since, until and pages", async () => {
    const { api } = await world.sign_up("sandbox");
    const entries = [];
    for (let i = 0; i < 3; ++i) entries.push((await api.log_audit({ action: `step.${i}` })).body);
    const ids = async (query) => {
        const answer = await api.must(
            200,
            "GET",
            `/v1/audit/entries?${new URLSearchParams(query)}`,
        );
        return answer.entries.map(({ entryId }) => entryId);
    };
    const [first, second, third] = entries.map(({ entryId }) => entryId);
    assert.deepEqual(await ids({}), [first, second, third]);
    assert.deepEqual(await ids({ pageSize: 2 }), [second, third]); // the newest, oldest first
    assert.deepEqual(await ids({ page: 1, pageSize: 2 }), [first, second]);
    assert.deepEqual(await ids({ page: 2, pageSize: 2 }), [third]);
    assert.deepEqual(await ids({ action: "step.1" }), [second]);
    const { timestamp } = entries[2];
    assert.ok((await ids({ since: timestamp })).includes(third)); // inclusive
    assert.ok((await ids({ until: timestamp })).includes(third));
    assert.deepEqual(await ids({ since: "2999-01-01" }), []);
    assert.deepEqual(await ids({ until: "2000-01-01T00:00:00Z" }), []);
    assert.equal((await api.must(200, "GET", "/v1/audit/entries")).pageSize, 10000);
});

test("audit entries of clients that know only agent and grant are completed", async () => {
    const { grantId, agentId } = await world.grant();
    const known = { agentId: `did:grantex:${agentId}`, grantId, action: "calendar.read" };
    const entry = await api.must(201, "POST", "/v1/audit/log", known);
    assert.deepEqual(
        [entry.agentId, entry.agentDid, entry.principalId],
        [agentId, `did:grantex:${agentId}`, "user_7421"],
    );
    for (const method of ["PUT", "PATCH", "DELETE"])
        assert.equal((await api.call(method, `/v1/audit/${entry.entryId}`)).status, 405);
});

test("tokens have the header and the claims that verifiers read", async () => {
    const agentId = await api.agent_id();
    const root = await api.grant(agentId, { audience: "https://api.bookings.example" });
    const refreshed = (await api.refresh(agentId, root.refreshToken)).body;
    const child = (await api.delegate(refreshed.grantToken, agentId)).body;
    const keys = (await api.must(200, "GET", "/.well-known/jwks.json")).keys;
    for (const { grantToken, grantId } of [root, refreshed, child]) {
        const [header, claims] = grantToken
            .split(".", 2)
            .map((part) => JSON.parse(Buffer.from(part, "base64url")));
        assert.deepEqual(schema_faults(schemas.GrantTokenHeader, header), []);
        assert.deepEqual(schema_faults(schemas.GrantTokenClaims, claims), []);
        assert.equal(keys.filter(({ kid }) => kid === header.kid).length, 1);
        assert.equal(claims.iss, world.base);
        assert.equal(claims.aud, "https://api.bookings.example");
        assert.equal(claims.grnt, grantId);
        assert.equal(claims.delegationDepth, grantId === child.grantId ? 1 : undefined);
        assert.equal(claims.parentGrnt, grantId === child.grantId ? root.grantId : undefined);
        assert.ok(claims.iat <= Date.now() / 1000);
    }
});

test("tokens say when they expire, and grants when they do", async () => {
    const { grantToken, expiresAt, grantExpiresAt } = await world.grant({ expiresIn: "7d" });
    const claims = JSON.parse(Buffer.from(grantToken.split(".")[1], "base64url"));
    assert.equal(Date.parse(expiresAt), claims.exp * 1000);
    assert.equal(claims.exp - claims.iat, 24 * 3600);
    assert.equal(Date.parse(grantExpiresAt) - claims.iat * 1000, 7 * 24 * 3600 * 1000);
});
