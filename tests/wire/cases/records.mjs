// The audit log, and the policies.
import { refusal, success } from "./case.mjs";

const audit = [
    success("logAudit", 201, (w, example) => ({ body: example })),
    refusal("logAudit", 400, "BAD_REQUEST", "an unknown status", (w, example) => ({
        body: { ...example, status: "perhaps" },
    })),
    refusal(
        "logAudit",
        402,
        "PLAN_LIMIT_EXCEEDED",
        "the quota",
        async (w, example) => {
            await w.api.must(201, "POST", "/v1/audit/log", example);
            return { body: example };
        },
        { server: "narrow" },
    ),
    success("listAudit", 200, async (w) => void (await w.api.log_audit())),
    refusal("listAudit", 400, "BAD_REQUEST", "a time that is none", () => ({
        query: { since: "yesterday" },
    })),
    success("getAudit", 200, async (w) => ({
        path: { entryId: (await w.api.log_audit()).body.entryId },
    })),
    refusal("getAudit", 404, "NOT_FOUND", "an unknown entry", () => ({
        path: { entryId: "alog_01KJPX9JTGMARE2TEM7FQ8YS2M" },
    })),
];

const nowhere = { id: "pol_01JQ8Z5T7M788MH3P6NFF3WSGQ" };

// The policy of the contract's example.
const example_policy = async (w) => {
    const { id } = await w.policy({
        effect: "deny",
        priority: 500,
        scopes: ["payments:initiate"],
        timeOfDayStart: "18:00",
        timeOfDayEnd: "08:30",
        daysOfWeek: [1, 2, 3, 4, 5],
        timeZone: "Europe/Berlin",
    });
    return { id };
};
const replay = (id, status, names, path) =>
    names.map((request) =>
        success(id, status, async (w, body) => ({ path: await path(w), body }), { request }),
    );

const policies = [
    ...replay("createPolicy", 201, ["flat", "conformance", "specForm"], () => ({})),
    refusal("createPolicy", 400, "BAD_REQUEST", "half of a window", () => ({
        body: { name: "half", effect: "allow", timeOfDayStart: "09:00" },
    })),
    refusal(
        "createPolicy",
        402,
        "PLAN_LIMIT_EXCEEDED",
        "the quota",
        async (w) => {
            await w.deny_everything();
            return { body: { name: "one too many", effect: "deny" } };
        },
        { server: "narrow" },
    ),
    success("listPolicies", 200, async (w) => void (await example_policy(w))),
    success("getPolicy", 200, async (w) => ({ path: await example_policy(w) })),
    refusal("getPolicy", 404, "NOT_FOUND", "an unknown policy", () => ({ path: nowhere })),
    ...replay("updatePolicy", 200, ["raise", "clearWindow", "conformance"], example_policy),
    refusal("updatePolicy", 400, "BAD_REQUEST", "an unknown effect", async (w) => ({
        path: await example_policy(w),
        body: { effect: "perhaps" },
    })),
    refusal("updatePolicy", 404, "NOT_FOUND", "an unknown policy", () => ({
        path: nowhere,
        body: { priority: 1 },
    })),
    success("deletePolicy", 204, async (w) => ({ path: await example_policy(w) })),
    refusal("deletePolicy", 404, "NOT_FOUND", "an unknown policy", () => ({ path: nowhere })),
];

export const records = [...audit, ...policies];
