// Anomalies: found, listed, acknowledged and resolved, in both of their shapes.
import { refusal, success } from "./case.mjs";

const unknown = "anm_01K3ZRDQ2S4V6X8Z0B2D4F6H8K";
const alert_path = (alertId) => ({ alertId });
const anomaly_path = (id) => ({ id });

// What detection finds of this type.
async function detected(w, type) {
    const { anomalies } = await w.api.must(200, "POST", "/v1/anomalies/detect");
    const found = anomalies.find((each) => each.type === type);
    if (!found) throw new Error(`no ${type} among ${JSON.stringify(anomalies)}`);
    return found.id;
}

// Two of five acts that fail are too many; the agent of log_audit is nobody's.
async function fail_often(w) {
    for (const status of ["success", "success", "success", "failure", "blocked"])
        if ((await w.api.log_audit({ status })).status !== 201) throw new Error("not logged");
}
async function high_failure_rate(w) {
    await fail_often(w);
    return detected(w, "high_failure_rate");
}

// A scope that the agent did not say it needs.
async function scope_escalation(w) {
    await w.grant({ scopes: ["payments:refund"] });
    return detected(w, "scope_escalation");
}

// 94 percent of a budget at once.
async function budget_cliff(w) {
    const { grantId } = await w.grant();
    await w.api.must(201, "POST", "/v1/budget/allocate", { grantId, initialBudget: 250 });
    await w.api.must(200, "POST", "/v1/budget/debit", { grantId, amount: 235 });
    return detected(w, "budget_cliff");
}

async function foreign(w, path) {
    const id = await high_failure_rate(w);
    return { api: (await w.sign_up("live")).api, path: path(id) };
}
const acknowledge = (w, id) => w.api.must(200, "PATCH", `/v1/anomalies/${id}/acknowledge`);

const runs = [
    success("detectAnomalies", 200, async (w, example) => {
        await fail_often(w);
        return { body: example };
    }),
    success(
        "detectAnomalies",
        200,
        async (w) => void (await fail_often(w)),
        { response: "without a body" },
    ),
    refusal("detectAnomalies", 400, "BAD_REQUEST", "a word for a truth value", () => ({
        body: { autoRevoke: "yes" },
    })),
    success(
        "listAnomalies",
        200,
        async (w) => {
            await w.grant();
            await detected(w, "new_principal");
            return { query: { unacknowledged: "true", limit: "many" } };
        },
        { response: "sample" },
    ),
    ...["acknowledgeAnomaly", "acknowledgeAnomalyPost"].flatMap((id) => [
        success(
            id,
            200,
            async (w, example) => ({
                path: anomaly_path(await high_failure_rate(w)),
                body: example,
            }),
            { response: "sample" },
        ),
        success(
            id,
            200,
            async (w) => {
                const found = await high_failure_rate(w);
                await acknowledge(w, found);
                return { path: anomaly_path(found) };
            },
            { response: "once more" },
        ),
        refusal(id, 400, "BAD_REQUEST", "a note that is none", async (w) => ({
            path: anomaly_path(await high_failure_rate(w)),
            body: { note: 7 },
        })),
        refusal(id, 404, "NOT_FOUND", "an id of any form", () => ({
            path: anomaly_path("nonexistent-id"),
        })),
        refusal(id, 404, "NOT_FOUND", "somebody else's anomaly", (w) => foreign(w, anomaly_path)),
    ]),
];

const alerts = [
    success(
        "listAlerts",
        200,
        async (w) => {
            await scope_escalation(w);
            return { query: { severity: "critical", status: "open", limit: "many" } };
        },
        { response: "sample" },
    ),
    refusal("listAlerts", 400, "BAD_REQUEST", "a state that is none", () => ({
        query: { status: "closed" },
    })),
    refusal("listAlerts", 400, "BAD_REQUEST", "a severity that is none", () => ({
        query: { severity: "grave" },
    })),
    success(
        "getAlert",
        200,
        async (w) => ({ path: alert_path(await budget_cliff(w)) }),
        { response: "sample" },
    ),
    refusal("getAlert", 404, "NOT_FOUND", "somebody else's alert", (w) => foreign(w, alert_path)),
    ...["acknowledgeAlert", "resolveAlert"].flatMap((id) => [
        success(
            id,
            200,
            async (w, example) => ({ path: alert_path(await budget_cliff(w)), body: example }),
            { response: "sample" },
        ),
        refusal(id, 400, "BAD_REQUEST", "a note that is too long", async (w) => ({
            path: alert_path(await budget_cliff(w)),
            body: { note: "x".repeat(4001) },
        })),
        refusal(id, 404, "NOT_FOUND", "an unknown alert", () => ({ path: alert_path(unknown) })),
    ]),
    success(
        "getAnomalyMetrics",
        200,
        async (w) => {
            await acknowledge(w, await high_failure_rate(w));
            return { query: { window: "7d" } };
        },
        { response: "sample" },
    ),
    refusal("getAnomalyMetrics", 400, "BAD_REQUEST", "a window that is none", () => ({
        query: { window: "2h" },
    })),
];

export const anomalies = [...runs, ...alerts];
