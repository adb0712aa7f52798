// Accounts and their keys, the state of the server, and what its operator sees.
import { randomUUID } from "node:crypto";

import { refusal, success } from "./case.mjs";

const some_address = () => `${randomUUID()}@nimbus.example`;
const unknown_field = { colour: "blue" };

export const developers = [
    success("signup", 201, (w, example) => ({
        api: w.anonymous,
        body: { ...example, email: some_address() },
    })),
    refusal("signup", 400, "BAD_REQUEST", "a blank name", (w) => ({
        api: w.anonymous,
        body: { name: "  " },
    })),
    refusal("signup", 409, "CONFLICT", "an address that is taken", async (w) => {
        const email = some_address();
        await w.sign_up("live", { email });
        return { api: w.anonymous, body: { name: "Other", email: email.toUpperCase() } };
    }),
    refusal(
        "signup",
        403,
        "SIGNUP_CLOSED",
        "a closed server",
        (w) => ({ api: w.anonymous, body: { name: "Nimbus Travel" } }),
        { server: "closed" },
    ),

    success("sendSignupVerification", 201, (w, example) => ({ body: example })),
    refusal("sendSignupVerification", 400, "BAD_REQUEST", "no address", () => ({
        body: { email: "nobody" },
    })),
    success("confirmSignupVerification", 200, async (w) => ({
        api: w.anonymous,
        path: { token: await w.confirmation_token(some_address()) },
    })),
    refusal("confirmSignupVerification", 409, "EMAIL_TAKEN", "a taken address", async (w) => {
        const email = some_address();
        const token = await w.confirmation_token(email);
        await w.sign_up("live", { email });
        return { api: w.anonymous, path: { token } };
    }),
    refusal("confirmSignupVerification", 404, "NOT_FOUND", "an unknown token", (w) => ({
        api: w.anonymous,
        path: { token: "A".repeat(43) },
    })),

    success("getMe", 200, async (w) => {
        const fields = { allowedRedirectUris: ["https://app.nimbus.example/grantex/callback"] };
        await w.api.must(200, "PATCH", "/v1/me", fields);
        return {};
    }),
    success("updateMe", 200, (w, example) => ({ body: example })),
    refusal("updateMe", 400, "BAD_REQUEST", "no known field", () => ({ body: unknown_field })),

    success("rotateKey", 200, (w, example) => ({ body: example })),
    success("rotateKeyAlias", 200, (w, example) => ({ body: example })),

    success("getHealth", 200, (w) => ({ api: w.anonymous })),
    success("getJwks", 200, (w) => ({ api: w.anonymous, query: { any: "thing" } })),
    success("getDidDocument", 200, (w) => ({ api: w.anonymous })),

    success("adminStats", 200, (w) => ({ api: w.operator })),
    success("adminListDevelopers", 200, (w) => ({ api: w.operator })),
    success("adminSetPlan", 200, (w, example) => ({
        api: w.operator,
        path: { developerId: w.account.developerId },
        body: example,
    })),
    refusal("adminSetPlan", 400, "BAD_REQUEST", "an unknown plan", (w) => ({
        api: w.operator,
        path: { developerId: w.account.developerId },
        body: { plan: "golden" },
    })),
    refusal("adminSetPlan", 404, "NOT_FOUND", "an unknown developer", (w) => ({
        api: w.operator,
        path: { developerId: "dev_01KJF1S600JW4GBPASAG2RPHRM" },
        body: { plan: "pro" },
    })),
    ...["adminStats", "adminListDevelopers", "adminSetPlan"].map((id) =>
        refusal(
            id,
            503,
            "SERVICE_UNAVAILABLE",
            "a server without operator key",
            (w) => ({
                api: w.operator,
                path: { developerId: "dev_01KJF1S600JW4GBPASAG2RPHRM" },
                body: id === "adminSetPlan" ? { plan: "pro" } : undefined,
            }),
            { server: "closed" },
        ),
    ),
];
