// Security checklist G4: an agent passes on a part of what it has, and it can be taken back. S-045
// is in tests/process/races_test.mjs.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { run_sql } from "../support/database.mjs";
import { claims_of, header_of, part } from "../support/forge.mjs";
import { cpu_milliseconds } from "../support/process_state.mjs";
import { run_grantexd, start_server, temporary_directory } from "../support/server.mjs";

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let server, api, agent_id;
before(async () => {
    server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } });
    api = server.sandbox();
    agent_id = await api.agent_id();
});
after(() => server.stop());

function assert_error({ status, body }, expected_status, code, message) {
    assert.equal(status, expected_status, JSON.stringify(body));
    assert.equal(body.code, code);
    if (message) assert.equal(body.message, message);
}
async function child_of(parent, { caller = api, id = agent_id, ...fields } = {}) {
    return caller.must(201, "POST", "/v1/grants/delegate", {
        parentGrantToken: parent.grantToken,
        subAgentId: id,
        scopes: ["calendar:read"],
        ...fields,
    });
}
async function assert_verdicts(tokens, expected, caller = api) {
    for (const [name, { grantToken }] of Object.entries(tokens))
        assert.equal(await caller.is_valid(grantToken), expected, name);
}

test("S-038 only scopes that the parent has, compared as strings; others are named", async () => {
    const scopes = ["payments:initiate:max_500", "calendar:read", "files:*", "tool:mail:read:*"];
    const parent = await api.grant(agent_id, { scopes });
    const beyond = [
        "payments:initiate:max_100", // less money, but not a scope that the person allowed
        "payments:initiate",
        "payments:initiate:max_500:x",
        "Calendar:read",
        "calendar:*",
        "*",
        "files:read",
        "tool:mail:read:inbox",
        "calendar:read\u200b",
        "calendar:rea\u0064\u0301",
    ];
    for (const scope of beyond) {
        const message = `Scopes exceed the parent grant: ${scope}`;
        const answer = await api.delegate(parent.grantToken, agent_id, ["calendar:read", scope]);
        assert_error(answer, 400, "BAD_REQUEST", message);
    }
    const two = await api.delegate(parent.grantToken, agent_id, ["a:b", "calendar:read", "c:d"]);
    assert_error(two, 400, "BAD_REQUEST", "Scopes exceed the parent grant: a:b, c:d");
    const child = await child_of(parent, { scopes: ["files:*", "calendar:read"] });
    assert.deepEqual(claims_of(child.grantToken).scp, ["files:*", "calendar:read"]);
    // What was left out on the way is out of reach below.
    const lost = await api.delegate(child.grantToken, agent_id, ["payments:initiate:max_500"]);
    assert_error(lost, 400, "BAD_REQUEST");
});

test("S-039 the parent token must be good in every way", async () => {
    const delegate = (token, caller = api) => caller.delegate(token, agent_id);
    const parent = await api.grant(agent_id);
    const [head, , signature] = parent.grantToken.split(".");
    const wider = part({ ...claims_of(parent.grantToken), scp: ["calendar:read", "email:send"] });
    const unsigned = `${part({ ...header_of(parent.grantToken), alg: "none" })}.${wider}.`;
    const broken = ["x", "a.b.c", `${head}.${wider}.${signature}`, unsigned, parent.refreshToken];
    for (const token of [...broken, api.key, `${parent.grantToken}.`])
        assert_error(await delegate(token), 400, "BAD_REQUEST", "Invalid parentGrantToken");

    const revoked = await api.grant(agent_id);
    await api.revoke(revoked.grantId);
    const gone = "Parent grant has been revoked";
    assert_error(await delegate(revoked.grantToken), 400, "BAD_REQUEST", gone);

    const brief = await api.grant(agent_id, { expiresIn: "1s" });
    await sleep(1001);
    const expired = "Parent grant has expired";
    assert_error(await delegate(brief.grantToken), 400, "BAD_REQUEST", expired);

    const stranger = await api.must(201, "POST", "/v1/signup", {
        name: "Stranger",
        mode: "sandbox",
    });
    for (const foreign of [server.api(stranger.apiKey), server.api()])
        assert_error(await delegate(parent.grantToken, foreign), 403, "FORBIDDEN");
    assert.equal((await delegate(parent.grantToken)).status, 201);
});

