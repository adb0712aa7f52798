// One bad record: rows that are not what the program has written, put there while no server runs.
// Only what needs such a row fails: a request with a clear answer and a line of the log, a delivery
// with its reason. Jobs go on with their other rows, none of them loops, the process does not end.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { before, test } from "node:test";

import { read_rows } from "../support/database.mjs";
import { damaged_copy, with_damage } from "../support/damaged_rows.mjs";
import { SseClient } from "../support/event_stream.mjs";
import { full_world_env, make_full_world } from "../support/full_world.mjs";
import { eventually } from "../support/process_state.mjs";
import { Random } from "../support/random.mjs";
import { rounds, run_grantexd } from "../support/server.mjs";

const seed = Number(process.env.GRANTEXD_TEST_SEED ?? randomInt(2 ** 31));
const random = new Random(seed);
const least = "-9223372036854775808";
const most = "9223372036854775807";

let world;
let events; // what is pending at each receiver: {first: [event ids], ...}

before(async () => {
    world = await make_full_world({ due_at: 1 });
    const pending = (table, column, { id }) =>
        read_rows(
            world.data_dir,
            `SELECT event_id FROM ${table}
            WHERE status = 'pending' AND ${column} = '${id}' ORDER BY id`,
        ).flat();
    events = {
        first: pending("deliveries", "webhook_id", world.webhooks[0]),
        second: pending("deliveries", "webhook_id", world.webhooks[1]),
        third: pending("notifications", "channel_id", world.channels[0]),
        fourth: pending("notifications", "channel_id", world.channels[1]),
    };
    for (const ids of Object.values(events)) assert.ok(ids.length > 0);
});

// Some of these kinds of damage in a short run, all of them in a long one.
function some(t, list, count = 1) {
    const rest = [...list];
    const chosen = [];
    while (chosen.length < rounds(count) && rest.length > 0)
        chosen.push(...rest.splice(random.below(rest.length), 1));
    t.diagnostic(`seed ${seed}: ${chosen.length} of ${list.length}`);
    return chosen;
}

const rows_of = (sql) => read_rows(world.data_dir, sql).flat();
const without = (ids, ...missing) => ids.filter((id) => !missing.includes(id));
const json_errors = (scene, path) =>
    scene.api
        .must(200, "GET", path)
        .then(({ deliveries }) => deliveries.map(({ lastError }) => lastError));

test("R-30 an endpoint that cannot be used gets nothing, the other one everything", async (t) => {
    const { id } = world.webhooks[0];
    for (const change of some(t, [
        "sealed_secret = 'v1.dek_01M8F5ZA5JK5N2QPYGC0X9DADK.AAAA'",
        "sealed_next_secret = 'none', next_secret_at = 0",
        "url = ':::'",
    ])) {
        const damage = `UPDATE webhooks SET ${change} WHERE id = '${id}'`;
        await with_damage(world, damage, async (scene) => {
            await scene.until_received("second", events.second);
            const path = `/v1/webhooks/${id}/deliveries?pageSize=100`;
            await eventually(async () =>
                (await json_errors(scene, path)).every((text) => !/refused/.test(text)),
            );
            for (const text of await json_errors(scene, path)) assert.match(text, /secret|URL/);
            assert.deepEqual(scene.received("first"), []);
        });
    }
});

