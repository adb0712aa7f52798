// The operations of webhooks and domains, as operations.mjs lists them.

const webhook_fields = () => ({
    url: "https://hooks.nimbus.example/grantex",
    events: ["grant.created", "grant.revoked"],
    secret: "a-secret-of-the-receiver",
    legacySignature: true,
});

export const outward_operations = {
    "POST /v1/webhooks": {
        repeated: "replayed",
        request: async () => ({ path: "/v1/webhooks", body: webhook_fields() }),
    },
    "PATCH /v1/webhooks/{id}": {
        repeated: "replayed",
        request: async (world) => ({
            path: `/v1/webhooks/${await world.webhook()}`,
            body: webhook_fields(),
        }),
    },
    "DELETE /v1/webhooks/{id}": {
        repeated: "replayed",
        request: async (world) => ({ path: `/v1/webhooks/${await world.webhook()}` }),
    },
    "POST /v1/webhooks/{id}/rotate-secret": {
        repeated: "replayed",
        request: async (world) => ({
            path: `/v1/webhooks/${await world.webhook()}/rotate-secret`,
            body: { activateAfterSeconds: 60 },
        }),
    },
    // A delivery that can be sent again needs a receiver that has answered.
    "POST /v1/webhooks/{id}/deliveries/{deliveryId}/redeliver": {
        status: 404,
        repeated: 404,
        request: async (world) => ({
            path: `/v1/webhooks/${await world.webhook()}/deliveries/whd_01KJPWZGJ029QEDJJ1TRGTVF2E/redeliver`,
        }),
    },
    "POST /v1/domains": {
        repeated: "replayed",
        request: async (world) => ({
            path: "/v1/domains",
            body: { domain: `d${++world.count}.nimbus.example` },
        }),
    },
    "DELETE /v1/domains/{id}": {
        repeated: "replayed",
        request: async (world) => ({ path: `/v1/domains/${await world.domain()}` }),
    },
    // Nothing is published for it; and what it does, it does once, however often it is asked.
    "POST /v1/domains/{id}/verify": {
        status: 400,
        repeated: 400,
        request: async (world) => ({ path: `/v1/domains/${await world.domain()}/verify` }),
    },
};
