// Two developers on one server: what belongs to the one does not exist for the other. The routes
// come from the route table, so that a new one has to say here what its ids are.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, before, test } from "node:test";

import { fill_path, is_list, read_routes } from "../support/routes.mjs";
import { rounds, start_server } from "../support/server.mjs";
import { lower_quartile, time_in_turn } from "../support/statistics.mjs";

const ulid = "01KJPWD6M0W17VDP01P914P7ZE";
const principalId = "user_7421";
let server, owner, stranger, sandbox_stranger, owned, strangers_session;

// A grant of a live developer: somebody allows it, with the consent level of --dev.
async function granted(api, agent_id, fields) {
    const asked = await api.authorize(agent_id, { principalId, ...fields });
    const path = `/v1/consent/${asked.authRequestId}/approve`;
    const { code } = await server.api("").must(200, "POST", path, {});
    const answer = await api.exchange(agent_id, { ...asked, code });
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
}
const new_policy = (api, agentId) =>
    api.must(201, "POST", "/v1/policies", { name: "Never", effect: "deny", agentId });
async function new_webhook(api) {
    const body = { url: "https://hooks.nimbus.example/", events: ["grant.revoked"] };
    return (await api.must(201, "POST", "/v1/webhooks", body)).id;
}
async function with_budget(api, grantId) {
    await api.must(201, "POST", "/v1/budget/allocate", { grantId, initialBudget: 250 });
    await api.must(200, "POST", "/v1/budget/debit", { grantId, amount: 12.5 });
    return grantId;
}
async function session_of(api) {
    const body = { principalId };
    const { sessionToken } = await api.must(201, "POST", "/v1/principal-sessions", body);
    return server.api(sessionToken);
}

before(async () => {
    server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } });
    owner = server.api();
    const { apiKey } = await server.api("").must(201, "POST", "/v1/signup", { name: "Stranger" });
    stranger = server.api(apiKey);
    const agent = await owner.agent_id();
    const grant = await granted(owner, agent);
    const entry = await owner.log_audit();
    const { anomalies } = await owner.must(200, "POST", "/v1/anomalies/detect");
    const rule = { ruleId: "owners_rule", name: "Owner's", condition: {} };
    const channel = { type: "email", name: "Owner's", config: { to: "ops@nimbus.example" } };
    // By the segment before the parameter and its name.
    owned = {
        "agents/agentId": agent,
        "authorize/authRequestId": (await owner.authorize(agent)).authRequestId,
        "grants/grantId": grant.grantId,
        "audit/entryId": entry.body.entryId,
        "balance/grantId": await with_budget(owner, grant.grantId),
        "transactions/grantId": grant.grantId,
        "policies/id": (await new_policy(owner, `ag_${ulid}`)).id,
        "webhooks/id": await new_webhook(owner),
        "domains/id": (await owner.must(201, "POST", "/v1/domains", { domain: "nimbus.example" })).id,
        "anomalies/id": anomalies[0].id,
        "alerts/alertId": anomalies[0].id,
        "rules/ruleId": (await owner.must(201, "POST", "/v1/anomaly/rules", rule)).id,
        "channels/channelId": (await owner.must(201, "POST", "/v1/anomaly/channels", channel)).id,
    };
    sandbox_stranger = server.sandbox();
    await granted(stranger, await stranger.agent_id()); // the same person, at another developer
    strangers_session = await session_of(stranger);
});
after(() => server.stop());

const caller_of = ({ auth }) => (auth === "principal" ? strangers_session : stranger);
// A request of a live developer is decided by a person, so that these two ask for no id.
const is_decided_by_a_person = ({ path }) => path.startsWith("/v1/authorize/");
// An empty ledger is what an unknown grant has.
const is_empty_when_unknown = ({ path }) => path.startsWith("/v1/budget/transactions/");
const routes_with_ids = () =>
    read_routes().filter(
        ({ path, auth }) => path.includes("{") && ["developer", "principal"].includes(auth),
    );
function owned_id({ path }) {
    const [, segment, name] = /([\w-]+)\/\{(\w+)\}/.exec(path);
    const id = owned[`${segment}/${name}`];
    assert.ok(id, `${path}: what is an id of ${segment}/{${name}}? Add one of the owner's above.`);
    return id;
}
// All that a caller can see of an answer, but for what differs from request to request.
function visible({ status, headers, body }) {
    const { "x-request-id": id, date, "x-ratelimit-remaining": remaining, ...rest } = headers;
    const { requestId, ...members } = body ?? {};
    return { status, headers: rest, members };
}
const any_body = { name: "x", enabled: true };
const ask = (api, { method, path }, id) =>
    api.call(method, fill_path(path, () => id), method === "GET" ? undefined : any_body);

