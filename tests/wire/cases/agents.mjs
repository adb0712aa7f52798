// Agents and their DIDs.
import { refusal, success } from "./case.mjs";

const nobody = { agentId: "ag_01KJPWD6M0W17VDP01P914P7ZE" };

// The agent of the contract's example.
const example_agent = async (w) => {
    const { agentId } = await w.api.must(201, "POST", "/v1/agents", {
        name: "Trip Planner",
        description: "Finds and books trips",
        scopes: ["calendar:read"],
    });
    return { agentId };
};

const of_updates = ["updateAgent", "updateAgentViaPost"].flatMap((id) => [
    success(id, 200, async (w, example) => ({ path: await example_agent(w), body: example })),
    refusal(id, 400, "BAD_REQUEST", "no known field", async (w) => ({
        path: await example_agent(w),
        body: {},
    })),
    refusal(id, 404, "NOT_FOUND", "an agent of somebody else", async (w) => {
        const path = await example_agent(w);
        return { api: (await w.sign_up("live")).api, path, body: { name: "Mine" } };
    }),
]);

export const agents = [
    success("createAgent", 201, (w, example) => ({ body: example })),
    refusal("createAgent", 400, "BAD_REQUEST", "no name", () => ({ body: { scopes: ["read"] } })),
    refusal(
        "createAgent",
        402,
        "PLAN_LIMIT_EXCEEDED",
        "the quota",
        async (w) => {
            await w.api.must(201, "POST", "/v1/agents", { name: "The one" });
            return { body: { name: "One too many" } };
        },
        { server: "narrow" },
    ),
    success("listAgents", 200, async (w) => void (await example_agent(w))),
    success("getAgent", 200, async (w) => ({ path: await example_agent(w) })),
    refusal("getAgent", 404, "NOT_FOUND", "an unknown agent", () => ({ path: nobody })),
    ...of_updates,
    success("deleteAgent", 204, async (w) => ({ path: await example_agent(w) })),
    refusal("deleteAgent", 404, "NOT_FOUND", "an agent deleted before", async (w) => {
        const path = await example_agent(w);
        await w.api.must(204, "DELETE", `/v1/agents/${path.agentId}`);
        return { path };
    }),

    success("resolveAgentDid", 200, async (w) => {
        const { agentId } = await example_agent(w);
        return { api: w.anonymous, path: { did: `did:grantex:${agentId}` } };
    }),
    refusal("resolveAgentDid", 400, "BAD_REQUEST", "another method", (w) => ({
        api: w.anonymous,
        path: { did: "did:web:auth.example.com" },
    })),
    refusal("resolveAgentDid", 404, "NOT_FOUND", "an unknown agent", (w) => ({
        api: w.anonymous,
        path: { did: `did:grantex:${nobody.agentId}` },
    })),
    refusal("resolveAgentDid", 410, "GONE", "a deleted agent", async (w) => {
        const { agentId } = await example_agent(w);
        await w.api.must(204, "DELETE", `/v1/agents/${agentId}`);
        return { api: w.anonymous, path: { did: `did:grantex:${agentId}` } };
    }),
];
