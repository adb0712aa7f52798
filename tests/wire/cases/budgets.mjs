// Budgets: given to grants, and spent.
import { refusal, success } from "./case.mjs";

const nowhere = "grnt_01KJPX39N0D3PSNR531QZFCJCQ";

async function grant_id(w, fields) {
    return (await w.grant(fields)).grantId;
}
const allocate = (w, grantId) =>
    w.api.must(201, "POST", "/v1/budget/allocate", { grantId, initialBudget: 250 });

// A grant with a budget of 250, of which as much is spent.
async function budgeted(w, spent) {
    const grantId = await grant_id(w);
    await allocate(w, grantId);
    if (spent) await w.api.must(200, "POST", "/v1/budget/debit", { grantId, amount: spent });
    return grantId;
}
async function revoked(w, grantId) {
    await w.api.revoke(grantId);
    return grantId;
}

const given = [
    success("allocateBudget", 201, async (w, example) => ({
        body: { ...example, grantId: await grant_id(w) },
    })),
    refusal("allocateBudget", 400, "BAD_REQUEST", "an amount of zero", async (w, example) => ({
        body: { ...example, grantId: await grant_id(w), initialBudget: 0 },
    })),
    refusal("allocateBudget", 404, "NOT_FOUND", "an unknown grant", (w, example) => ({
        body: { ...example, grantId: nowhere },
    })),
    refusal("allocateBudget", 409, "GRANT_INACTIVE", "a revoked grant", async (w, example) => ({
        body: { ...example, grantId: await revoked(w, await grant_id(w)) },
    })),
    refusal("allocateBudget", 409, "CONFLICT", "a second budget", async (w, example) => ({
        body: { ...example, grantId: await budgeted(w) },
    })),
];

const spent = [
    success("debitBudget", 200, async (w, example) => ({
        body: { ...example, grantId: await budgeted(w) },
    })),
    refusal("debitBudget", 400, "BAD_REQUEST", "a negative amount", async (w, example) => ({
        body: { ...example, grantId: await budgeted(w), amount: -1 },
    })),
    refusal("debitBudget", 402, "INSUFFICIENT_BUDGET", "more than is left", async (w, example) => ({
        body: { ...example, grantId: await budgeted(w, "237.5001") },
    })),
    refusal("debitBudget", 404, "NOT_FOUND", "somebody else's grant", async (w, example) => {
        const grantId = await budgeted(w);
        return { api: (await w.sign_up("live")).api, body: { ...example, grantId } };
    }),
    refusal("debitBudget", 409, "GRANT_INACTIVE", "a revoked grant", async (w, example) => ({
        body: { ...example, grantId: await revoked(w, await budgeted(w)) },
    })),
];

const read = [
    success(
        "getBudgetBalance",
        200,
        async (w) => ({ path: { grantId: await budgeted(w, 12.5) } }),
        { response: "sample" },
    ),
    refusal("getBudgetBalance", 404, "NOT_FOUND", "a grant without one", async (w) => ({
        path: { grantId: await grant_id(w) },
    })),
    success("listBudgetAllocations", 200, async (w) => void (await budgeted(w, 12.5)), {
        response: "sample",
    }),
    refusal("listBudgetAllocations", 400, "BAD_REQUEST", "two pages at once", () => ({
        query: [
            ["page", "1"],
            ["page", "2"],
        ],
    })),
    success("listBudgetTransactions", 200, async (w) => {
        const grantId = await budgeted(w);
        const metadata = { orderId: "A-10293", idempotencyKey: "A-10293-1" };
        const debit = { grantId, amount: 12.5, description: "Seat reservation", metadata };
        await w.api.must(200, "POST", "/v1/budget/debit", debit);
        return { path: { grantId } };
    }),
    refusal("listBudgetTransactions", 400, "BAD_REQUEST", "a page that is none", async (w) => ({
        path: { grantId: await budgeted(w) },
        query: { page: "first" },
    })),
];

export const budgets = [...given, ...spent, ...read];
