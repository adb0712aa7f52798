// The operations of anomaly detection, as operations.mjs lists them.

const rule_fields = (world) => ({
    ruleId: `rule_${++world.count}`,
    name: "Refund burst",
    description: "Too many refunds",
    severity: "critical",
    condition: {
        agentIds: ["ag_01KJPWD6M0W17VDP01P914P7ZE"],
        scopes: ["payments:refund"],
        timeWindow: "15m",
        threshold: 20,
    },
    alertChannels: [],
    channels: [],
});
const channel_fields = () => ({
    type: "webhook",
    name: "on-call",
    config: { url: "https://ops.nimbus.example/alerts", secret: "0123456789abcdef" },
    severities: ["critical", "high"],
});

// One about an agent that is new to its person.
async function make_anomaly({ api }) {
    const { grantId } = await api.grant(await api.agent_id(), { expiresIn: "30d" });
    const { agentId } = await api.must(200, "GET", `/v1/grants/${grantId}`);
    const { anomalies } = await api.must(200, "POST", "/v1/anomalies/detect");
    return anomalies.find((each) => each.agentId === agentId);
}
const make_rule = (world) => world.api.must(201, "POST", "/v1/anomaly/rules", rule_fields(world));
const make_channel = ({ api }) => api.must(201, "POST", "/v1/anomaly/channels", channel_fields());

const note = { note: "Load test", notes: "Load test" };
const close = (path) => async (world) => ({
    path: path((await make_anomaly(world)).id),
    body: note,
});

export const anomaly_operations = {
    "POST /v1/anomalies/detect": {
        repeated: "replayed",
        request: async (world) => ({
            caller: await world.fresh_developer(),
            path: "/v1/anomalies/detect",
            body: { autoRevoke: false },
        }),
    },
    "PATCH /v1/anomalies/{id}/acknowledge": {
        repeated: "replayed",
        request: close((id) => `/v1/anomalies/${id}/acknowledge`),
    },
    "POST /v1/anomalies/{id}/acknowledge": {
        repeated: "replayed",
        request: close((id) => `/v1/anomalies/${id}/acknowledge`),
    },
    "POST /v1/anomaly/alerts/{alertId}/acknowledge": {
        repeated: "replayed",
        request: close((id) => `/v1/anomaly/alerts/${id}/acknowledge`),
    },
    "POST /v1/anomaly/alerts/{alertId}/resolve": {
        repeated: "replayed",
        request: close((id) => `/v1/anomaly/alerts/${id}/resolve`),
    },
    "POST /v1/anomaly/rules": {
        repeated: "replayed",
        request: async (world) => ({
            path: "/v1/anomaly/rules",
            body: rule_fields(world),
        }),
    },
    "PATCH /v1/anomaly/rules/{ruleId}": {
        repeated: "replayed",
        request: async (world) => ({
            path: `/v1/anomaly/rules/${(await make_rule(world)).id}`,
            body: { enabled: true },
        }),
    },
    "DELETE /v1/anomaly/rules/{ruleId}": {
        repeated: "replayed",
        request: async (world) => ({ path: `/v1/anomaly/rules/${(await make_rule(world)).id}` }),
    },
    "POST /v1/anomaly/channels": {
        repeated: "replayed",
        request: async () => ({ path: "/v1/anomaly/channels", body: channel_fields() }),
    },
    "DELETE /v1/anomaly/channels/{channelId}": {
        repeated: "replayed",
        request: async (world) => ({ path: `/v1/anomaly/channels/${(await make_channel(world)).id}` }),
    },
};
