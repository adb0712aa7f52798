// Alerts on their way to channels: the real program, and receivers that stand where the names of
// Slack, PagerDuty and Datadog lead in the test.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { once } from "node:events";
import { test } from "node:test";

import { make_certificate } from "../support/certificate.mjs";
import { NameServer } from "../support/name_server.mjs";
import { Receiver, expected_signatures, local_receivers } from "../support/receiver.mjs";
import { SmtpServer } from "../support/smtp_server.mjs";
import { start_server } from "../support/server.mjs";

const names = ["hooks.slack.com", "events.pagerduty.com", "api.datadoghq.eu", "receiver.test"];
const address = "127.0.0.3"; // of this test alone, so that port 443 is free there

// PagerDuty and Datadog have one address each, at port 443, which not everybody may listen on.
async function may_listen_on_443() {
    const server = createServer();
    server.listen(443, address);
    const [listening] = await Promise.race([
        once(server, "listening").then(() => [true]),
        once(server, "error").then(() => [false]),
    ]);
    server.close();
    return listening;
}
const no_443 = (await may_listen_on_443()) ? false : "needs the right to listen on port 443";

async function world(t, env = {}) {
    const certificate = make_certificate(...names);
    const name_server = await new NameServer((name, type) =>
        names.includes(name) ? (type === "A" ? [address] : []) : undefined,
    ).listen();
    const receiver = await new Receiver({ tls: certificate, host: address }).listen(443);
    const server = await start_server({
        env: {
            ...local_receivers,
            GRANTEXD_RATE_PROFILE: "off",
            GRANTEXD_DNS_SERVERS: name_server.address,
            SSL_CERT_FILE: certificate.file,
            ...env,
        },
    });
    t.after(async () => {
        await server.stop();
        receiver.close();
        name_server.close();
    });
    return { server, receiver, api: server.sandbox() };
}
// More than 50 entries of one agent in an hour: AD-011, of severity high.
async function cause_alert(api) {
    const agentId = await api.agent_id();
    const { grantId } = await api.grant(agentId);
    await Promise.all([...Array(60)].map(() => api.log_audit({ agentId, grantId })));
    const { anomalies } = await api.must(200, "POST", "/v1/anomalies/detect");
    return anomalies.find(({ ruleId }) => ruleId === "AD-011");
}
const channel = (api, type, config, fields = {}) =>
    api.must(201, "POST", "/v1/anomaly/channels", { type, name: `by ${type}`, config, ...fields });

test("an alert reaches every channel, each in its own words", { skip: no_443 }, async (t) => {
    const { receiver, api } = await world(t);
    await channel(api, "slack", { webhookUrl: "https://hooks.slack.com/services/T0/B0/secret" });
    await channel(api, "pagerduty", { routingKey: "routing-key-0123456789abcdef" });
    await channel(api, "datadog", { apiKey: "datadog-key-0123456789abcdef", site: "datadoghq.eu" });
    const hook = await channel(api, "webhook", { url: "https://receiver.test/alerts" });
    await channel(api, "slack", { webhookUrl: "https://hooks.slack.com/services/low" }, { severities: ["low"] });
    const alert = await cause_alert(api);
    const by_host = () => Object.fromEntries(receiver.received.map((each) => [each.headers.host, each]));
    const end = Date.now() + 20_000;
    const high = () => receiver.received.filter(({ url }) => url !== "/services/low");
    while (high().length < 4 && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.equal(high().length, 4, JSON.stringify(receiver.received.map(({ url }) => url)));
    const found = Object.fromEntries(high().map((each) => [each.headers.host, each]));

    const slack = found["hooks.slack.com"].event;
    assert.ok(slack.text.startsWith("[HIGH] Rate spike: "), slack.text);
    assert.deepEqual(slack.attachments[0].fields[0], { title: "Agent", value: alert.agentId, short: true });
    assert.equal(slack.attachments[0].fields[1].value, alert.id);

    const pager = found["events.pagerduty.com"];
    assert.equal(pager.url, "/v2/enqueue");
    assert.equal(pager.event.routing_key, "routing-key-0123456789abcdef");
    assert.equal(pager.event.event_action, "trigger");
    assert.equal(pager.event.dedup_key, alert.id);
    assert.equal(pager.event.payload.severity, "error");
    assert.equal(pager.event.payload.component, alert.agentId);
    assert.deepEqual(pager.event.payload.custom_details, alert.metadata);

    const dog = found["api.datadoghq.eu"];
    assert.equal(dog.url, "/api/v1/events");
    assert.equal(dog.headers["dd-api-key"], "datadog-key-0123456789abcdef");
    assert.deepEqual(dog.event.tags, ["rule:AD-011", "severity:high", `agent:${alert.agentId}`]);

    const delivery = found["receiver.test"];
    assert.deepEqual(Object.keys(delivery.event), ["id", "type", "createdAt", "data"]);
    assert.equal(delivery.event.type, "anomaly.detected");
    assert.equal(delivery.event.data.alertId, alert.id);
    const { v2, legacy } = expected_signatures(hook.config.secret, delivery);
    assert.equal(delivery.headers["x-grantex-signature-v2"], v2);
    assert.equal(delivery.headers["x-grantex-signature"], legacy);

    // Of what becomes of the alert only PagerDuty hears.
    await api.must(200, "POST", `/v1/anomaly/alerts/${alert.id}/acknowledge`);
    await api.must(200, "POST", `/v1/anomaly/alerts/${alert.id}/resolve`);
    const actions = () =>
        receiver.received.filter(({ event }) => event.dedup_key === alert.id).map(({ event }) => event.event_action);
    while (actions().length < 3 && Date.now() < end + 10_000) await new Promise((resolve) => setTimeout(resolve, 20));
    assert.deepEqual(actions(), ["trigger", "acknowledge", "resolve"]);
    assert.ok(by_host()["hooks.slack.com"]);
});

test("an alert is mailed to every address, and a deleted channel hears nothing", { skip: no_443 }, async (t) => {
    const smtp = await new SmtpServer().listen();
    const { api, receiver } = await world(t, {
        GRANTEXD_SMTP_URL: smtp.url.replace("localhost", "127.0.0.1"),
        GRANTEXD_MAIL_FROM: "grantex@auth.example",
        GRANTEXD_SMTP_STARTTLS: "opportunistic",
    });
    t.after(() => smtp.close());
    await channel(api, "email", { to: ["ops@nimbus.example", "night@nimbus.example"] });
    const gone = await channel(api, "slack", { webhookUrl: "https://hooks.slack.com/services/gone" });
    assert.equal((await api.remove(`/v1/anomaly/channels/${gone.id}`)).status, 204);
    const alert = await cause_alert(api);
    const mails = await smtp.until_mails(2);
    for (const { data } of mails) {
        assert.match(data, /^Subject: \[Grantex\] high: Rate spike\r?$/m);
        for (const part of [alert.id, alert.agentId]) assert.ok(data.includes(part), data);
    }
    assert.deepEqual(receiver.received, []);
});
