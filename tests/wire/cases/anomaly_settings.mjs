// What detection looks for, and whom it tells: rules and channels.
import { refusal, success } from "./case.mjs";

const unknown = {
    rule: { ruleId: "arule_01K3ZS9J1M3P5R7T9V1X3Z5B7D" },
    channel: { channelId: "achan_01K3ZS4C6E8G0J2M4P6R8T0V2X" },
};
const example_rule = {
    ruleId: "refund_burst",
    name: "Refund burst",
    description: "Too many refund actions by one agent",
    severity: "critical",
    condition: { scopes: ["payments:refund"], timeWindow: "15m", threshold: 20 },
};
const slack = {
    type: "slack",
    name: "sec-alerts",
    config: { webhookUrl: "https://hooks.slack.com/services/T0/B0/Zr3kq0V6mC8uYwT1h8Qz" },
};

const add_channel = (w, fields) =>
    w.api.must(201, "POST", "/v1/anomaly/channels", { ...slack, ...fields });
const add_rule = async (w, fields) => {
    const alertChannels = [(await add_channel(w)).id];
    const rule = { ...example_rule, alertChannels, ...fields };
    return w.api.must(201, "POST", "/v1/anomaly/rules", rule);
};
const rule_path = async (w, fields) => ({ ruleId: (await add_rule(w, fields)).id });
const foreign = async (w, path) => ({ path, api: (await w.sign_up("live")).api });

const rules = [
    success(
        "createAnomalyRule",
        201,
        async (w, example) => ({
            body: { ...example, alertChannels: [(await add_channel(w)).id] },
        }),
        { response: "sample" },
    ),
    ...[
        ["a window that is too long", { condition: { timeWindow: "25h" } }],
        ["a threshold of nothing", { condition: { threshold: 0 } }],
        ["a channel that nobody has", { alertChannels: [unknown.channel.channelId] }],
        ["a synonym for a channel that nobody has", { channels: ["on-call"] }],
    ].map(([why, fields]) =>
        refusal("createAnomalyRule", 400, "BAD_REQUEST", why, () => ({
            body: { ...example_rule, ...fields },
        })),
    ),
    refusal("createAnomalyRule", 409, "CONFLICT", "an id that is taken", async (w) => {
        await add_rule(w);
        return { body: example_rule };
    }),
    ...["AD-004", "off_hours_activity"].map((ruleId) =>
        refusal("createAnomalyRule", 409, "CONFLICT", `the built-in ${ruleId}`, () => ({
            body: { ...example_rule, ruleId },
        })),
    ),
    success("listAnomalyRules", 200, async (w) => void (await add_rule(w)), {
        response: "sample",
    }),
    success(
        "updateAnomalyRule",
        200,
        async (w, example) => ({ path: await rule_path(w), body: example }),
        { response: "sample" },
    ),
    ...["AD-004", "off_hours_activity"].map((ruleId) =>
        success(
            "updateAnomalyRule",
            200,
            (w, example) => ({ path: { ruleId }, body: example }),
            { response: `built-in by ${ruleId}` },
        ),
    ),
    refusal("updateAnomalyRule", 400, "BAD_REQUEST", "a word before it looks", () => ({
        path: unknown.rule,
        body: { enabled: "no" },
    })),
    refusal("updateAnomalyRule", 404, "NOT_FOUND", "somebody else's rule", async (w, example) => ({
        ...(await foreign(w, await rule_path(w))),
        body: example,
    })),
    success("deleteAnomalyRule", 204, async (w) => ({ path: await rule_path(w) })),
    refusal("deleteAnomalyRule", 404, "NOT_FOUND", "a built-in rule", () => ({
        path: { ruleId: "AD-004" },
    })),
    refusal("deleteAnomalyRule", 404, "NOT_FOUND", "an unknown rule", () => ({
        path: unknown.rule,
    })),
];

const channels = [
    success("createAnomalyChannel", 201, (w, example) => ({ body: example }), {
        response: "sample",
    }),
    ...[
        ["webhook", { url: "https://ops.acme-travel.example/alerts" }],
        ["email", { to: ["ops@acme-travel.example"] }],
        ["datadog", { apiKey: "0123456789abcdef0123456789abcdef" }],
    ].map(([type, config]) =>
        success(
            "createAnomalyChannel",
            201,
            () => ({ body: { type, name: type, config } }),
            { response: type },
        ),
    ),
    ...[
        ["another host as Slack's", { config: { webhookUrl: "https://a.example/" } }],
        ["an address inside", { type: "webhook", config: { url: "https://10.0.0.1/" } }],
        ["a pager without key", { type: "pagerduty", config: {} }],
        ["no severity at all", { severities: [] }],
    ].map(([why, fields]) =>
        refusal("createAnomalyChannel", 400, "BAD_REQUEST", why, () => ({
            body: { ...slack, ...fields },
        })),
    ),
    success("listAnomalyChannels", 200, async (w) => void (await add_channel(w)), {
        response: "sample",
    }),
    success("deleteAnomalyChannel", 204, async (w) => ({
        path: { channelId: (await add_channel(w)).id },
    })),
    refusal("deleteAnomalyChannel", 404, "NOT_FOUND", "somebody else's channel", async (w) =>
        foreign(w, { channelId: (await add_channel(w)).id }),
    ),
    refusal("deleteAnomalyChannel", 404, "NOT_FOUND", "an unknown channel", () => ({
        path: unknown.channel,
    })),
];

export const anomaly_settings = [...rules, ...channels];
