// Rows that are not what the program has written, read by requests: the one that needs such a row
// is refused with a clear answer and a line of the log, and those beside it are answered.
import assert from "node:assert/strict";
import { before, test } from "node:test";

import { read_rows } from "../support/database.mjs";
import { with_damage } from "../support/damaged_rows.mjs";
import { make_full_world } from "../support/full_world.mjs";

const least = "-9223372036854775808";
const most = "9223372036854775807";

let world;
before(async () => {
    world = await make_full_world({ due_at: Date.UTC(2100, 0) });
});
const rows = (sql) => read_rows(world.data_dir, sql).flat();

test("R-30 an answer with a stored text that is no JSON is refused, others are given", async () => {
    const [broken, whole] = rows(
        `SELECT id FROM audit_entries WHERE developer_id = '${world.developer}' AND seq IN (3, 4) ORDER BY seq`,
    );
    const [alert, other_alert] = rows("SELECT id FROM anomalies ORDER BY id");
    const damage = `
        DROP TRIGGER audit_entries_are_never_changed;
        UPDATE audit_entries SET metadata = '{"i":1' WHERE id = '${broken}';
        UPDATE anomalies SET metadata = 'none' WHERE id = '${alert}';
        UPDATE anomaly_rules SET condition = '{"x';
        UPDATE anomaly_channels SET shown_config = '{}}';
        UPDATE budget_transactions SET metadata = '"'`;
    await with_damage(world, damage, async (scene) => {
        const { api } = scene;
        const person = scene.server.api(world.sessionToken);
        for (const path of [
            "/v1/audit/entries?pageSize=1000",
            `/v1/audit/${broken}`,
            "/v1/anomaly/alerts",
            `/v1/anomaly/alerts/${alert}`,
            "/v1/anomalies",
            "/v1/anomaly/rules",
            "/v1/anomaly/channels",
            `/v1/budget/transactions/${world.granted.grantId}`,
        ])
            await scene.must_fail(500, await api.get(path));
        await scene.must_fail(500, await person.get("/v1/principal/audit"));
        for (const path of [`/v1/audit/${whole}`, `/v1/anomaly/alerts/${other_alert}`, "/v1/agents"])
            await api.must(200, "GET", path);
        const page = await scene.server.api("").get(`/permissions?session=${world.sessionToken}&view=history`);
        assert.ok([200, 500].includes(page.status), page.text);
    });
});

test("R-30 numbers and times far out of range fail where they are used", async () => {
    const damage = `
        UPDATE budgets SET remaining = ${least};
        UPDATE idempotency_records SET status = 99999;
        UPDATE refresh_tokens SET successor = NULL WHERE status = 'used';
        UPDATE auth_requests SET consumed_at = NULL, approved_at = NULL, expires_in_seconds = ${most}`;
    await with_damage(world, damage, async (scene) => {
        const { api } = scene;
        await scene.must_fail(500, await api.get(`/v1/budget/balance/${world.granted.grantId}`));
        const { replay } = world;
        await scene.must_fail(500, await api.post("/v1/agents", replay.body, replay.headers));
        await scene.must_fail(500, await api.refresh(world.agentId, world.granted.refreshToken));
        const { code, verifier: codeVerifier } = world.used_code;
        const body = { agentId: world.agentId, code, codeVerifier };
        await scene.must_fail(500, await api.post("/v1/token", body));
        assert.ok(await api.is_valid((await api.grant(await api.agent_id())).grantToken));
    });
});

// No answer is promised for these, but that there is one, and that the others' are as ever.
const strange = {
    "developers of no known kind": `UPDATE developers SET mode = 'x', plan = 'x', consent_auth = 'x',
        max_delegation_depth = -3, created_at = ${least} WHERE id = '${"$developer"}'`,
    "agents of no known state": `UPDATE agents SET status = 'x', scopes = char(10, 10), created_at = ${most}
        WHERE developer_id = '${"$developer"}'`,
    "grants from no known origin": `UPDATE grants SET origin = 'x', depth = -5, expires_at = ${most},
        issued_at = ${least}, parent_id = id, scopes = hex(zeroblob(500000))`,
    "tokens out of time": `UPDATE tokens SET expires_at = ${most}, revoked_at = ${least}`,
    "requests of no known state": `UPDATE auth_requests SET status = 'x', decide_by = ${most}, created_at = ${least}`,
    "policies in no known zone": `UPDATE policies SET time_zone = '../../etc/passwd', weekdays = 'x',
        window_start = ${most}, window_end = ${least}, priority = ${least}`,
    "sessions without an end": `UPDATE principal_sessions SET expires_at = ${most}`,
    "names that are no text": `UPDATE agents SET name = CAST(x'fffe41' AS TEXT), description = hex(zeroblob(2000000))`,
    "keys of another age": `UPDATE signing_keys SET signs_from = ${most}, created_at = ${least}, token_ttl_seconds = ${most}`,
    "totals at their end": `UPDATE developer_totals SET agents = ${least}, grants = ${most}
        WHERE developer_id = '${"$developer"}'`,
    "days that are none": `UPDATE usage_days SET day = 'x', verifications = ${most}`,
    "webhooks without a count": `UPDATE webhooks SET pending = ${least}, failed = ${most}`,
    "domains without a name": `UPDATE domains SET domain = '', token = ''`,
};

for (const [name, sql] of Object.entries(strange))
    test(`R-30 ${name} end no request without an answer`, async () => {
        await with_damage(world, sql.replaceAll("$developer", world.developer), async (scene) => {
            const { api } = scene;
            const { agentId, granted, tokens, webhooks, asked } = world;
            const answers = await Promise.all([
                ...["/v1/me", "/v1/agents", "/v1/grants", "/v1/policies", "/v1/domains", "/v1/usage/history",
                    "/v1/budget/allocations", "/v1/webhooks", `/v1/webhooks/${webhooks[0].id}/deliveries`,
                    "/v1/anomaly/metrics", `/v1/grants/${granted.grantId}`].map((path) => api.get(path)),
                ...tokens.map((token) => api.post("/v1/grants/verify", { token })),
                api.authorize(agentId).catch(() => ({ status: 400 })),
                api.post("/v1/budget/debit", { grantId: granted.grantId, amount: "1.00" }),
                api.post("/v1/principal-sessions", { principalId: "user_7421" }),
                api.refresh(agentId, world.refreshed.refreshToken),
                api.delegate(world.refreshed.grantToken, world.helper),
                api.revoke(granted.grantId),
                api.post("/v1/anomalies/detect"),
                scene.server.api(world.sessionToken).get("/v1/principal/grants"),
                scene.server.api("").get(`/v1/consent/${asked.authRequestId}${new URL(asked.consentUrl).search}`),
                scene.server.api("").get(`/permissions?session=${world.sessionToken}`),
            ]);
            for (const answer of answers)
                if (answer.status >= 500 && answer.body?.requestId)
                    await scene.must_fail(answer.status, answer);
            await scene.server.api().must(200, "GET", "/v1/me");
        });
    });
