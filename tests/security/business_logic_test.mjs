// Security checklist G16: limits hold however many ask at once, sandbox and live never meet, and a
// request whose answer was lost can be repeated.
import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";

import { content } from "../support/content.mjs";
import { RawConnection, request_text } from "../support/raw_connection.mjs";
import { routes_of } from "../support/routes.mjs";
import { operator_key, start_server } from "../support/server.mjs";
import { World, operations, perform, text_of } from "./operations.mjs";

const callers = 100;
const together = (count, start) => Promise.all(Array.from({ length: count }, (_, i) => start(i)));

let server, world;
before(async () => {
    const env = { GRANTEXD_RATE_PROFILE: "off", GRANTEXD_ADMIN_API_KEY: operator_key };
    server = await start_server({ env });
    world = await new World(server).prepare();
});
after(() => server.stop());

// Exactly so many succeed; the others are told which quota is used up.
function assert_exactly(answers, quota, what) {
    const made = answers.filter(({ status }) => status === 201);
    assert.equal(made.length, quota, what);
    for (const { status, body } of answers.filter((answer) => !made.includes(answer))) {
        assert.equal(status, 402, what);
        assert.equal(body.code, "PLAN_LIMIT_EXCEEDED");
    }
}

test("S-134 of a hundred that create at once as many succeed as the plan allows", async () => {
    const small = await start_server({
        env: {
            GRANTEXD_RATE_PROFILE: "off",
            GRANTEXD_DEFAULT_PLAN: "free",
            GRANTEXD_QUOTA_AGENTS: "7,0,0",
            GRANTEXD_QUOTA_GRANTS: "5,0,0",
            GRANTEXD_QUOTA_POLICIES: "3,0,0",
            GRANTEXD_QUOTA_AUDIT: "9,0,0",
        },
    });
    const api = small.sandbox();
    assert_exactly(
        await together(callers, () => api.post("/v1/agents", { name: "Agent" })),
        7,
        "agents",
    );
    const { agents, total } = await api.must(200, "GET", "/v1/agents?pageSize=100");
    assert.deepEqual([agents.length, total], [7, 7]);
    const id = agents[0].agentId;

    const asked = await together(callers, () => api.authorize(id));
    assert_exactly(await together(callers, (i) => api.exchange(id, asked[i])), 5, "grants");
    const { grants } = await api.must(200, "GET", "/v1/grants?pageSize=100");
    assert.equal(grants.length, 5);
    const policy = { name: "Never", effect: "deny", agentId: "ag_01KJPWD6M0W17VDP01P914P7ZE" };
    assert_exactly(await together(callers, () => api.post("/v1/policies", policy)), 3, "policies");
    assert_exactly(await together(callers, () => api.log_audit()), 9, "audit entries");
    assert.equal((await api.must(200, "GET", "/v1/audit/entries")).total, 9);

    // Delegations count too, and what ends makes room again, once.
    await api.revoke(grants[0].grantId);
    const exchanges = await together(callers, (i) => api.exchange(id, asked[i]));
    assert.equal(exchanges.filter(({ status }) => status === 201).length, 1);
    const { grantToken } = exchanges.find(({ status }) => status === 201).body;
    assert_exactly(await together(callers, () => api.delegate(grantToken, id)), 0, "delegations");
    await small.stop();
});

