// The dashboard and the alerts of the package, against the numbers that the server really gives and
// a real Prometheus that reads them.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

import { send } from "../support/api.mjs";
import { read_exposition } from "../support/exposition.mjs";
import { free_port } from "../support/free_port.mjs";
import { eventually } from "../support/process_state.mjs";
import {
    metrics_key,
    run_program,
    start_program,
    start_server,
    temporary_directory,
} from "../support/server.mjs";

const { parse } = createRequire(new URL("../clients/package.json", import.meta.url))("yaml");
const top = fileURLToPath(new URL("../..", import.meta.url));
const rules_file = join(top, "systemd/prometheus/grantexd.rules.yml");
const tests_file = join(top, "tests/process/alerts.yml");
const rules_text = readFileSync(rules_file, "utf8");
const rules = parse(rules_text).groups.flatMap((group) => group.rules);
const dashboard_text = readFileSync(join(top, "systemd/grafana/grantexd.json"), "utf8");
const dashboard = JSON.parse(dashboard_text);
const panels = dashboard.panels.filter(({ type }) => type !== "row");
const annotations = dashboard.annotations.list;
const queries = [...panels.flatMap(({ targets }) => targets), ...annotations].map(({ expr }) => expr);

// As Grafana fills them in for everything.
const filled_in = (expr) =>
    expr.replaceAll("$job", ".*").replaceAll("$instance", ".*").replaceAll("$__rate_interval", "4s");

// Of what Prometheus itself or the node exporter gives.
const foreign = ["up", "node_systemd_unit_state"];
const names_in = (text) => new Set(text.match(/\b(?:grantex|process|node)_[a-z_]+/g));
// Labels that a selector names, beside those of Prometheus: {name: [[label, operator, value]]}
function selectors_of(expr) {
    const found = [];
    for (const [, name, inner] of expr.matchAll(/\b([a-z_]+)\{([^}]*)\}/g))
        for (const [, label, operator, value] of inner.matchAll(/(\w+)(=~|!~|!=|=)"([^"]*)"/g))
            if (!["job", "instance"].includes(label)) found.push({ name, label, operator, value });
    return found;
}

let server, prometheus, families, api, port;
before(async () => {
    server = await start_server({
        env: { GRANTEXD_RATE_PROFILE: "off", GRANTEXD_METRICS_API_KEY: metrics_key },
    });
    api = server.sandbox();
    await use(api);
    families = read_exposition((await server.api(metrics_key).get("/metrics")).text);
});
after(async () => {
    prometheus?.child.kill("SIGTERM");
    await prometheus?.ended;
    await server.stop();
});

// One of everything that the dashboard shows.
async function use(caller) {
    const agent_id = await caller.agent_id();
    const granted = await caller.grant(agent_id);
    await caller.post("/v1/token", { agentId: agent_id, code: "a".repeat(43) });
    await caller.must(201, "POST", "/v1/budget/allocate", { grantId: granted.grantId, initialBudget: "10.00" });
    await caller.post("/v1/budget/debit", { grantId: granted.grantId, amount: "1.00" });
    await caller.revoke(granted.grantId);
    await server.api("no-key").get("/v1/me");
}

test("promtool takes the rules, and every alert behaves in its tests", async () => {
    const checked = await run_program(["promtool", "check", "rules", rules_file]);
    assert.equal(checked.code, 0, checked.stdout + checked.stderr);
    const tested = await run_program(["promtool", "test", "rules", tests_file]);
    assert.equal(tested.code, 0, tested.stdout + tested.stderr);
    const tests = readFileSync(tests_file, "utf8");
    assert.ok(rules.length > 10);
    for (const { alert } of rules) assert.match(tests, new RegExp(`\\b${alert}\\b`), alert);
});

test("every alert says how bad it is, what it is and where to look", () => {
    for (const { alert, labels, annotations: texts } of rules) {
        assert.match(alert, /^Grantexd[A-Z]\w+$/);
        assert.ok(["critical", "warning"].includes(labels.severity), alert);
        assert.ok(texts.summary.length > 10 && !texts.summary.includes("{{"), alert);
        assert.match(texts.description, /\{\{ \$labels\.instance \}\}/, alert);
    }
    const names = rules.map(({ alert }) => alert);
    assert.equal(new Set(names).size, names.length);
});

test("every metric that an alert or a panel names is one that the server gives", () => {
    const given = new Set(
        Object.entries(families).flatMap(([name, { type }]) =>
            type === "histogram" ? ["_bucket", "_sum", "_count"].map((part) => name + part) : [name],
        ),
    );
    const used = new Set([...names_in(rules_text), ...queries.flatMap((q) => [...names_in(q)])]);
    assert.ok(used.size > 20);
    for (const name of used) assert.ok(given.has(name) || foreign.includes(name), name);
    // And all that it gives is on a panel, but for the time of the start, which the unit hides.
    for (const [name, { type }] of Object.entries(families)) {
        const is_shown = [...used].some((one) => one === name || (type === "histogram" && one.startsWith(`${name}_`)));
        assert.ok(is_shown || name === "process_start_time_seconds", `${name} is not on any panel`);
    }
});