test("R-30 a damaged event is not delivered, those around it are, each once", async () => {
    const [damaged, gone, long, strange, ...rest] = events.second;
    assert.ok(rest.length > 0);
    const damage = `
        UPDATE events SET data = '{"grantId":' WHERE id = '${damaged}';
        DELETE FROM events WHERE id = '${gone}';
        UPDATE events SET data = '{"a":"' || hex(zeroblob(250000)) || '"}' WHERE id = '${long}';
        UPDATE events SET created_at = ${least} WHERE id = '${strange}'`;
    await with_damage(world, damage, async (scene) => {
        for (const name of ["first", "second"])
            await scene.until_received(name, without(events[name], damaged, gone));
        const path = `/v1/webhooks/${world.webhooks[1].id}/deliveries?pageSize=100`;
        const damage = async () =>
            (await json_errors(scene, path)).includes("the event is damaged");
        assert.ok(await eventually(damage));
        await scene.until_logged(/event=error .*delivery=whd_\w+ cause="?it cannot be read/);

        const api = scene.api;
        const stream = await SseClient.open(api, { headers: { "last-event-id": "evt_0" } });
        await eventually(() => stream.text.includes(rest.at(-1)));
        assert.ok(stream.text.includes(rest.at(-1)) && !stream.text.includes(damaged), stream.text);
        await scene.until_logged(new RegExp(`code=STREAM event=${damaged}`));
        stream.close();
    });
});

test("R-30 a delivery whose outcome cannot be stored is not sent again and again", async (t) => {
    const { id } = world.webhooks[0];
    for (const sql of some(t, [
        `UPDATE deliveries SET attempts = ${most} WHERE id =
            (SELECT min(id) FROM deliveries WHERE webhook_id = '${id}' AND status = 'pending')`,
        `UPDATE webhooks SET delivered = ${most} WHERE id = '${id}'`,
        `UPDATE deliveries SET due_at = ${least} WHERE webhook_id = '${id}' AND status = 'pending'`,
    ])) {
        await with_damage(world, sql, async (scene) => {
            for (const name of ["first", "second"]) await scene.until_received(name, events[name]);
            await scene.is_quiet();
            for (const name of ["first", "second"]) await scene.until_received(name, events[name]);
        });
    }
});

test("R-30 a damaged alert or channel ends its notifications and no others", async (t) => {
    const channel = `id = '${world.channels[0].id}'`;
    const [[alert, event]] = read_rows(
        world.data_dir,
        `SELECT anomaly_id, event_id FROM notifications
        WHERE channel_id = '${world.channels[0].id}' LIMIT 1`,
    );
    for (const sql of some(t, [
        `UPDATE anomaly_channels SET sealed_config = 'v1.x' WHERE ${channel}`,
        ...["pagerduty", "email", "slack", "datadog"].map(
            (type) => `UPDATE anomaly_channels SET type = '${type}' WHERE ${channel}`,
        ),
    ])) {
        await with_damage(world, sql, async (scene) => {
            await scene.until_received("fourth", events.fourth);
            assert.deepEqual(scene.received("third"), []);
        });
    }
    const damage = `
        UPDATE anomalies SET metadata = '{"x', detected_at = ${least} WHERE id = '${alert}';
        UPDATE events SET data = '{"x' WHERE id = '${event}';
        UPDATE anomaly_channels SET type = 'pagerduty' WHERE ${channel}`;
    await with_damage(world, damage, async (scene) => {
        await scene.until_received("fourth", without(events.fourth, event));
    });
});

test("R-30 a damaged mail is given up, the others go out", async (t) => {
    const one = "id = (SELECT min(id) FROM mails)";
    for (const [change, count] of some(t, [
        ["sealed_token = 'x'", 1],
        [`expires_at = ${least}`, 1],
        [`expires_at = ${most}, due_at = ${least}, attempts = ${most}`, 2],
    ])) {
        await with_damage(world, `UPDATE mails SET ${change} WHERE ${one}`, async (scene) => {
            await scene.smtp.until_mails(count);
            if (count === 1) await scene.until_logged(/event=mail\.given_up/);
            await scene.is_quiet();
            assert.equal(scene.smtp.mails.length, count);
        });
    }
});

test("R-30 what detection keeps of one developer does not stop it for others", async (t) => {
    for (const sql of some(t, [
        "UPDATE anomaly_cursors SET position = ''",
        `UPDATE anomaly_counts SET total = ${least}, bad = ${most}`,
        `UPDATE anomaly_signals SET kind = 'none', at = ${least}, detail = '{"'`,
        `UPDATE anomaly_pairs SET first_at = ${least};
         UPDATE anomaly_depths SET depth = ${most}, last_at = ${least};
         UPDATE anomaly_rules SET condition = '{"x'`,
    ])) {
        await with_damage(world, sql, async (scene) => {
            const account = { name: "Fresh", mode: "sandbox" };
            const { apiKey } = await scene.server.api("").must(201, "POST", "/v1/signup", account);
            const fresh = scene.server.api(apiKey);
            const agentId = await fresh.agent_id();
            for (let i = 0; i < 51; ++i) await fresh.log_audit({ agentId });
            const { anomalies } = await fresh.must(200, "POST", "/v1/anomalies/detect");
            assert.ok(anomalies.length > 0);
        });
    }
});

test("R-30 usage that one row does not take is not held back from the others", async () => {
    const day = new Date().toISOString().slice(0, 10);
    const damage = `UPDATE usage_days SET day = '${day}', verifications = ${most}
        WHERE developer_id = '${world.developer}'`;
    const data_dir = await with_damage(world, damage, async (scene) => {
        const [token] = world.tokens;
        await scene.api.must(200, "POST", "/v1/tokens/verify", { token });
        await scene.server.api().must(200, "POST", "/v1/tokens/verify", { token });
        await scene.until_logged(/verifications of dev_\w+ are lost/);
    });
    const sql = `SELECT verifications FROM usage_days
        WHERE developer_id <> '${world.developer}' AND verifications > 0`;
    assert.deepEqual(read_rows(data_dir, sql), [["1"]]);
});

test("R-30 what is old is removed, whatever stands beside it", async () => {
    const old = (id, event, status) => `
        INSERT INTO deliveries (id, webhook_id, event_id, status, url, created_at)
        VALUES ('${id}', '${world.webhooks[0].id}', '${event}', '${status}', '', ${least});`;
    const damage = `
        INSERT INTO events VALUES ('evt_00', '${world.developer}', 'grant.created', '{"', ${least});
        ${old("whd_001", "evt_00", "delivered")} ${old("whd_002", "evt_none", "failed")}
        ${old("whd_003", "evt_00", "of no kind")}`;
    const data_dir = await with_damage(world, damage, async (scene) => {
        await scene.until_received("second", events.second);
    });
    const left = read_rows(data_dir, "SELECT id FROM deliveries WHERE id LIKE 'whd_00%'").flat();
    assert.deepEqual(left, ["whd_002"]);
    assert.deepEqual(read_rows(data_dir, "SELECT id FROM events WHERE id = 'evt_00'"), []);
});

test("R-30 a key that does not open stops the start, or the developer who has it", async () => {
    for (const sealed of ["'v1.x'", "NULL"]) {
        const retired = damaged_copy(
            world,
            `INSERT INTO signing_keys
            SELECT 'old', ${sealed}, 1, 1, token_ttl_seconds, NULL FROM signing_keys`,
        );
        const args = ["serve", "--dev", "--data-dir", retired, "--listen", "127.0.0.1:0"];
        const refused = await run_grantexd(args, { env: full_world_env(1, 2) });
        assert.equal(refused.code, 78);
        assert.match(refused.stderr, /^grantexd: signing key old cannot be opened.*\n$/);
    }

    const damage = `UPDATE data_keys SET wrapped = substr(wrapped, 1, 12) || 'AAAA'
        WHERE developer_id = '${world.developer}'`;
    await with_damage(world, damage, async (scene) => {
        const hook = { url: "https://hooks.nimbus.example/", events: ["grant.created"] };
        await scene.must_fail(500, await scene.api.post("/v1/webhooks", hook));
        await scene.server.api().must(201, "POST", "/v1/webhooks", hook);
        const { replay } = world;
        await scene.must_fail(500, await scene.api.post("/v1/agents", replay.body, replay.headers));
    });
});

test("R-30 an answer with a stored text that is no JSON is refused, others are given", async () => {
    const [broken, whole] = rows_of(
        `SELECT id FROM audit_entries
        WHERE developer_id = '${world.developer}' AND seq IN (3, 4) ORDER BY seq`,
    );
    const [alert, other_alert] = rows_of("SELECT id FROM anomalies ORDER BY id");
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
        for (const path of [
            `/v1/audit/${whole}`,
            `/v1/anomaly/alerts/${other_alert}`,
            "/v1/agents",
        ])
            await api.must(200, "GET", path);
        const page = await scene.server
            .api("")
            .get(`/permissions?session=${world.sessionToken}&view=history`);
        assert.ok([200, 500].includes(page.status), page.text);
    });
});

