// Every operation that is not a GET, with a request that it accepts: what the type sweep takes
// apart, and what is repeated with an Idempotency-Key. `request` makes what the operation needs and
// gives {caller, path, headers, body or form}; one without a body reads nothing from it. `repeated`
// says what the same request with the same Idempotency-Key gets: "replayed", a status, or "read"
// for a POST that changes nothing.
import { claims_of } from "../support/forge.mjs";
import { visit } from "../support/person.mjs";
import { operator_key } from "../support/server.mjs";
import { anomaly_operations } from "./anomaly_operations.mjs";
import { outward_operations } from "./outward_operations.mjs";

const redirectUri = "http://127.0.0.1:9/callback";

// What requests are made of: two developers of one server, and helpers that make fresh objects.
export class World {
    constructor(server, api = server.sandbox()) {
        this.server = server;
        this.api = api;
        this.live = server.api();
        this.nobody = server.api("");
        this.operator = server.api(operator_key);
        this.count = 0;
    }
    async prepare() {
        this.agent_id = await this.api.agent_id();
        this.live_agent_id = await this.live.agent_id();
        return this;
    }
    grant() {
        return this.api.grant(this.agent_id, { expiresIn: "30d" });
    }
    async pending() {
        return this.live.authorize(this.live_agent_id, { redirectUri, state: "a state" });
    }
    async fresh_developer() {
        const body = { name: "Fresh", mode: "sandbox" };
        const { apiKey } = await this.nobody.must(201, "POST", "/v1/signup", body);
        return this.server.api(apiKey);
    }
    async policy() {
        return this.api.must(201, "POST", "/v1/policies", {
            name: "Never",
            effect: "deny",
            agentId: "ag_01KJPWD6M0W17VDP01P914P7ZE",
        });
    }
    async domain() {
        const body = { domain: `d${++this.count}.nimbus.example` };
        return (await this.api.must(201, "POST", "/v1/domains", body)).id;
    }
    async webhook() {
        const body = { url: "https://hooks.nimbus.example/", events: ["grant.revoked"] };
        return (await this.api.must(201, "POST", "/v1/webhooks", body)).id;
    }
    // The id of a grant with a budget that no test spends.
    async budgeted() {
        const { grantId } = await this.grant();
        const body = { grantId, initialBudget: 99_999_999 };
        await this.api.must(201, "POST", "/v1/budget/allocate", body);
        return grantId;
    }
    async session() {
        const { grantId } = await this.grant();
        const body = { principalId: "user_7421" };
        const { sessionToken } = await this.api.must(201, "POST", "/v1/principal-sessions", body);
        return { person: this.server.api(sessionToken), grantId };
    }
}

const agent_fields = () => ({
    name: "Trip Planner",
    description: "Plans trips",
    scopes: ["calendar:read", "calendar:write"],
    allowedRedirectUris: ["https://app.nimbus.example/callback"],
});
const policy_fields = () => ({
    name: "Not at night",
    effect: "deny",
    priority: 10,
    agentId: "ag_01KJPWD6M0W17VDP01P914P7ZE",
    principalId: "user_1",
    scopes: ["payments:initiate"],
    timeOfDayStart: "22:00",
    timeOfDayEnd: "06:00",
    daysOfWeek: [1, 2, 3],
    timeZone: "UTC",
});
const decide = (verb) => async (world) => {
    const { authRequestId } = await world.pending();
    return { caller: world.nobody, path: `/v1/consent/${authRequestId}/${verb}` };
};
const change_agent = async (world) => ({
    path: `/v1/agents/${await world.api.agent_id()}`,
    body: { ...agent_fields(), status: "active" },
});
const rotate = (path) => async (world) => ({ caller: await world.fresh_developer(), path });

