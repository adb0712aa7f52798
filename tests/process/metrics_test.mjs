// The numbers of the running program, read as strictly as the format allows.
import assert from "node:assert/strict";
import { test } from "node:test";

import { read_exposition, value_of } from "../support/exposition.mjs";
import { eventually, memory_of, cpu_milliseconds } from "../support/process_state.mjs";
import { RawConnection, request_text } from "../support/raw_connection.mjs";
import {
    metrics_key as key,
    run_grantexd,
    start_server,
    temporary_directory,
} from "../support/server.mjs";

const env = { GRANTEXD_RATE_PROFILE: "off", GRANTEXD_METRICS_API_KEY: key };

async function scrape(server) {
    const answer = await server.api(key).get("/metrics");
    assert.equal(answer.status, 200, answer.text);
    assert.equal(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
    return read_exposition(answer.text);
}

// The names of the contract and of ours: type, labels beside `service`.
const counter = (...labels) => ["counter", labels];
const gauge = (...labels) => ["gauge", labels];
const histogram = (...labels) => ["histogram", labels];
const metrics = {
    grantex_token_exchange_total: counter("status"),
    grantex_authorize_total: counter("status"),
    grantex_grants_revoked_total: counter(),
    grantex_webhook_deliveries_total: counter("status"),
    grantex_anomalies_detected_total: counter("type", "severity"),
    grantex_authorize_duration_seconds: histogram(),
    grantex_token_exchange_duration_seconds: histogram(),
    grantex_http_request_duration_seconds: histogram("method", "route", "status_code"),
    grantex_active_grants: gauge(),
    grantex_anomalies_unacknowledged: gauge(),
    grantex_alerts_open: gauge(),
    grantex_alerts_acknowledged: gauge(),
    grantex_alerts_resolved: gauge(),
    grantex_webhook_delivery_attempts_total: counter("outcome"),
    grantex_webhook_pending: gauge(),
    grantex_outbox_oldest_seconds: gauge(),
    grantex_event_stream_connections: gauge("transport"),
    grantex_budget_debits_total: counter("outcome"),
    grantex_notification_deliveries_total: counter("channel", "status"),
    grantex_loop_lag_seconds: histogram(),
    grantex_commit_batch_writes: histogram(),
    process_cpu_seconds_total: counter(),
    process_start_time_seconds: gauge(),
    process_resident_memory_bytes: gauge(),
    process_virtual_memory_bytes: gauge(),
    process_open_fds: gauge(),
    process_max_fds: gauge(),
};
const bounds = {
    grantex_authorize_duration_seconds: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    grantex_token_exchange_duration_seconds: [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
    grantex_http_request_duration_seconds: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
};
const words = {
    "grantex_token_exchange_total status": ["success", "failure"],
    "grantex_authorize_total status": ["success", "failure"],
    "grantex_webhook_deliveries_total status": ["delivered", "failed"],
    "grantex_webhook_delivery_attempts_total outcome": ["success", "http_error", "timeout", "dns_error", "tls_error", "blocked", "other"],
    "grantex_event_stream_connections transport": ["sse", "ws"],
    "grantex_budget_debits_total outcome": ["applied", "insufficient", "inactive", "replayed"],
};

test("the reader of these tests takes nothing but the format", () => {
    const begin = "# HELP a b\n# TYPE a counter\n";
    const histogram = (...lines) => `# HELP h b\n# TYPE h histogram\n${lines.join("\n")}\n`;
    read_exposition(`${begin}a 1\na{b="c\\"\\\\\\n",d=""} 1.5e+07\n`);
    read_exposition(histogram('h_bucket{le="1"} 1', 'h_bucket{le="+Inf"} 2', "h_sum 3", "h_count 2"));
    for (const text of [
        `${begin}a 1`, "a 1\n", "# TYPE a counter\na 1\n", "# HELP a b\na 1\n", `${begin}b 1\n`,
        `${begin}a 1\na 2\n`, `${begin}${begin}`, `${begin}a{} 1\n`, `${begin}a{b="c",} 1\n`,
        `${begin}a{b=c} 1\n`, `${begin}a{b="c} 1\n`, `${begin}a{b="\\x"} 1\n`, `${begin}a one\n`,
        `${begin}a{b="c",b="c"} 1\n`, `${begin}a 1 2\n`, `${begin}\na 1\n`, `${begin}a_sum 1\n`,
        `${begin}a -1\n`, `${begin}a 1\r\n`, begin.replace("counter", "count"), `${begin}1a 1\n`,
        histogram('h_bucket{le="1"} 1', "h_sum 3", "h_count 1"),
        histogram('h_bucket{le="1"} 3', 'h_bucket{le="+Inf"} 2', "h_sum 3", "h_count 2"),
        histogram('h_bucket{le="1"} 1', 'h_bucket{le="+Inf"} 2', "h_sum 3", "h_count 3"),
        histogram('h_bucket{le="1"} 1', 'h_bucket{le="+Inf"} 2', "h_count 2"),
        histogram('h_bucket{le="+Inf"} 2', 'h_bucket{le="1"} 1', "h_sum 3", "h_count 2"),
    ])
        assert.throws(() => read_exposition(text), JSON.stringify(text));
});

test("exactly the metrics that are promised, with their types, labels, words and bounds", async () => {
    const server = await start_server({ env });
    await server.api().get("/v1/me");
    const families = await scrape(server);
    assert.deepEqual(Object.keys(families).sort(), Object.keys(metrics).sort());
    for (const [name, { type, help, samples }] of Object.entries(families)) {
        const [expected, labels] = metrics[name];
        assert.equal(type, expected, name);
        assert.ok(help.length > 5, name);
        for (const sample of samples) {
            const { le, service, ...own } = sample.labels;
            assert.equal(service, "grantex-auth-service");
            assert.deepEqual(Object.keys(own), labels, name);
        }
        if (bounds[name]) {
            const found = new Set(samples.map(({ labels: { le } }) => le).filter((le) => le));
            assert.deepEqual([...found].map(Number).filter((n) => n), bounds[name], name);
        }
    }
    for (const [metric, expected] of Object.entries(words)) {
        const [name, label] = metric.split(" ");
        assert.deepEqual(families[name].samples.map(({ labels }) => labels[label]), expected, name);
    }
    await server.stop();
});

test("what the server does moves its numbers", async () => {
    const server = await start_server({ env });
    const api = server.sandbox();
    const agent_id = await api.agent_id();
    const before = await scrape(server);
    const granted = await api.grant(agent_id);
    const child = await api.delegate(granted.grantToken, agent_id);
    assert.equal(child.status, 201, child.text);
    await api.grant(agent_id);
    await api.post("/v1/token", { agentId: agent_id, code: "a".repeat(43) });
    await api.revoke(granted.grantId);
    await api.get(`/v1/grants/${granted.grantId}`);
    await api.get("/nowhere");
    const after = await scrape(server);
    const moved = (name, labels) =>
        (value_of(after, name, labels) ?? 0) - (value_of(before, name, labels) ?? 0);
    assert.equal(moved("grantex_authorize_total", { status: "success" }), 2);
    assert.equal(moved("grantex_token_exchange_total", { status: "success" }), 2);
    assert.equal(moved("grantex_token_exchange_total", { status: "failure" }), 1);
    assert.equal(moved("grantex_token_exchange_duration_seconds_count"), 3);
    assert.equal(moved("grantex_grants_revoked_total"), 2);
    const requests = (method, route, status_code) =>
        moved("grantex_http_request_duration_seconds_count", { method, route, status_code });
    assert.equal(requests("GET", "/v1/grants/:grantId", "200"), 1);
    assert.equal(requests("DELETE", "/v1/grants/:grantId", "204"), 1);
    assert.equal(requests("GET", "unmatched", "404"), 1);
    assert.equal(requests("GET", "/metrics", "200"), 0);
    assert.ok(moved("grantex_commit_batch_writes_sum") >= 7);
    // A signature takes a quarter of a millisecond, and no exchange is done without one.
    assert.ok(moved("grantex_token_exchange_duration_seconds_sum") > 0.0004);
    assert.ok(await eventually(async () =>
        value_of(await scrape(server), "grantex_loop_lag_seconds_count") >= 2));
    await server.stop();
});

test("the gauge of active grants is right soon after a start", async () => {
    const server = await start_server({ env });
    const api = server.sandbox();
    const agent_id = await api.agent_id();
    await api.grant(agent_id);
    const { grantId } = await api.grant(agent_id);
    await api.grant(agent_id, { expiresIn: "2s" });
    await api.revoke(grantId);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    await server.restart();
    assert.ok(await eventually(async () =>
        value_of(await scrape(server), "grantex_active_grants") === 1));
    await server.stop();
});

test("process_* is what the kernel says of this process", async () => {
    const server = await start_server({ env });
    const open = await Promise.all([...Array(20)].map(() => RawConnection.open(server.base)));
    const families = await scrape(server);
    const near = (name, expected, part) => {
        const value = value_of(families, name);
        assert.ok(Math.abs(value - expected) <= part * expected, `${name}: ${value}, ${expected}`);
    };
    near("process_resident_memory_bytes", memory_of(server.pid).now * 1024 * 1024, 0.2);
    near("process_start_time_seconds", Date.now() / 1000, 60 / 1e9);
    assert.ok(value_of(families, "process_open_fds") > 20);
    assert.ok(value_of(families, "process_open_fds") < 60);
    assert.ok(value_of(families, "process_max_fds") >= 1024);
    assert.ok(
        Math.abs(value_of(families, "process_cpu_seconds_total") * 1000 - cpu_milliseconds(server.pid)) < 100,
    );
    open.forEach((connection) => connection.end());
    await server.stop();
});

test("what a client makes up becomes no label and breaks no line", async () => {
    const server = await start_server({ env });
    const names = ['a"b', "a\\b", "a{b}", "a\u2028b", "%0a# HELP x y%0a", "a".repeat(400)];
    for (const name of names) await server.api().get(`/v1/agents/${encodeURIComponent(name)}`);
    for (const name of names) await server.api().get(`/${encodeURIComponent(name)}`);
    for (const method of ["BREW", "get", "X".repeat(60)]) {
        const connection = await RawConnection.open(server.base);
        connection.write(request_text(method, "/v1/agents", { headers: { Connection: "close" } }));
        await connection.answer();
        connection.end();
    }
    const { samples } = (await scrape(server)).grantex_http_request_duration_seconds;
    const labels = (name) => [...new Set(samples.map((sample) => sample.labels[name]))].sort();
    assert.deepEqual(labels("route"), ["/v1/agents/:agentId", "unmatched"]);
    assert.deepEqual(labels("method"), ["GET", "other"]);
    await server.stop();
});

test("the settings that cannot work stop the start, and bare ones leave the numbers shut", async () => {
    const refused = async (extra, sentence) => {
        const args = ["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir", temporary_directory()];
        const { code, stderr } = await run_grantexd(args, { env: extra });
        assert.equal(code, 78, stderr);
        assert.match(stderr, sentence);
        assert.ok(!stderr.includes(key));
    };
    await refused({ GRANTEXD_METRICS_REQUIRE_AUTH: "true" }, /GRANTEXD_METRICS_API_KEY.*Try: /);
    await refused(
        { GRANTEXD_METRICS_API_KEY: key, GRANTEXD_ADMIN_API_KEY: key },
        /GRANTEXD_METRICS_API_KEY must differ/,
    );
    await refused({ GRANTEXD_METRICS_API_KEY: "short" }, /16 to 512 visible/);
    const bare = await start_server();
    assert.equal((await bare.api().get("/metrics")).status, 503);
    await bare.stop();
    const open = await start_server({ env: { METRICS_REQUIRE_AUTH: "false" } });
    assert.equal((await open.api("").get("/metrics")).status, 200);
    await open.stop();
    const off = await start_server({ env: { ...env, METRICS_ENABLED: "false" } });
    assert.equal((await off.api(key).get("/metrics")).status, 404);
    await off.stop();
});