test("R-30 numbers and times far out of range fail where they are used", async () => {
    const damage = `
        UPDATE budgets SET remaining = ${least};
        UPDATE idempotency_records SET status = 99999;
        UPDATE refresh_tokens SET successor = NULL WHERE status = 'used';
        UPDATE auth_requests SET consumed_at = NULL, approved_at = NULL,
            expires_in_seconds = ${most}`;
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
    "developers of no known kind": `UPDATE developers SET mode = 'x', plan = 'x',
        consent_auth = 'x', max_delegation_depth = -3, created_at = ${least} WHERE id = '$developer'`,
    "agents of no known state": `UPDATE agents SET status = 'x', scopes = char(10, 10),
        created_at = ${most} WHERE developer_id = '$developer'`,
    "grants from no known origin": `UPDATE grants SET origin = 'x', depth = -5,
        expires_at = ${most}, issued_at = ${least}, parent_id = id, scopes = hex(zeroblob(500000))`,
    "tokens out of time": `UPDATE tokens SET expires_at = ${most}, revoked_at = ${least}`,
    "requests of no known state": `UPDATE auth_requests SET status = 'x', decide_by = ${most},
        created_at = ${least}`,
    "policies in no known zone": `UPDATE policies SET time_zone = '../../etc/passwd',
        weekdays = 'x', window_start = ${most}, window_end = ${least}, priority = ${least}`,
    "sessions without an end": `UPDATE principal_sessions SET expires_at = ${most}`,
    "names that are no text": `UPDATE agents SET name = CAST(x'fffe41' AS TEXT),
        description = hex(zeroblob(2000000))`,
    "keys of another age": `UPDATE signing_keys SET signs_from = ${most},
        created_at = ${least}, token_ttl_seconds = ${most}`,
    "totals at their end": `UPDATE developer_totals SET agents = ${least}, grants = ${most}
        WHERE developer_id = '$developer'`,
    "days that are none": `UPDATE usage_days SET day = 'x', verifications = ${most}`,
    "webhooks without a count": `UPDATE webhooks SET pending = ${least}, failed = ${most}`,
    "domains without a name": `UPDATE domains SET domain = '', token = ''`,
};

test("R-30 whatever a row holds, a request that reads it is answered", async (t) => {
    for (const [name, sql] of some(t, Object.entries(strange), 2)) {
        t.diagnostic(name);
        await with_damage(world, sql.replaceAll("$developer", world.developer), async (scene) => {
            const { api } = scene;
            const { agentId, granted, tokens, webhooks, asked } = world;
            const answers = await Promise.all([
                ...[
                    "/v1/me",
                    "/v1/agents",
                    "/v1/grants",
                    "/v1/policies",
                    "/v1/domains",
                    "/v1/usage/history",
                    "/v1/budget/allocations",
                    "/v1/webhooks",
                    `/v1/webhooks/${webhooks[0].id}/deliveries`,
                    "/v1/anomaly/metrics",
                    `/v1/grants/${granted.grantId}`,
                ].map((path) => api.get(path)),
                ...tokens.map((token) => api.post("/v1/grants/verify", { token })),
                api.authorize(agentId).catch(() => ({ status: 400 })),
                api.post("/v1/budget/debit", { grantId: granted.grantId, amount: "1.00" }),
                api.post("/v1/principal-sessions", { principalId: "user_7421" }),
                api.refresh(agentId, world.refreshed.refreshToken),
                api.delegate(world.refreshed.grantToken, world.helper),
                api.revoke(granted.grantId),
                api.post("/v1/anomalies/detect"),
                scene.server.api(world.sessionToken).get("/v1/principal/grants"),
                scene.server
                    .api("")
                    .get(`/v1/consent/${asked.authRequestId}${new URL(asked.consentUrl).search}`),
                scene.server.api("").get(`/permissions?session=${world.sessionToken}`),
            ]);
            for (const answer of answers)
                if (answer.status >= 500 && answer.body?.requestId)
                    await scene.must_fail(answer.status, answer);
            await scene.server.api().must(200, "GET", "/v1/me");
        });
    }
});
