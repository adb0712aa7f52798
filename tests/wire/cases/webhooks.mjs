// Webhook endpoints, and the log of what is sent to them.
import { refusal, success } from "./case.mjs";
import { eventually } from "../../support/process_state.mjs";

const nowhere = { id: "wh_01K3ZQ2B7N4M6P8R0T2V4X6Z8A" };
const never_sent = "whd_01K3ZQ8N2R4T6V8X0Z2B4D6F8H";
const events = ["grant.created"];
const url = "https://hooks.acme-travel.example/grantex";

const path_of = ({ id }) => ({ id });
const register = (w, fields) => w.api.must(201, "POST", "/v1/webhooks", { url, events, ...fields });
const registered = async (w, fields) => ({ path: path_of(await register(w, fields)) });

// Of somebody else, whoever calls.
const foreign = async (w) => ({ ...(await registered(w)), api: (await w.sign_up("live")).api });

// An endpoint outside that was tried once: {id, deliveryId} of its one delivery, in this state.
async function tried(w, status) {
    const target = status === "delivered" ? w.outside.url : w.outside.busy_url;
    const { id } = await register(w, { url: target });
    await w.grant();
    let delivery;
    const is_tried = async () => {
        const log = await w.api.must(200, "GET", `/v1/webhooks/${id}/deliveries`);
        [delivery] = log.deliveries;
        return delivery?.status === status && delivery.attempts === 1;
    };
    if (!(await eventually(is_tried))) throw new Error(`not ${status}: ${delivery?.status}`);
    return { id, deliveryId: delivery.id };
}

const endpoints = [
    success("createWebhook", 201, (w, example) => ({ body: example })),
    ...[
        ["an event that is none", { events: ["grant.created", "grant.vanished"] }],
        ["no event at all", { events: [] }],
        ["an address inside", { url: "https://10.0.0.1/grantex" }],
        ["a URL that is none of the web", { url: "ftp://hooks.acme-travel.example/grantex" }],
        ["a secret that is soon guessed", { secret: "fifteen-letters" }],
    ].map(([why, fields]) =>
        refusal("createWebhook", 400, "BAD_REQUEST", why, () => ({
            body: { url, events, ...fields },
        })),
    ),
    refusal(
        "createWebhook",
        402,
        "PLAN_LIMIT_EXCEEDED",
        "the quota",
        async (w, example) => {
            await register(w);
            return { body: example };
        },
        { server: "narrow" },
    ),
    success("listWebhooks", 200, async (w) => void (await register(w))),
    success("getWebhook", 200, registered),
    refusal("getWebhook", 404, "NOT_FOUND", "somebody else's endpoint", foreign),
    success("updateWebhook", 200, async (w, example) => ({
        ...(await registered(w)),
        body: example,
    })),
    refusal("updateWebhook", 400, "BAD_REQUEST", "empty texts, as if absent", async (w) => ({
        ...(await registered(w)),
        body: { url: "", secret: "" },
    })),
    refusal("updateWebhook", 404, "NOT_FOUND", "an unknown endpoint", (w, example) => ({
        path: nowhere,
        body: example,
    })),
    success("deleteWebhook", 204, registered),
    refusal("deleteWebhook", 404, "NOT_FOUND", "an endpoint that is gone", async (w) => {
        const { path } = await registered(w);
        await w.api.must(204, "DELETE", `/v1/webhooks/${path.id}`);
        return { path };
    }),
    success("rotateWebhookSecret", 200, async (w, example) => ({
        ...(await registered(w)),
        body: example,
    })),
    success("rotateWebhookSecret", 200, registered, { response: "without a body" }),
    refusal("rotateWebhookSecret", 400, "BAD_REQUEST", "more than a day", async (w) => ({
        ...(await registered(w)),
        body: { activateAfterSeconds: 86401 },
    })),
    refusal("rotateWebhookSecret", 404, "NOT_FOUND", "somebody else's endpoint", foreign),
];

const deliveries = [
    success("listWebhookDeliveries", 200, async (w) => ({
        path: path_of(await tried(w, "pending")),
        query: { status: "pending", pageSize: 1000 },
    })),
    ...[
        ["a state that is none", { status: "lost" }],
        ["a page before the first", { page: 0 }],
        ["a page size that is no number", { pageSize: "all" }],
    ].map(([why, query]) =>
        refusal("listWebhookDeliveries", 400, "BAD_REQUEST", why, async (w) => ({
            ...(await registered(w)),
            query,
        })),
    ),
    refusal("listWebhookDeliveries", 404, "NOT_FOUND", "an unknown endpoint first", () => ({
        path: nowhere,
        query: { page: 0 },
    })),
    success("redeliverWebhook", 202, async (w) => ({ path: await tried(w, "delivered") })),
    refusal("redeliverWebhook", 404, "NOT_FOUND", "an unknown delivery", async (w) => ({
        path: { ...path_of(await register(w)), deliveryId: never_sent },
    })),
    refusal("redeliverWebhook", 404, "NOT_FOUND", "another endpoint's delivery", async (w) => ({
        path: { ...(await tried(w, "delivered")), ...path_of(await register(w)) },
    })),
    refusal("redeliverWebhook", 409, "CONFLICT", "one that is still to be sent", async (w) => ({
        path: await tried(w, "pending"),
    })),
];

export const webhooks = [...endpoints, ...deliveries];
