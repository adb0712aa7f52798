// What a developer can see of a world, held against the model: single objects, and everything.
import { isDeepStrictEqual } from "node:util";

import { chain_faults } from "../clients/audit_chain.mjs";
import { amount_text } from "./amounts.mjs";
import { Difference, expect_equal } from "./model.mjs";

// Of the actual object only the members that are expected; undefined means absent.
export function expect_facts(actual, expected, what) {
    const members = Object.keys(expected);
    const seen = Object.fromEntries(members.map((member) => [member, actual?.[member]]));
    if (!isDeepStrictEqual(seen, expected)) expect_equal(seen, expected, what);
}

function expect_list(actual, expected, what) {
    expected.forEach((facts, index) => expect_facts(actual[index], facts, `${what} ${index}`));
    expect_equal(actual.length, expected.length, `${what}: how many`);
}

export const grant_facts = (model, grant, now) => ({
    grantId: grant.id,
    id: grant.id,
    agentId: grant.agent,
    agentDid: `did:grantex:${grant.agent}`,
    principalId: grant.principal,
    developerId: model.developer_id,
    scopes: grant.scopes,
    status: model.status_of(grant, now),
    expiresAt: new Date(grant.expires * 1000).toISOString(),
    delegationDepth: grant.depth,
    parentGrantId: grant.parent?.id,
    audience: grant.audience,
});

export const balance_facts = ({ id, budget }) => ({
    grantId: id,
    initialBudget: amount_text(budget.initial),
    remainingBudget: amount_text(budget.remaining),
});

const newest_first = (map) => [...map.values()].reverse();

// Everything, through `get(path)` and `verify(tokens)`, which give parsed bodies.
export async function expect_everything(model, { get, verify }) {
    const now = Date.now();
    const agents = newest_first(model.agents).filter(({ status }) => status !== "deleted");
    expect_list((await get("/v1/agents")).agents, agents, "agents");

    const grants = newest_first(model.grants);
    const facts = grants.map((grant) => grant_facts(model, grant, now));
    expect_list((await get("/v1/grants")).grants, facts, "grants");
    for (const status of ["active", "revoked", "expired"]) {
        const { total } = await get(`/v1/grants?status=${status}&pageSize=1`);
        const count = facts.filter((each) => each.status === status).length;
        expect_equal(total, count, `total of ${status} grants`);
    }

    await expect_policies(model, get);
    await expect_audit(model, get);
    await expect_budgets(grants, get);

    const tokens = [...model.tokens.keys()];
    const verdicts = await verify(tokens);
    tokens.forEach((token, index) => {
        const { facts } = model.verify_token(undefined, { token }, { now });
        expect_facts(verdicts[index], facts, `verify of a token of ${facts.grantId}`);
    });
}

async function expect_policies(model, get) {
    const { policies } = await get("/v1/policies");
    const by_priority = [...model.policies.values()].sort((a, b) => b.priority - a.priority);
    expect_list(policies, by_priority, "policies");
}

async function expect_audit(model, get) {
    const { entries } = await get("/v1/audit/entries");
    expect_list(entries, model.audit, "audit entries");
    const faults = chain_faults(entries);
    if (faults.length > 0) throw new Difference(`the audit chain: ${faults.join("; ")}`);
}

async function expect_budgets(grants, get) {
    const { allocations } = await get("/v1/budget/allocations");
    const with_budget = grants.filter(({ budget }) => budget);
    expect_equal(allocations.length, with_budget.length, "allocations: how many");
    for (const grant of with_budget) {
        const found = allocations.find(({ grantId }) => grantId === grant.id);
        expect_facts(found, balance_facts(grant), `budget of ${grant.id}`);
        const page = await get(`/v1/budget/transactions/${grant.id}?pageSize=200`);
        expect_list(page.transactions, grant.budget.debits, `debits of ${grant.id}`);
    }
}
