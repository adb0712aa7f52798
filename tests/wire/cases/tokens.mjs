// Codes become tokens; tokens are refreshed, verified and revoked.
import { refusal, success } from "./case.mjs";

const example_scopes = ["calendar:read", "payments:initiate:max_250"];

// A code of the case's developer, as the body that exchanges it.
async function code_body(w, fields) {
    const agentId = await w.api.agent_id();
    const { code, verifier } = await w.api.authorize(agentId, fields);
    return { code, agentId, codeVerifier: verifier };
}
async function refresh_body(w, fields) {
    const { refreshToken, agentId } = await w.grant(fields);
    return { refreshToken, agentId };
}
const revoke = (w, grantId) => w.api.must(204, "DELETE", `/v1/grants/${grantId}`);
const claims_of = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url"));

const exchange = [
    success("exchangeToken", 201, async (w, example) => ({
        body: { ...example, ...(await code_body(w, { scopes: example_scopes })) },
    })),
    refusal("exchangeToken", 400, "BAD_REQUEST", "no code", () => ({ body: { agentId: "ag_1" } })),
    refusal(
        "exchangeToken",
        400,
        "BAD_REQUEST",
        "an unknown code",
        async (w) => ({
            body: { ...(await code_body(w)), code: "n3Vb8QkT0yXwZ5rL7cJ2mFhGdSaPoIuE9" },
        }),
        { message: "Invalid code" },
    ),
    refusal(
        "exchangeToken",
        402,
        "PLAN_LIMIT_EXCEEDED",
        "the quota",
        async (w) => {
            const agentId = await w.api.agent_id();
            const first = await w.api.authorize(agentId);
            const { code, verifier } = await w.api.authorize(agentId);
            await w.api.exchange(agentId, first);
            return { body: { code, agentId, codeVerifier: verifier } };
        },
        { server: "narrow" },
    ),
];

const refused_refresh = (why, message, make_body) =>
    refusal("refreshToken", 400, "BAD_REQUEST", why, async (w) => ({ body: await make_body(w) }), {
        message,
    });

const refresh = [
    success("refreshToken", 201, async (w, example) => ({
        body: { ...example, ...(await refresh_body(w, { scopes: example_scopes })) },
    })),
    refused_refresh("an unknown token", "Invalid refresh token", async (w) => ({
        ...(await refresh_body(w)),
        refreshToken: `ref_01KJPX39N0VFW6J5MFR7ZZE49X.${"A".repeat(43)}`,
    })),
    refused_refresh("another agent", "Agent mismatch", async (w) => ({
        ...(await refresh_body(w)),
        agentId: await w.api.agent_id(),
    })),
    refused_refresh("a used token", "Refresh token already used", async (w) => {
        const body = await refresh_body(w);
        await w.api.must(201, "POST", "/v1/token/refresh", body);
        return body;
    }),
    refused_refresh("a token past its time", "Refresh token expired", async (w) => {
        const body = await refresh_body(w, { expiresIn: "1s" });
        await new Promise((resolve) => setTimeout(resolve, 1100));
        return body;
    }),
    refused_refresh("a revoked grant", "Grant has been revoked", async (w) => {
        const { grantId, refreshToken, agentId } = await w.grant();
        await revoke(w, grantId);
        return { refreshToken, agentId };
    }),
    refusal("refreshToken", 403, "POLICY_DENIED", "a newer deny policy", async (w) => {
        const body = await refresh_body(w);
        await w.deny_everything();
        return { body };
    }),
];

const valid_token = async (w) => ({
    token: (await w.grant({ audience: "https://api.bookings.example" })).grantToken,
});
async function revoked_token(w) {
    const { grantToken, grantId } = await w.grant();
    await revoke(w, grantId);
    return { token: grantToken };
}

const verify = [
    success("verifyToken", 200, (w, example) => ({ body: example }), { response: "invalid" }),
    success("verifyToken", 200, async (w) => ({ body: await valid_token(w) }), {
        response: "valid",
    }),
    refusal("verifyToken", 400, "BAD_REQUEST", "no token", () => ({ body: {} })),
    success("verifyGrant", 200, async (w) => ({ body: await valid_token(w) }), {
        response: "active",
    }),
    success("verifyGrant", 200, async (w) => ({ body: await revoked_token(w) }), {
        response: "inactive",
    }),
    // The example's token is none: "a string that is no verifiable grant token is 400".
    refusal(
        "verifyGrant",
        400,
        "BAD_REQUEST",
        "no grant token",
        (w, example) => ({ body: example }),
        { replays: true },
    ),
];

const revocation = [
    success("revokeToken", 204, async (w, example) => ({
        body: { ...example, jti: claims_of((await w.grant()).grantToken).jti },
    })),
    refusal("revokeToken", 400, "BAD_REQUEST", "no jti", () => ({ body: {} })),
    refusal("revokeToken", 404, "NOT_FOUND", "an unknown jti", (w, example) => ({ body: example })),
];

export const tokens = [...exchange, ...refresh, ...verify, ...revocation];