export const operations = {
    ...anomaly_operations,
    "POST /v1/signup": {
        repeated: 409,
        request: async (world) => ({
            caller: world.nobody,
            path: "/v1/signup",
            body: { name: "Nimbus", email: `ops${++world.count}@nimbus.example`, mode: "sandbox" },
        }),
    },
    "POST /v1/signup/verify": {
        repeated: "replayed",
        request: async (world) => ({
            caller: await world.fresh_developer(),
            path: "/v1/signup/verify",
            body: { email: `new${++world.count}@nimbus.example` },
        }),
    },
    "PATCH /v1/admin/developers/{developerId}/plan": {
        repeated: "replayed",
        request: async (world) => {
            const { developerId } = await (await world.fresh_developer()).must(200, "GET", "/v1/me");
            const path = `/v1/admin/developers/${developerId}/plan`;
            return { caller: world.operator, path, body: { plan: "pro" } };
        },
    },
    "PATCH /v1/me": {
        repeated: "replayed",
        request: async (world) => ({
            caller: await world.fresh_developer(),
            path: "/v1/me",
            body: {
                fidoRequired: false,
                fidoRpName: "Nimbus",
                allowedRedirectUris: ["https://app.nimbus.example/callback"],
                maxDelegationDepth: 3,
                consentAuth: "link",
            },
        }),
    },
    ...outward_operations,
    "POST /v1/me/rotate-key": { repeated: 401, request: rotate("/v1/me/rotate-key") },
    "POST /v1/keys/rotate": { repeated: 401, request: rotate("/v1/keys/rotate") },
    "POST /v1/agents": {
        repeated: "replayed",
        request: async () => ({ path: "/v1/agents", body: agent_fields() }),
    },
    "PATCH /v1/agents/{agentId}": { repeated: "replayed", request: change_agent },
    "POST /v1/agents/{agentId}": { repeated: "replayed", request: change_agent },
    "DELETE /v1/agents/{agentId}": {
        repeated: "replayed",
        request: async (world) => ({ path: `/v1/agents/${await world.api.agent_id()}` }),
    },
    "POST /v1/authorize": {
        repeated: "replayed",
        request: async (world) => ({
            path: "/v1/authorize",
            body: {
                agentId: world.agent_id,
                principalId: "user_7421",
                scopes: ["calendar:read", "payments:initiate:max_250"],
                redirectUri,
                state: "c2Vzc2lvbi00Mg",
                expiresIn: "24h",
                audience: "https://api.bookings.example",
                codeChallenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
                codeChallengeMethod: "S256",
            },
        }),
    },
    // A request of a sandbox developer is approved when it is made, so none is pending.
    "POST /v1/authorize/{authRequestId}/approve": {
        status: 404,
        repeated: 404,
        request: async () => ({ path: "/v1/authorize/areq_01KJPWZGJ029QEDJJ1TRGTVF2E/approve" }),
    },
    "POST /v1/authorize/{authRequestId}/deny": {
        status: 404,
        repeated: 404,
        request: async () => ({ path: "/v1/authorize/areq_01KJPWZGJ029QEDJJ1TRGTVF2E/deny" }),
    },
    "POST /consent": {
        status: 303,
        repeated: 410,
        request: async (world) => {
            const { authRequestId, consentUrl } = await world.pending();
            const { cookie, fields } = await visit(consentUrl);
            const headers = { origin: world.server.base, "sec-fetch-site": "same-origin" };
            return {
                caller: world.nobody,
                path: "/consent",
                headers: cookie ? { ...headers, cookie } : headers,
                form: { ...fields, req: authRequestId, decision: "approve" },
            };
        },
    },
    "POST /permissions": {
        status: 200,
        repeated: 404,
        request: async (world) => {
            const { person, grantId } = await world.session();
            return {
                caller: world.nobody,
                path: "/permissions",
                headers: { origin: world.server.base, "sec-fetch-site": "same-origin" },
                form: { session: person.key, stop: grantId },
            };
        },
    },
    "POST /v1/consent/{authRequestId}/approve": { repeated: 410, request: decide("approve") },
    "POST /v1/consent/{authRequestId}/deny": { repeated: 410, request: decide("deny") },
    "POST /v1/token": {
        repeated: "replayed",
        request: async (world) => {
            const { code, verifier } = await world.api.authorize(world.agent_id);
            const body = {
                code,
                agentId: world.agent_id,
                codeVerifier: verifier,
                credentialFormat: "jwt",
            };
            return { path: "/v1/token", body };
        },
    },
    "POST /v1/token/refresh": {
        repeated: "replayed",
        request: async (world) => {
            const { refreshToken } = await world.grant();
            return { path: "/v1/token/refresh", body: { refreshToken, agentId: world.agent_id } };
        },
    },
    "POST /v1/tokens/verify": {
        repeated: "read",
        request: async (world) => ({
            path: "/v1/tokens/verify",
            body: { token: (await world.grant()).grantToken },
        }),
    },
    "POST /v1/tokens/revoke": {
        repeated: "replayed",
        request: async (world) => ({
            path: "/v1/tokens/revoke",
            body: { jti: claims_of((await world.grant()).grantToken).jti },
        }),
    },
    "POST /v1/grants/verify": {
        repeated: "read",
        request: async (world) => ({
            path: "/v1/grants/verify",
            body: { token: (await world.grant()).grantToken },
        }),
    },
    "POST /v1/grants/delegate": {
        repeated: "replayed",
        request: async (world) => ({
            path: "/v1/grants/delegate",
            body: {
                parentGrantToken: (await world.grant()).grantToken,
                subAgentId: world.agent_id,
                scopes: ["calendar:read"],
                expiresIn: "1h",
                credentialFormat: "jwt",
            },
        }),
    },
    "DELETE /v1/grants/{grantId}": {
        repeated: "replayed",
        request: async (world) => ({ path: `/v1/grants/${(await world.grant()).grantId}` }),
    },
    "POST /v1/principal-sessions": {
        repeated: "replayed",
        request: async (world) => {
            await world.grant();
            const body = { principalId: "user_7421", expiresIn: "1h" };
            return { path: "/v1/principal-sessions", body };
        },
    },
    "DELETE /v1/principal/grants/{grantId}": {
        repeated: "replayed",
        request: async (world) => {
            const { person, grantId } = await world.session();
            return { caller: person, path: `/v1/principal/grants/${grantId}` };
        },
    },
    "POST /v1/policies": {
        repeated: "replayed",
        request: async () => ({ path: "/v1/policies", body: policy_fields() }),
    },
    "PATCH /v1/policies/{id}": {
        repeated: "replayed",
        request: async (world) => ({
            path: `/v1/policies/${(await world.policy()).id}`,
            body: {
                conditions: {
                    scopes: ["payments:initiate"],
                    principalId: "user_1",
                    agentId: "ag_01KJPWD6M0W17VDP01P914P7ZE",
                    timeWindow: { startHour: 22, endHour: 6, days: [1, 2], timeZone: "UTC" },
                },
                priority: 3,
            },
        }),
    },
    "DELETE /v1/policies/{id}": {
        repeated: "replayed",
        request: async (world) => ({ path: `/v1/policies/${(await world.policy()).id}` }),
    },
    "POST /v1/budget/allocate": {
        repeated: "replayed",
        request: async (world) => ({
            path: "/v1/budget/allocate",
            body: {
                grantId: (await world.grant()).grantId,
                initialBudget: 250,
                currency: "EUR",
            },
        }),
    },
    "POST /v1/budget/debit": {
        repeated: "replayed",
        request: async (world) => ({
            path: "/v1/budget/debit",
            body: {
                grantId: await world.budgeted(),
                amount: 12.5,
                description: "Seat reservation",
                metadata: { orderId: "A-10293", nested: { z: null } },
            },
        }),
    },
    "POST /v1/audit/log": {
        repeated: "replayed",
        request: async () => ({
            path: "/v1/audit/log",
            body: {
                agentId: "ag_01KJPWD6M0W17VDP01P914P7ZE",
                agentDid: "did:grantex:ag_01KJPWD6M0W17VDP01P914P7ZE",
                grantId: "grnt_01KJPX39N0D3PSNR531QZFCJCQ",
                principalId: "user_7421",
                action: "payment.initiated",
                status: "success",
                metadata: {
                    amount: 420.5,
                    payee: "Café",
                    tags: ["a"],
                    nested: { z: null, a: true },
                },
            },
        }),
    },
};

// What is sent as the body; undefined when there is none.
export const text_of = ({ body, form }) =>
    form ? new URLSearchParams(form).toString() : body && JSON.stringify(body);

// Sends what `request` gave, or another text in place of its body.
export function perform(world, route, asked, { text = text_of(asked), headers = {} } = {}) {
    const [method] = route.split(" ");
    const type = asked.form ? { "content-type": "application/x-www-form-urlencoded" } : {};
    const caller = asked.caller ?? world.api;
    return caller.call(method, asked.path, text, { ...asked.headers, ...type, ...headers });
}