test("S-074 the ids of another developer answer like ids that exist nowhere", async (t) => {
    const routes = routes_with_ids();
    for (const route of routes) {
        const id = owned_id(route);
        const what = `${route.method} ${route.path}`;
        const other = [id.slice(0, -26) + ulid, "nonsense", id.toLowerCase(), id + "0", "😀"];
        other.push("' OR 1=1--", id.slice(0, -1), `${id}/`, " " + id, "%");
        const callers = [caller_of(route)];
        if (route.auth === "developer") callers.push(sandbox_stranger);
        for (const caller of callers) {
            const foreign = await ask(caller, route, id);
            const by_person = caller === stranger && is_decided_by_a_person(route);
            const hidden = is_empty_when_unknown(route) ? 200 : by_person ? 403 : 404;
            assert.equal(foreign.status, hidden, what);
            if (hidden === 200) assert.deepEqual(foreign.body, { transactions: [], total: 0 });
            for (const each of other) {
                const answer = await ask(caller, route, each);
                assert.deepEqual(visible(answer), visible(foreign), `${what} with ${each}`);
            }
        }
    }
    // The ids are real: they open for their owner, untouched.
    for (const route of routes.filter(({ method, auth }) => method === "GET"))
        assert.equal((await ask(owner, route, owned_id(route))).status, 200, route.path);
    const agent = (await owner.get(`/v1/agents/${owned["agents/agentId"]}`)).body;
    assert.equal(agent.name, "Trip Planner");
    t.diagnostic(`${routes.length} routes`);
});

test("S-074 an id in a body or a query tells a stranger as little", async () => {
    const agent = owned["agents/agentId"];
    const own_agent = (await stranger.get("/v1/agents")).body.agents[0].agentId;
    const asked = await owner.authorize(agent);
    const path = `/v1/consent/${asked.authRequestId}/approve`;
    const { code } = await server.api("").must(200, "POST", path, {});
    const grant = await granted(owner, agent);
    const { jti } = JSON.parse(Buffer.from(grant.grantToken.split(".")[1], "base64url"));
    const own_grant = await granted(stranger, own_agent);
    const [, refresh_secret] = grant.refreshToken.split(".");
    const scopes = ["calendar:read"];
    // Each with the foreign id and one that exists nowhere.
    const rows = [
        ["/v1/authorize", (agentId) => ({ agentId, principalId, scopes }), agent, `ag_${ulid}`],
        ["/v1/token", (text) => ({ agentId: agent, code: text }), code, "a".repeat(43)],
        ["/v1/token", (text) => ({ agentId: own_agent, code: text }), code, "a".repeat(43)],
        ["/v1/token/refresh", (refreshToken) => ({ agentId: own_agent, refreshToken }),
            grant.refreshToken, `ref_${ulid}.${refresh_secret}`],
        ["/v1/tokens/revoke", (text) => ({ jti: text }), jti, `tok_${ulid}`],
        ["/v1/tokens/verify", (token) => ({ token }), grant.grantToken, "a.b.c"],
        ["/v1/grants/delegate", (subAgentId) => ({
            parentGrantToken: own_grant.grantToken, subAgentId, scopes }), agent, `ag_${ulid}`],
        ["/v1/budget/allocate", (grantId) => ({ grantId, initialBudget: 1 }), grant.grantId,
            `grnt_${ulid}`],
        ["/v1/budget/debit", (grantId) => ({ grantId, amount: 1 }), owned["balance/grantId"],
            `grnt_${ulid}`],
        ["/v1/audit/log", (grantId) => ({ agentId: own_agent, grantId, action: "x" }),
            grant.grantId, `grnt_${ulid}`],
    ];
    for (const [path, body, foreign, random] of rows) {
        const [a, b] = [await stranger.post(path, body(foreign)), await stranger.post(path, body(random))];
        assert.deepEqual(visible(a), visible(b), path);
    }
    for (const query of [
        ["/v1/grants?agentId=", agent, `ag_${ulid}`],
        ["/v1/audit/entries?agentId=", agent, `ag_${ulid}`],
        ["/v1/audit/entries?grantId=", grant.grantId, `grnt_${ulid}`],
    ]) {
        const [a, b] = [await stranger.get(query[0] + query[1]), await stranger.get(query[0] + query[2])];
        assert.deepEqual(visible(a), visible(b), query[0]);
    }
    // Nothing of it was done to the owner.
    const { body } = await owner.get(`/v1/budget/balance/${owned["balance/grantId"]}`);
    assert.equal(body.remainingBudget, "237.5000");
    assert.equal(await owner.is_valid(grant.grantToken), true);
    assert.equal((await owner.refresh(agent, grant.refreshToken)).status, 201);
    assert.equal((await owner.exchange(agent, { ...asked, code })).status, 201);
});

test("S-074 a foreign id takes as long as one that exists nowhere", async (t) => {
    for (const route of routes_with_ids().filter(({ method }) => method === "GET")) {
        const id = owned_id(route);
        const times = await time_in_turn(rounds(300), {
            foreign: () => ask(stranger, route, id),
            random: () => ask(stranger, route, id.slice(0, -26) + ulid),
        });
        const [foreign, random] = [lower_quartile(times.foreign), lower_quartile(times.random)];
        const part = Math.abs(foreign - random) / Math.max(foreign, random);
        t.diagnostic(`${route.path}: ${foreign.toFixed(0)} and ${random.toFixed(0)} us`);
        assert.ok(part < 0.25, `${route.path}: ${foreign} and ${random} us`);
    }
});

