// Domains: claimed, and proved by a record in the name system.
import { randomUUID } from "node:crypto";

import { refusal, success } from "./case.mjs";

const nowhere = { id: "dom_01K3ZV6H8K0N2Q4S6V8X0Z2B4D" };
const some_name = () => `${randomUUID()}.acme-travel.example`;
const path_of = ({ id }) => ({ id });

// Domains are for this plan.
async function enterprise(w) {
    await w.set_plan(w.account, "enterprise");
    return w.api;
}
const claim = (api, domain = some_name()) => api.must(201, "POST", "/v1/domains", { domain });
const claimed = async (w) => ({ path: path_of(await claim(await enterprise(w))) });

// The record that proves it is there.
const publish = (w, { domain, verificationToken }) =>
    w.outside.texts.set(`_grantex.${domain}`, [verificationToken]);
async function prove(w, api, domain) {
    publish(w, domain);
    await api.must(200, "POST", `/v1/domains/${domain.id}/verify`);
    return domain;
}
const proved = async (w) => prove(w, await enterprise(w), await claim(w.api));

// Another developer on the plan.
async function rival(w) {
    const account = await w.sign_up("sandbox");
    await w.set_plan(account, "enterprise");
    return account.api;
}
async function foreign(w) {
    const { path } = await claimed(w);
    return { path, api: await rival(w) };
}

const claims = [
    success("createDomain", 201, async (w, example) => {
        await enterprise(w);
        return { body: example };
    }),
    ...["localhost", "192.0.2.1", "https://agents.acme-travel.example/", "a..example"].map(
        (domain) =>
            refusal("createDomain", 400, "BAD_REQUEST", domain, async (w) => {
                await w.set_plan(w.account, "free"); // which comes after it
                return { body: { domain } };
            }),
    ),
    refusal("createDomain", 402, "PLAN_LIMIT_EXCEEDED", "another plan", async (w, example) => {
        await w.set_plan(w.account, "pro");
        return { body: example };
    }),
    refusal("createDomain", 409, "CONFLICT", "a name that one has", async (w) => {
        const { domain } = await claim(await enterprise(w));
        return { body: { domain: `${domain.toUpperCase()}.` } };
    }),
    refusal("createDomain", 409, "CONFLICT", "a name that another one proved", async (w) => {
        const { domain } = await proved(w);
        return { api: await rival(w), body: { domain } };
    }),
    success("listDomains", 200, async (w) => void (await proved(w)), { response: "sample" }),
    success("deleteDomain", 204, claimed),
    refusal("deleteDomain", 404, "NOT_FOUND", "somebody else's domain", foreign),
    refusal("deleteDomain", 404, "NOT_FOUND", "an unknown domain", () => ({ path: nowhere })),
];

const proofs = [
    success("verifyDomain", 200, async (w) => {
        const domain = await claim(await enterprise(w));
        publish(w, domain);
        return { path: path_of(domain) };
    }),
    success(
        "verifyDomain",
        200,
        async (w) => {
            const domain = await proved(w);
            w.outside.texts.delete(`_grantex.${domain.domain}`);
            return { path: path_of(domain), body: {} };
        },
        { response: "once more, without its record" },
    ),
    refusal("verifyDomain", 400, "VERIFICATION_FAILED", "a record that is missing", claimed),
    refusal("verifyDomain", 400, "VERIFICATION_FAILED", "another record", async (w) => {
        const domain = await claim(await enterprise(w));
        publish(w, { ...domain, verificationToken: `${domain.verificationToken} ` });
        return { path: path_of(domain) };
    }),
    refusal("verifyDomain", 404, "NOT_FOUND", "somebody else's domain", foreign),
    refusal("verifyDomain", 409, "CONFLICT", "a name that another one proved", async (w) => {
        const late = await claim(await enterprise(w));
        const api = await rival(w);
        await prove(w, api, await claim(api, late.domain));
        publish(w, late);
        return { path: path_of(late) };
    }),
];

export const domains = [...claims, ...proofs];