test("S-040 a child ends with its parent or sooner, never a second later", async () => {
    const parent = await api.grant(agent_id, { expiresIn: "90m" });
    const parent_exp = claims_of(parent.grantToken).exp;
    for (const [expiresIn, seconds] of [
        ["1s", 1],
        ["89m", 5340],
        ["91m", Infinity],
        ["30d", Infinity],
    ]) {
        const child = await child_of(parent, { expiresIn });
        const { iat, exp } = claims_of(child.grantToken);
        const expected = Math.min(parent_exp, iat + seconds);
        assert.ok(exp <= expected && exp >= expected - 1, `${expiresIn}: ${exp} ${expected}`);
        assert.ok(Date.parse(child.grantExpiresAt) <= Date.parse(parent.grantExpiresAt));
        assert.equal(Date.parse(child.grantExpiresAt), exp * 1000);
    }
    // A long grant, but the token that the parent showed lives a day.
    const month = await api.grant(agent_id, { expiresIn: "30d" });
    const child = await child_of(month, { expiresIn: "29d" });
    assert.equal(claims_of(child.grantToken).exp, claims_of(month.grantToken).exp);
    assert.equal(child.grantExpiresAt, month.expiresAt);
});

test("S-041 the child inherits the parent's audience", async () => {
    const audience = "https://api.bookings.example";
    const parent = await api.grant(agent_id, { audience });
    const child = await child_of(parent, { audience: "https://evil.example" });
    const grandchild = await child_of(child);
    const refreshed = (await api.refresh(agent_id, grandchild.refreshToken)).body;
    for (const each of [child, grandchild, refreshed])
        assert.equal(claims_of(each.grantToken).aud, audience);
    const without = await child_of(await api.grant(agent_id), { audience });
    assert.equal(claims_of(without.grantToken).aud, undefined);
});

test("S-042 whose grant it is and where it hangs is never read from the body", async () => {
    const sub_agent = await api.agent_id();
    const parent = await api.grant(agent_id, { principalId: "user_9" });
    const other = await api.grant(agent_id, { principalId: "user_x" });
    const child = await child_of(parent, {
        id: sub_agent,
        principalId: "user_x",
        sub: "user_x",
        delegationDepth: 0,
        depth: -5,
        parentGrantId: other.grantId,
        parent_id: null,
        aud: "x",
        developerId: "dev_01KJF1S600JW4GBPASAG2RPHRM",
        status: "active",
        expiresAt: "2099-01-01T00:00:00.000Z",
        grantExpiresAt: "2099-01-01T00:00:00.000Z",
        ["__proto__"]: { principalId: "user_x" },
    });
    const claims = claims_of(child.grantToken);
    assert.equal(claims.sub, "user_9");
    assert.equal(claims.agt, `did:grantex:${sub_agent}`);
    assert.equal(claims.parentAgt, `did:grantex:${agent_id}`);
    assert.equal(claims.parentGrnt, parent.grantId);
    assert.equal(claims.delegationDepth, 1);
    assert.equal(claims.aud, undefined);
    assert.equal(claims.dev, claims_of(parent.grantToken).dev);
    const grant = await api.must(200, "GET", `/v1/grants/${child.grantId}`);
    assert.equal(grant.principalId, "user_9");
    assert.equal(grant.parentGrantId, parent.grantId);
    assert.equal(grant.delegationDepth, 1);
});

// A chain of this many hops, between two agents in turn: [root, child, ...]
async function chain(hops, caller = api, agents = [agent_id]) {
    const links = [await caller.grant(agents[0])];
    for (let hop = 1; hop <= hops; ++hop)
        links.push(await child_of(links[hop - 1], { caller, id: agents[hop % agents.length] }));
    return links;
}

