// Authorization requests, and the people who decide them.
import { redirect_uri } from "../world.mjs";
import { refusal, success } from "./case.mjs";

const unknown = { authRequestId: "areq_01KJPWZGJ029QEDJJ1TRGTVF2E" };
const path_of = ({ authRequestId }) => ({ authRequestId });

const with_agent = async (w, example) => ({ ...example, agentId: await w.api.agent_id() });
// The contract's examples of one answer differ in what was asked; this has less than the request.
const short = async (w) => ({
    agentId: await w.api.agent_id(),
    principalId: "user_7421",
    scopes: ["calendar:read"],
});

const authorize = [
    success(
        "createAuthorization",
        201,
        async (w, example) => ({ body: await with_agent(w, example) }),
        {
            response: "sandbox",
        },
    ),
    success(
        "createAuthorization",
        201,
        async (w, example) => {
            await w.go_live();
            return { body: await with_agent(w, example) };
        },
        { response: "pending" },
    ),
    success(
        "createAuthorization",
        201,
        async (w, example) => {
            await w.go_live();
            await w.policy({ effect: "allow" });
            return { body: await with_agent(w, example) };
        },
        { response: "policyAllow" },
    ),
    refusal("createAuthorization", 400, "BAD_REQUEST", "half of PKCE", async (w) => ({
        body: { ...(await short(w)), codeChallengeMethod: "S256" },
    })),
    refusal(
        "createAuthorization",
        400,
        "INVALID_REDIRECT_URI",
        "an unregistered URI",
        async (w) => {
            await w.api.must(200, "PATCH", "/v1/me", { allowedRedirectUris: [redirect_uri] });
            return { body: { ...(await short(w)), redirectUri: `${redirect_uri}/` } };
        },
    ),
    refusal("createAuthorization", 403, "POLICY_DENIED", "a deny policy", async (w) => {
        await w.deny_everything();
        return { body: await short(w) };
    }),
    refusal("createAuthorization", 404, "NOT_FOUND", "an unknown agent", async (w) => ({
        body: { ...(await short(w)), agentId: "ag_01KJPWD6M0W17VDP01P914P7ZE" },
    })),
    refusal(
        "createAuthorization",
        402,
        "PLAN_LIMIT_EXCEEDED",
        "the quota",
        async (w) => {
            const { agentId } = await w.grant();
            return { body: { agentId, principalId: "user_7421", scopes: ["calendar:read"] } };
        },
        { server: "narrow" },
    ),
];

// Sandbox requests are approved as they are made: a pending one was made while its developer's
// consent was raised. Without a way to have one, the answer of a decision cannot be seen.
const sandbox = ["approveAuthorization", "denyAuthorization"].flatMap((id) => [
    refusal(id, 403, "CONSENT_REQUIRED", "a live developer", async (w) => ({
        path: path_of(await w.pending()),
    })),
    refusal(id, 404, "NOT_FOUND", "a decided request", async (w) => ({
        path: path_of(await w.api.authorize(await w.api.agent_id())),
    })),
]);

const with_redirect = { redirectUri: redirect_uri, state: "c2Vzc2lvbi00Mg" };

const decide = (id, decision) => [
    success(id, 200, async (w, example) => {
        const asked = await w.pending(with_redirect);
        const headers = await w.opened_link(asked);
        return { api: w.anonymous, path: path_of(asked), headers, body: example };
    }),
    refusal(id, 403, "CONSENT_LINK_REQUIRED", "nobody opened the link", async (w) => ({
        api: w.anonymous,
        path: path_of(await w.pending()),
    })),
    refusal(id, 403, "CSRF_REJECTED", "another site's page", async (w) => {
        const asked = await w.pending();
        const headers = { ...(await w.opened_link(asked)), origin: "https://evil.example" };
        return { api: w.anonymous, path: path_of(asked), headers };
    }),
    refusal(id, 404, "NOT_FOUND", "an unknown request", (w) => ({
        api: w.anonymous,
        path: unknown,
    })),
    refusal(id, 410, "GONE", "a decided request", async (w) => {
        const asked = await w.pending();
        await w.decide(asked, decision);
        return { api: w.anonymous, path: path_of(asked) };
    }),
];

// A request that its developer wants decided with more proof than the link.
async function strict_request(w, settings) {
    const asked = await w.pending();
    await w.api.must(200, "PATCH", "/v1/me", settings);
    return { api: w.anonymous, path: path_of(asked), headers: await w.opened_link(asked) };
}

const approve_only = [
    success(
        "approveConsent",
        200,
        async (w) => {
            const asked = await w.pending(with_redirect);
            await w.api.must(200, "PATCH", "/v1/me", { consentAuth: "session" });
            const session = await w.consent_session(asked);
            const headers = await w.opened_link(session);
            const api = w.server.api(session.sessionToken);
            return { api, path: path_of(asked), headers };
        },
        { part: "sessions decide" },
    ),
    refusal("approveConsent", 403, "FIDO_REQUIRED", "no passkey", (w) =>
        strict_request(w, { fidoRequired: true }),
    ),
    refusal("approveConsent", 403, "PRINCIPAL_VERIFICATION_REQUIRED", "no session", (w) =>
        strict_request(w, { consentAuth: "session" }),
    ),
    refusal("approveConsent", 403, "POLICY_DENIED", "a newer deny policy", async (w) => {
        const asked = await w.pending();
        await w.deny_everything();
        return { api: w.anonymous, path: path_of(asked), headers: await w.opened_link(asked) };
    }),
];

const read = [
    success("getConsentPage", 200, async (w) => {
        const url = new URL((await w.pending()).consentUrl);
        return { api: w.anonymous, query: Object.fromEntries(url.searchParams) };
    }),
    success("getConsentRequest", 200, async (w) => {
        await w.go_live();
        const agent = { name: "Trip Planner", description: "Finds and books trips" };
        const { agentId } = await w.api.must(201, "POST", "/v1/agents", agent);
        const fields = { ...with_redirect, audience: "https://api.bookings.example" };
        const asked = await w.api.authorize(agentId, fields);
        return { api: w.anonymous, path: path_of(asked) };
    }),
    refusal("getConsentRequest", 404, "NOT_FOUND", "an unknown request", (w) => ({
        api: w.anonymous,
        path: unknown,
    })),
    refusal("getConsentRequest", 410, "GONE", "a decided request", async (w) => {
        const asked = await w.pending();
        await w.decide(asked, "deny");
        return { api: w.anonymous, path: path_of(asked) };
    }),
];

export const requests = [
    ...authorize,
    ...sandbox,
    ...decide("approveConsent", "approve"),
    ...decide("denyConsent", "deny"),
    ...approve_only,
    ...read,
];