async function write_a_thousand_rows() {
    const ids = [];
    const all = (count, write) => Promise.all([...Array(count)].map((_, i) => write(i)));
    const agent = await owner.agent_id("Secret project");
    await all(400, async (i) => ids.push(await owner.agent_id(`Secret project ${i}`)));
    await all(100, async () => ids.push((await new_policy(owner, `ag_${ulid}`)).id));
    await all(100, async () => ids.push((await granted(owner, agent)).grantId));
    await all(400, async (i) => {
        const { body } = await owner.log_audit({ agentId: agent, metadata: { secret: i } });
        ids.push(body.entryId);
    });
    return ids;
}

test("S-075 no list of one developer shows a row of another", async () => {
    const ids = await write_a_thousand_rows();
    assert.equal(new Set(ids).size, 1000);
    ids.push(...Object.values(owned), (await owner.get("/v1/me")).body.developerId, "Secret project");
    await stranger.log_audit();
    await new_policy(stranger, `ag_${ulid}`);
    const lists = read_routes().filter(
        (route) => is_list(route) && ["developer", "principal"].includes(route.auth),
    );
    const queries = ["", "?pageSize=10000", "?pageSize=100&page=2", `?principalId=${principalId}`];
    for (const route of lists)
        for (const query of queries) {
            const answer = await caller_of(route).get(route.path + query);
            assert.equal(answer.status, 200, route.path + query);
            for (const id of ids) assert.ok(!answer.text.includes(id), `${route.path}${query}: ${id}`);
            const { total } = answer.body;
            if (total !== undefined) assert.ok(total <= 5, `${route.path}: total ${total}`);
        }
    // The owner sees them all.
    assert.ok((await owner.get("/v1/agents")).body.total > 400);
    assert.ok((await owner.get("/v1/grants")).body.total > 100);
});

// Statements that need no developer, and why.
const without_developer = {
    "auth_requests.cpp consume_auth_request": "its caller found the request by developer and code",
    "auth_requests.cpp revoke_open_auth_requests": "its caller found the agent by developer",
    "auth_requests.cpp update_auth_request_to_approved": "decided by the person, by request id",
    "auth_requests.cpp update_auth_request_to_denied": "decided by the person, by request id",
    "deliveries.cpp expire_deliveries": "expires the log of everyone",
    "deliveries.cpp find_delivery": "its caller found the endpoint by developer",
    "deliveries.cpp find_backlog": "counts for the operator",
    "deliveries.cpp list_deliveries": "its caller found the endpoint by developer",
    "deliveries.cpp update_delivery_attempt": "by the job that delivers for everyone",
    "email_tokens.cpp expire_email_tokens": "expires the links of everyone",
    "events.cpp expire_events": "expires the events of everyone",
    "grants.cpp count_live_descendants": "its caller found the grant by developer and person",
    "grants.cpp list_active_grant_ids": "its caller found the agent by developer",
    "idempotency.cpp expire_idempotency_records": "expires the records of everyone",
    "keys.cpp count_data_keys_not_under": "counts what an old master key wraps, of everyone",
    "keys.cpp list_data_key_masters": "names the master keys that wrap anything, of everyone",
    "mails.cpp expire_mails": "expires the mails of everyone",
    "mails.cpp update_mail_attempt": "by the job that sends everyone's mails",
    "principal_sessions.cpp find_session_link": "the secret of the link is all a browser has",
    "principal_sessions.cpp revoke_consent_sessions": "decided by the person, by request id",
};

test("S-075 every statement on rows of a developer says whose", () => {
    const folder = new URL("../../storage/", import.meta.url);
    const schema = readFileSync(new URL("schema.sql", folder), "utf8");
    const tables = [...schema.matchAll(/CREATE TABLE (\w+) \(([^;]*?)\) STRICT/g)]
        .filter(([, name, columns]) => name !== "developers" && /\bdeveloper_id\b/.test(columns))
        .map(([, name]) => name);
    assert.ok(tables.length >= 10, `${tables}`);
    const unnamed = [];
    for (const name of readdirSync(folder).filter((each) => each.endsWith(".cpp"))) {
        const text = readFileSync(new URL(name, folder), "utf8");
        const functions = text.split(/^}$/m);
        for (const part of functions)
            for (const [, sql] of part.matchAll(/R"sql\(([\s\S]*?)\)sql"/g)) {
                const on_table = tables.some((table) =>
                    new RegExp(`\\b(FROM|JOIN|UPDATE|INTO)\\s+${table}\\b`).test(sql),
                );
                if (on_table && !/\bdeveloper_id\b/.test(sql)) {
                    const [, function_name] = /(\w+)\(\s*Database& db/.exec(part) ?? [];
                    unnamed.push(`${name} ${function_name}`);
                }
            }
    }
    assert.deepEqual([...new Set(unnamed)].sort(), Object.keys(without_developer).sort());
});