test("S-043 three hops by default, ten where they are allowed, eleven nowhere", async () => {
    const last = (await chain(3)).at(-1);
    assert_error(
        await api.delegate(last.grantToken, agent_id),
        403,
        "DELEGATION_DEPTH_EXCEEDED",
        "Delegation limit of 3 hops reached",
    );
    const deep = await start_server({ env: { GRANTEXD_MAX_DELEGATION_DEPTH: "10" } });
    const caller = deep.sandbox();
    const id = await caller.agent_id();
    const links = await chain(10, caller, [id]);
    const depths = links.map(({ grantToken }) => claims_of(grantToken).delegationDepth);
    assert.deepEqual(depths, [undefined, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const eleventh = await caller.delegate(links[10].grantToken, id);
    assert_error(eleventh, 403, "DELEGATION_DEPTH_EXCEEDED");
    // A developer may have less than the server, never more.
    await caller.must(200, "PATCH", "/v1/me", { maxDelegationDepth: 2 });
    const third = await caller.delegate(links[2].grantToken, id);
    assert_error(third, 403, "DELEGATION_DEPTH_EXCEEDED");
    await deep.stop();
    for (const depth of ["11", "0", "-1", "ten"]) {
        const args = [
            "serve",
            "--dev",
            "--data-dir",
            temporary_directory(),
            "--listen",
            "127.0.0.1:0",
        ];
        const env = { GRANTEXD_MAX_DELEGATION_DEPTH: depth };
        const { code, stderr } = await run_grantexd(args, { env });
        assert.equal(code, 78, depth);
        assert.match(stderr, /MAX_DELEGATION_DEPTH must be a whole number from 1 to 10/);
    }
});

// A tree of 1,000 grants, ten levels deep below its root: [root, ...]
async function plant(caller, id, principalId) {
    const tree = [await caller.grant(id, { principalId })];
    let level = [tree[0]];
    for (let depth = 1; depth <= 10; ++depth) {
        const size = depth < 10 ? 100 : 99;
        const grow = (_, i) => child_of(level[i % level.length], { caller, id });
        level = await Promise.all(Array.from({ length: size }, grow));
        tree.push(...level);
    }
    return tree;
}

test("S-044 revoking the root ends a tree of 1,000 in one step, within 100 ms", async (t) => {
    const wide = await start_server({
        env: { GRANTEXD_MAX_DELEGATION_DEPTH: "10", GRANTEXD_RATE_PROFILE: "off" },
    });
    const caller = wide.sandbox();
    const id = await caller.agent_id();
    const tree = await plant(caller, id, "the_tree");
    assert.equal(tree.length, 1000);
    const depths = new Set(tree.map(({ grantToken }) => claims_of(grantToken).delegationDepth));
    assert.equal(depths.size, 11);
    const other = await caller.grant(id);

    const path = "/v1/grants?status=active&pageSize=1&principalId=the_tree";
    const active = async () => (await caller.must(200, "GET", path)).total;
    assert.equal(await active(), 1000);
    const before = cpu_milliseconds(wide.pid);
    const revoking = caller.revoke(tree[0].grantId);
    // Whoever looks meanwhile sees all of it or nothing.
    const seen = await Promise.all(Array.from({ length: 20 }, active));
    assert.equal((await revoking).status, 204);
    const milliseconds = cpu_milliseconds(wide.pid) - before;
    assert.deepEqual(
        seen.filter((total) => total !== 1000 && total !== 0),
        [],
    );
    assert.equal(await active(), 0);

    const verdicts = await Promise.all(tree.map(({ grantToken }) => caller.is_valid(grantToken)));
    assert.deepEqual(
        verdicts.filter((valid) => valid),
        [],
    );
    assert.equal((await caller.refresh(id, tree.at(-1).refreshToken)).status, 400);
    assert.equal(await caller.is_valid(other.grantToken), true);
    const took = /DELETE \/v1\/grants\/\{grantId\} 204 (\d+)us/.exec(wide.stderr)[1] / 1000;
    t.diagnostic(`${milliseconds.toFixed(1)} ms of processor time, answered after ${took} ms`);
    assert.ok(milliseconds < 100, `${milliseconds} ms`);
    await wide.stop();
});

test("S-046 a refusal by policy is in the audit log with the policy that matched", async () => {
    const id = await api.agent_id();
    const root = await api.grant(id, { principalId: "user_46" });
    const make = (fields) =>
        api.must(201, "POST", "/v1/policies", { effect: "deny", agentId: id, ...fields });
    await make({ name: "Somebody else", principalId: "user_99", priority: 100 });
    const policy = await make({ name: 'Not on "Sundays"', priority: 5 });
    const attempts = [
        api.post("/v1/authorize", {
            agentId: id,
            principalId: "user_46",
            scopes: ["calendar:read"],
        }),
        api.delegate(root.grantToken, id),
        api.refresh(id, root.refreshToken),
    ];
    for (const answer of await Promise.all(attempts))
        assert_error(answer, 403, "POLICY_DENIED", "Denied by policy");
    const { entries } = await api.must(200, "GET", `/v1/audit/entries?agentId=${id}`);
    assert.equal(entries.length, attempts.length);
    for (const { action, status, principalId, metadata } of entries) {
        assert.deepEqual({ action, status }, { action: "policy.denied", status: "blocked" });
        assert.equal(principalId, "user_46");
        assert.equal(metadata.policyId, policy.id);
        assert.equal(metadata.policyName, policy.name);
        assert.deepEqual(metadata.scopes, ["calendar:read"]);
    }
    await api.must(204, "DELETE", `/v1/policies/${policy.id}`);
    assert.equal((await api.refresh(id, root.refreshToken)).status, 201); // it stayed usable
});

test("S-047 deleting an agent in the middle ends everything below it", async () => {
    const middle = await api.agent_id();
    const root = await api.grant(agent_id);
    const sibling = await child_of(root);
    const child = await child_of(root, { id: middle });
    const leaf = await child_of(child);
    await api.must(204, "DELETE", `/v1/agents/${middle}`);
    await assert_verdicts({ root, sibling }, true);
    await assert_verdicts({ child, leaf }, false);
    assert.equal((await api.refresh(agent_id, leaf.refreshToken)).status, 400);
    assert.equal((await api.get(`/v1/grants/${leaf.grantId}`)).body.status, "revoked");
});

test("S-048 a suspended agent can do nothing; only what is good comes back", async () => {
    const id = await api.agent_id();
    const kept = await api.grant(id);
    const brief = await api.grant(id, { expiresIn: "1s" });
    const revoked = await api.grant(id);
    const parent = await api.grant(agent_id);
    await api.must(200, "PATCH", `/v1/agents/${id}`, { status: "suspended" });
    await assert_verdicts({ kept, brief, revoked }, false);
    assert_error(await api.delegate(kept.grantToken, agent_id), 400, "BAD_REQUEST");
    assert_error(
        await api.delegate(parent.grantToken, id),
        404,
        "NOT_FOUND",
        "Sub-agent not found",
    );
    assert_error(await api.refresh(id, kept.refreshToken), 400, "BAD_REQUEST");
    await api.revoke(revoked.grantId);
    await sleep(1001);
    await api.must(200, "PATCH", `/v1/agents/${id}`, { status: "active" });
    await assert_verdicts({ kept }, true);
    await assert_verdicts({ brief, revoked }, false);
    assert.equal((await api.refresh(id, kept.refreshToken)).status, 201);
    assert.equal((await api.refresh(id, revoked.refreshToken)).status, 400);
});

test("S-049 delegating to oneself and in circles counts every hop and ends every hop", async () => {
    const [a, b] = [await api.agent_id(), await api.agent_id()];
    for (const agents of [[a], [a, b]]) {
        const links = await chain(3, api, agents);
        const next = await api.delegate(links[3].grantToken, a);
        assert_error(next, 403, "DELEGATION_DEPTH_EXCEEDED");
        await assert_verdicts(links, true);
        assert.equal((await api.revoke(links[0].grantId)).status, 204);
        await assert_verdicts(links, false);
    }
    const links = await chain(3, api, [a, b]);
    await api.must(204, "DELETE", `/v1/agents/${a}`); // stands at both ends of it
    await assert_verdicts(links, false);
});

test("S-049 a circle in a tampered database does not keep the cascade going", async () => {
    const own = await start_server();
    const id = await own.sandbox().agent_id();
    const links = await chain(2, own.sandbox(), [id]);
    await own.stop();
    run_sql(
        own.data_dir,
        `UPDATE grants SET parent_id = '${links[2].grantId}' WHERE id = '${links[0].grantId}'`,
    );
    await own.restart();
    assert.equal((await own.sandbox().revoke(links[1].grantId)).status, 204);
    await assert_verdicts(links, false, own.sandbox());
    await own.stop();
});

test("S-050 revoking the parent's token stops delegation, and no more", async () => {
    const root = await api.grant(agent_id);
    const child = await child_of(root);
    await api.must(204, "POST", "/v1/tokens/revoke", { jti: claims_of(root.grantToken).jti });
    await assert_verdicts({ root }, false);
    await assert_verdicts({ child }, true);
    assert_error(await api.delegate(root.grantToken, agent_id), 400, "BAD_REQUEST");
    await child_of(child);
    assert.equal((await api.revoke(root.grantId)).status, 204);
    await assert_verdicts({ child }, false);
});