test("every label and every word that a query names is one that the server gives", () => {
    const samples = Object.values(families).flatMap((family) => family.samples);
    // They appear with the first that is found or sent.
    const declared = {
        grantex_anomalies_detected_total: { severity: ["low", "medium", "high", "critical"] },
        grantex_notification_deliveries_total: { status: ["delivered", "failed"] },
    };
    const selectors = [...rules.map(({ expr }) => expr), ...queries].flatMap(selectors_of);
    assert.ok(selectors.length > 10);
    for (const { name, label, operator, value } of selectors) {
        if (foreign.includes(name)) continue;
        const values =
            declared[name]?.[label] ??
            samples.filter((sample) => sample.name === name).map(({ labels }) => labels[label]);
        assert.ok(values.some((one) => one !== undefined), `${name} has no label ${label}`);
        // Statuses of failures that did not happen here cannot be met.
        if (label === "status_code" || operator.startsWith("!")) continue;
        const words = operator === "=~" ? value.split("|") : [value];
        for (const word of words) assert.ok(values.includes(word), `${name} ${label}="${word}"`);
    }
});

test("the dashboard is whole: panels do not overlap, each says what it shows and where from", () => {
    assert.equal(dashboard.uid, "grantexd");
    assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
    const taken = new Set();
    for (const { title, gridPos: { x, y, w, h } } of dashboard.panels) {
        assert.ok(title.length > 1 && x >= 0 && x + w <= 24, title);
        for (let column = x; column < x + w; ++column)
            for (let line = y; line < y + h; ++line) {
                assert.ok(!taken.has(`${column} ${line}`), `${title} overlaps`);
                taken.add(`${column} ${line}`);
            }
    }
    const variables = dashboard.templating.list.map(({ name }) => name);
    assert.deepEqual(variables, ["datasource", "job", "instance"]);
    for (const { title, description, datasource, targets, fieldConfig } of panels) {
        assert.ok(description.length > 5, title);
        assert.ok(fieldConfig.defaults.unit, title);
        assert.equal(new Set(targets.map(({ refId }) => refId)).size, targets.length, title);
        for (const source of [datasource, ...targets.map((target) => target.datasource)])
            assert.deepEqual(source, { type: "prometheus", uid: "${datasource}" }, title);
        for (const { expr } of targets) assert.match(expr, /job=~"\$job",instance=~"\$instance"/, title);
    }
});

async function start_prometheus() {
    const folder = temporary_directory();
    port = await free_port();
    const target = new URL(server.base).host;
    writeFileSync(join(folder, "key"), metrics_key);
    const job = `{ job_name: grantexd, scrape_interval: 1s, metrics_path: /metrics,
        authorization: { credentials_file: ${folder}/key }, static_configs: [{ targets: ["${target}"] }] }`;
    writeFileSync(join(folder, "prometheus.yml"), `rule_files: ["${rules_file}"]
global: { evaluation_interval: 1s }
scrape_configs: [${job}]\n`);
    prometheus = start_program([
        "prometheus", `--config.file=${folder}/prometheus.yml`, `--storage.tsdb.path=${folder}/data`,
        `--web.listen-address=127.0.0.1:${port}`,
    ]);
}
const ask = (path) => send(`http://127.0.0.1:${port}`, "GET", `/api/v1/${path}`);
const query = async (expr) => {
    const { body, text } = await ask(`query?query=${encodeURIComponent(expr)}`);
    assert.equal(body?.status, "success", text);
    return body.data.result;
};

test("a real Prometheus reads the server with its key, and every panel shows something", async () => {
    await start_prometheus();
    const is_read = async () => {
        const answer = await ask("query?query=up").catch(() => undefined);
        return answer?.body?.data?.result[0]?.value[1] === "1";
    };
    assert.ok(await eventually(is_read, 30_000), prometheus.stderr);
    for (let second = 0; second < 5; ++second) {
        await use(api);
        await new Promise((resolve) => setTimeout(resolve, 1000));
    }
    // What did not happen here, and shows nothing until it does.
    const quiet = /"429"|"5\.\."|grantex_notification_deliveries|grantex_anomalies_detected/;
    for (const { title, targets } of panels)
        for (const { expr } of targets) {
            const result = await query(filled_in(expr));
            if (!quiet.test(expr) || title === "Errors") assert.ok(result.length > 0, `${title}: ${expr}`);
        }
    for (const { expr } of annotations) await query(filled_in(expr).replace("[1m]", "[4s]"));
    const [{ value }] = await query("sum(grantex_active_grants)");
    assert.ok(Number(value[1]) >= 0);
});

test("a server that is well raises no alert in it", async () => {
    const { body } = await ask("rules");
    const loaded = body.data.groups.flatMap((group) => group.rules);
    assert.deepEqual(loaded.map(({ name }) => name).sort(), rules.map(({ alert }) => alert).sort());
    for (const { name, health, lastError } of loaded) assert.equal(health, "ok", `${name}: ${lastError}`);
    assert.deepEqual(await query('ALERTS{alertstate="firing"}'), []);
});
