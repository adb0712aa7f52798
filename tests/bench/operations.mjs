// The operations that are measured: each says what wrk sends for it, in a world.
import { kind } from "./wrk.mjs";

const scopes = ["calendar:read"];

const of_key = (world, name, method, path, options) =>
    kind(name, method, path, { key: world.key, ...options });

export const verify_kind = (world, options) =>
    of_key(world, "verify", "POST", "/v1/tokens/verify", {
        body: { token: "$VALUE" },
        values: world.tokens,
        ...options,
    });

export const audit_kind = (world, options) =>
    of_key(world, "audit", "POST", "/v1/audit/log", {
        body: {
            agentId: world.agent,
            grantId: world.grants[0].grantId,
            principalId: "user_0",
            action: "calendar.read",
            metadata: { events: 3, calendar: "work" },
        },
        ...options,
    });

export const delegate_kind = (world, options) =>
    of_key(world, "delegate", "POST", "/v1/grants/delegate", {
        body: { parentGrantToken: "$VALUE", subAgentId: world.sub_agent, scopes, expiresIn: "1h" },
        values: world.tokens,
        ...options,
    });

export const refresh_kind = (world, values, options) =>
    of_key(world, "refresh", "POST", "/v1/token/refresh", {
        body: { agentId: world.agent, refreshToken: "$VALUE" },
        values,
        use: "once",
        ...options,
    });

export const next_refresh_token = { pattern: '"refreshToken":"([^"]+)"', feeds: "refresh" };

export const get_grant_kind = (world, options) =>
    of_key(world, "grant", "GET", "/v1/grants/$VALUE", { values: world.grant_ids, ...options });

export const list_grants_kind = (world, options) =>
    of_key(world, "list of grants", "GET", "/v1/grants?pageSize=20", options);
const list_agents_kind = (world) =>
    of_key(world, "list of agents", "GET", "/v1/agents?pageSize=20");
export const list_audit_kind = (world, options) =>
    of_key(world, "list of audit entries", "GET", "/v1/audit/entries?pageSize=20", options);

const create_agent_kind = (world) =>
    of_key(world, "create agent", "POST", "/v1/agents", { body: { name: "Trip Planner", scopes } });

const plain = (make) => (world, load, delay) => world.run({ kinds: [make(world)], delay }, load);

// A day of agents: 70 % verify, 10 % audit, 8 % refresh, 5 % exchange, 3 % delegate, 2 % revoke,
// 2 % lists. Refresh tokens and grants to revoke come from the answers.
async function run_agent_day(world, load) {
    const codes = await world.take_codes(world.codes_needed(load));
    const refresh_tokens = await world.take_refresh_tokens();
    const kinds = [
        verify_kind(world, { weight: 70 }),
        audit_kind(world, { weight: 10 }),
        refresh_kind(world, refresh_tokens, { weight: 8 }),
        world.exchange_kind(codes, { weight: 5 }),
        delegate_kind(world, { weight: 3 }),
        of_key(world, "revoke", "DELETE", "/v1/grants/$VALUE", {
            values: world.no_values,
            use: "once",
            weight: 2,
        }),
        list_grants_kind(world, { weight: 1 }),
        list_audit_kind(world, { weight: 1 }),
    ];
    // The delegated grant is known by its single scope, before the other tokens are looked at.
    const delegated = {
        pattern: '"grantToken":.*"scopes":%["calendar:read"%].*"grantId":"([^"]+)"',
        feeds: "revoke",
    };
    const measured = await world.run({ kinds, answers: [delegated, next_refresh_token] }, load);
    world.codes = world.codes.concat(codes.slice(measured.requests));
    return measured;
}

// run(world, {connections, seconds}, delay) measures. `id` is what targets.mjs knows it by. `limit`
// is what is measured beside it, besides nginx. `has_half`: also at half of what it can do.
export const operations = [
    { id: "health", title: "GET /health", run: plain(() => kind("health", "GET", "/health")) },
    {
        id: "jwks",
        title: "GET JWKS",
        run: plain(() => kind("jwks", "GET", "/.well-known/jwks.json")),
    },
    {
        id: "consent_page",
        title: "GET consent page",
        run: plain((world) =>
            kind("consent page", "GET", "$VALUE", { values: world.consent_paths }),
        ),
    },
    { id: "verify", title: "POST tokens/verify", has_half: true, run: plain(verify_kind) },
    { id: "get_grant", title: "GET grant", run: plain(get_grant_kind) },
    { id: "list_grants", title: "list 20 grants", run: plain(list_grants_kind) },
    { id: "list_agents", title: "list 20 agents", run: plain(list_agents_kind) },
    { id: "create_agent", title: "POST agent", run: plain(create_agent_kind) },
    {
        id: "authorize",
        title: "POST authorize",
        has_half: true,
        run: (world, load, delay) => world.gather_codes(load, delay),
    },
    {
        id: "exchange",
        title: "POST token (exchange)",
        has_half: true,
        limit: "rsa",
        run: (world, load, delay) => world.exchange(load, delay),
    },
    {
        id: "refresh",
        title: "POST token/refresh",
        limit: "rsa",
        run: async (world, load, delay) => {
            const kinds = [refresh_kind(world, await world.take_refresh_tokens())];
            return world.run({ kinds, answers: [next_refresh_token], delay }, load);
        },
    },
    { id: "delegate", title: "POST grants/delegate", limit: "rsa", run: plain(delegate_kind) },
    { id: "audit", title: "POST audit/log", limit: "disk", has_half: true, run: plain(audit_kind) },
    { id: "list_audit", title: "list 20 audit entries", run: plain(list_audit_kind) },
    { id: "agent_day", title: "a day of agents (mixed)", run: run_agent_day },
];
