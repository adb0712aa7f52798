// Grants: read, delegated, revoked by the developer or by the person.
import { refusal, success } from "./case.mjs";

const nowhere = { grantId: "grnt_01KJPX39N0D3PSNR531QZFCJCQ" };

const example_grant = (w) =>
    w.grant({
        scopes: ["calendar:read", "payments:initiate:max_250"],
        audience: "https://api.bookings.example",
    });
const path_of = ({ grantId }) => ({ grantId });

const read = [
    success("listGrants", 200, async (w) => void (await example_grant(w))),
    success("getGrant", 200, async (w) => ({ path: path_of(await example_grant(w)) })),
    refusal("getGrant", 404, "NOT_FOUND", "a grant of somebody else", async (w) => {
        const path = path_of(await example_grant(w));
        return { api: (await w.sign_up("live")).api, path };
    }),
    success("revokeGrant", 204, async (w) => ({ path: path_of(await example_grant(w)) })),
    refusal("revokeGrant", 404, "NOT_FOUND", "an unknown grant", () => ({ path: nowhere })),
];

const delegation_of = ({ grantToken, agentId }) => ({
    parentGrantToken: grantToken,
    subAgentId: agentId,
    scopes: ["calendar:read"],
});
async function chain(w, hops) {
    const root = await w.grant();
    for (let i = 0; i < hops; ++i)
        root.grantToken = (await w.api.delegate(root.grantToken, root.agentId)).body.grantToken;
    return root;
}

const delegate = [
    success("delegateGrant", 201, async (w, example) => ({
        body: {
            ...example,
            parentGrantToken: (await example_grant(w)).grantToken,
            subAgentId: await w.api.agent_id("Seat Finder"),
        },
    })),
    // The example's own token is none.
    refusal("delegateGrant", 400, "BAD_REQUEST", "no grant token", async (w, example) => ({
        body: { ...example, subAgentId: await w.api.agent_id() },
    })),
    refusal("delegateGrant", 403, "FORBIDDEN", "a token of somebody else", async (w) => {
        const body = delegation_of(await w.grant());
        const { api } = await w.sign_up("sandbox");
        return { api, body: { ...body, subAgentId: await api.agent_id() } };
    }),
    refusal("delegateGrant", 403, "DELEGATION_DEPTH_EXCEEDED", "a fourth hop", async (w) => ({
        body: delegation_of(await chain(w, 3)),
    })),
    refusal("delegateGrant", 403, "POLICY_DENIED", "a newer deny policy", async (w) => {
        const body = delegation_of(await w.grant());
        await w.deny_everything();
        return { body };
    }),
    refusal("delegateGrant", 404, "NOT_FOUND", "an unknown sub-agent", async (w) => ({
        body: { ...delegation_of(await w.grant()), subAgentId: "ag_01KJPWF17022ZQ1B9CSM1VPR2V" },
    })),
    refusal(
        "delegateGrant",
        402,
        "PLAN_LIMIT_EXCEEDED",
        "the quota",
        async (w) => ({ body: delegation_of(await w.grant()) }),
        { server: "narrow" },
    ),
];

async function person(w) {
    const agent = { name: "Trip Planner", description: "Finds and books trips" };
    const { agentId } = await w.api.must(201, "POST", "/v1/agents", agent);
    const { grantId } = await w.api.grant(agentId);
    await w.api.log_audit({ agentId, grantId });
    return { api: await w.principal(), grantId };
}

const principal = [
    success("createPrincipalSession", 201, async (w, example) => {
        await w.grant();
        return { body: example };
    }),
    success(
        "createPrincipalSession",
        201,
        async (w) => {
            const { authRequestId, principalId } = await w.pending();
            return { body: { authRequestId, principalId } };
        },
        { response: "with a consentUrl" },
    ),
    refusal("createPrincipalSession", 400, "BAD_REQUEST", "no principal", () => ({ body: {} })),
    refusal("createPrincipalSession", 404, "NOT_FOUND", "nothing allowed", (w, example) => ({
        body: example,
    })),
    success("listPrincipalGrants", 200, async (w) => ({ api: (await person(w)).api })),
    success("listPrincipalAudit", 200, async (w) => ({ api: (await person(w)).api })),
    success("revokePrincipalGrant", 204, async (w) => {
        const { api, grantId } = await person(w);
        return { api, path: { grantId } };
    }),
    refusal("revokePrincipalGrant", 404, "NOT_FOUND", "somebody else's grant", async (w) => {
        const { api } = await person(w);
        return { api, path: path_of(await w.grant({ principalId: "user_1" })) };
    }),
    success("getPermissionsPage", 200, (w) => ({ api: w.anonymous })),
    success("getPrincipalDashboard", 302, (w) => ({
        api: w.anonymous,
        query: { id: "user_7421" },
    })),
];

export const grants = [...read, ...delegate, ...principal];