test("S-136 sandbox and live keys cannot touch each other's requests", async () => {
    const { api: sandbox, live, nobody, agent_id, live_agent_id } = world;
    const pending = await live.authorize(live_agent_id);
    const before = content(server.data_dir);
    for (const verb of ["approve", "deny"]) {
        const path = `/v1/authorize/${pending.authRequestId}/${verb}`;
        assert.equal((await sandbox.post(path)).status, 404);
        const own = await live.post(path); // nor may the live developer stand in for the person
        assert.equal(own.status, 403);
        assert.equal(own.body.code, "CONSENT_REQUIRED");
    }
    assert.deepEqual(content(server.data_dir), before);
    const { code } = await nobody.must(200, "POST", `/v1/consent/${pending.authRequestId}/approve`);
    const approved = { ...pending, code };
    const tried = await sandbox.authorize(agent_id);
    for (const [caller, id, asked] of [
        [sandbox, live_agent_id, approved],
        [sandbox, agent_id, approved],
        [live, agent_id, tried],
        [live, live_agent_id, tried],
    ]) {
        const answer = await caller.exchange(id, asked);
        assert.equal(answer.status, 400);
        assert.equal(answer.body.message, "Invalid code");
    }
    const made = (await live.exchange(live_agent_id, approved)).body;
    const trial = (await sandbox.exchange(agent_id, tried)).body;
    for (const [caller, own_agent, foreign] of [
        [sandbox, agent_id, made],
        [live, live_agent_id, trial],
    ]) {
        assert.equal(await caller.is_valid(foreign.grantToken), false);
        assert.equal((await caller.delegate(foreign.grantToken, own_agent)).status, 403);
        assert.equal((await caller.refresh(own_agent, foreign.refreshToken)).status, 400);
        assert.equal((await caller.get(`/v1/grants/${foreign.grantId}`)).status, 404);
        assert.equal((await caller.revoke(foreign.grantId)).status, 404);
    }
    assert.equal(await live.is_valid(made.grantToken), true);
    assert.equal(await sandbox.is_valid(trial.grantToken), true);
    assert.equal((await live.refresh(live_agent_id, made.refreshToken)).status, 201);
});

// Sends the request, and goes away when the answer arrives, unread. The status.
async function send_and_lose(route, asked, headers) {
    const [method] = route.split(" ");
    const { key } = asked.caller ?? world.api;
    const form = asked.form ? "x-www-form-urlencoded" : "json";
    const all = { ...asked.headers, ...headers, "Content-Type": `application/${form}` };
    if (key) all.Authorization = `Bearer ${key}`;
    const connection = await RawConnection.open(server.base);
    connection.write(request_text(method, asked.path, { headers: all, body: text_of(asked) }));
    await once(connection.socket, "data");
    connection.end();
    return Number(connection.received.subarray(9, 12).toString());
}

const is_done = (status) => [200, 201, 204].includes(status);

test("S-137 every write says what a repeat after a lost answer gets", async (t) => {
    const writes = (await routes_of(server)).filter(({ method }) => method !== "GET");
    for (const { method, path } of writes) {
        const route = `${method} ${path}`;
        assert.ok(operations[route], `${route} is missing in operations.mjs`);
        const { request, status, repeated } = operations[route];
        const asked = await request(world);
        const headers = { "idempotency-key": `lost-${route.replaceAll(/\W/g, "-")}` };
        const first = await send_and_lose(route, asked, headers);
        assert.ok(status ? first === status : is_done(first), `${route}: ${first}`);
        const before = content(server.data_dir);
        const again = await perform(world, route, asked, { headers });
        if (repeated === "replayed") {
            assert.equal(again.status, first, `${route}: ${again.text}`);
            assert.equal(again.headers["idempotent-replayed"], "true", route);
        } else {
            assert.equal(
                again.status,
                repeated === "read" ? first : repeated,
                `${route}: ${again.text}`,
            );
            assert.equal(again.headers["idempotent-replayed"], undefined, route);
        }
        assert.deepEqual(content(server.data_dir), before, route);
        if (repeated !== "replayed") continue;
        const text = JSON.stringify({ ...asked.body, one_more_member: 1 });
        const mistaken = await perform(world, route, asked, { text, headers });
        assert.equal(mistaken.status, 422, route);
        assert.equal(mistaken.body.code, "IDEMPOTENCY_KEY_REUSED");
        assert.deepEqual(content(server.data_dir), before, route);
    }
    t.diagnostic(`${writes.length} operations`);
});
