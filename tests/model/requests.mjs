// The next request of a world: mostly sensible, often not. What comes of it is up to the model.
import { pkce_pair } from "../support/api.mjs";
import { claims_of } from "../support/forge.mjs";

export const weights = {
    create_agent: 4,
    update_agent: 5,
    delete_agent: 1.5,
    update_me: 1,
    create_authorization: 15,
    exchange_token: 16,
    refresh_token: 15,
    delegate_grant: 15,
    revoke_grant: 4,
    revoke_token: 4,
    verify_token: 4,
    verify_grant: 6,
    log_audit: 5,
    create_policy: 3,
    delete_policy: 4,
    allocate_budget: 5,
    debit_budget: 8,
};

const principals = ["user_1", "user_2", "user_3"];
const scopes = [
    "calendar:read",
    "calendar:write",
    "calendar:*",
    "payments:initiate",
    "payments:initiate:max_250",
    "email:send",
];
const policy_scopes = [...scopes, "payments:*", "calendar:read:work", "calendar"];
const lifetimes = ["30m", "1h", "24h", "48h", "30d", "86401s"];
const no_lifetimes = ["0s", "31d", "1w", "", "-1h", "1.5h"];
const amounts = [1, 10, "100", "0.1", 0.30000000000000004, 7.25, "12.3456", 2.5e-4, 99.99995];
const no_amounts = [0, -1, "0.0000", 0.00005, "1,5", "abc", 1e15];

const unknown = {
    agent: "ag_01KJPWD6M0W17VDP01P914P7ZE",
    grant: "grnt_01KJPX39N0D3PSNR531QZFCJCQ",
    token: "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
    jti: "tok_01KJPX39N0JVY0P6NRJB8E856S",
    code: "n3Vb8QkT0yXwZ5rL7cJ2mFhGdSaPoIuE9tRqWxYzA1B",
    refresh: "ref_01KJPX39N0VFW6J5MFR7ZZE49X.7sQm2kVh0Lx9uYt4Rw1Bn6Zc3Jp8Gd5Fe0Xo7Ki2UaQ",
    policy: "pol_01JQ8Z5T7M788MH3P6NFF3WSGQ",
};

export class Requests {
    // foreign: {agent, grant, token, jti, code, refresh} of another developer.
    constructor(model, random, foreign) {
        Object.assign(this, { model, random, foreign });
        this.verifiers = new Map(); // by code
    }

    next(now) {
        this.now = now;
        const operation = this.random.weighted(weights);
        return { operation, ...this[operation]() };
    }

    // One of those that hold, one of all, or one that is not the developer's.
    #choose(kind, all, holds) {
        if (this.random.chance(0.04)) return this.foreign[kind] ?? unknown[kind];
        if (all.length === 0 || this.random.chance(0.02)) return unknown[kind];
        const good = this.random.chance(0.8) ? all.filter(holds) : all;
        return this.random.pick(good.length > 0 ? good : all);
    }
    #agent() {
        const agents = [...this.model.agents.values()];
        const chosen = this.#choose("agent", agents, ({ status }) => status === "active");
        return chosen.id ?? chosen;
    }
    #grant() {
        const live = (grant) => this.model.is_live(grant, this.now);
        const chosen = this.#choose("grant", [...this.model.grants.values()], live);
        return chosen.id ?? chosen;
    }
    #token() {
        const { tokens } = this.model;
        const good = (text) => !this.model.fault_of(tokens.get(text), this.now);
        return this.#choose("token", [...tokens.keys()], good);
    }
    #duration() {
        return this.random.pick(this.random.chance(0.05) ? no_lifetimes : lifetimes);
    }
    #amount() {
        return this.random.pick(this.random.chance(0.1) ? no_amounts : amounts);
    }

    create_agent() {
        const name = this.random.chance(0.1) ? "  " : `Agent ${this.model.agents.size}`;
        const body = { name, scopes: this.random.some(scopes) };
        return { method: "POST", path: "/v1/agents", body };
    }
    // A suspended agent is soon active again: without agents nothing else happens.
    update_agent() {
        const suspended = [...this.model.agents.values()].filter((a) => a.status === "suspended");
        const wake = suspended.length > 0 && this.random.chance(0.7);
        const id = wake ? this.random.pick(suspended).id : this.#agent();
        const other = this.random.chance(0.1) ? "deleted" : "suspended";
        const body = { status: wake || this.random.chance(0.3) ? "active" : other };
        return { id, method: "PATCH", path: `/v1/agents/${id}`, body };
    }
    delete_agent() {
        const id = this.#agent();
        return { id, method: "DELETE", path: `/v1/agents/${id}` };
    }
    update_me() {
        const body = { maxDelegationDepth: this.random.pick([1, 2, 3, 3, 4, 10, 0, 11]) };
        return { method: "PATCH", path: "/v1/me", body };
    }
    create_authorization() {
        const { verifier, challenge } = pkce_pair();
        const pkce = this.random.pick(["both", "both", "none", "both", "both", "half"]);
        const body = {
            agentId: this.#agent(),
            principalId: this.random.chance(0.02) ? "" : this.random.pick(principals),
            scopes: this.random.chance(0.02) ? [] : this.random.some(scopes),
            expiresIn: this.#duration(),
            ...(this.random.chance(0.3) && { audience: "https://api.bookings.example" }),
            ...(pkce !== "none" && { codeChallenge: challenge }),
            ...(pkce === "both" && { codeChallengeMethod: "S256" }),
        };
        const then = ({ code }) => this.verifiers.set(code, pkce === "none" ? undefined : verifier);
        return { method: "POST", path: "/v1/authorize", body, then };
    }
    exchange_token() {
        const all = [...this.model.codes.values()];
        const chosen = this.#choose("code", all, ({ grant }) => !grant);
        const code = chosen.code ?? chosen;
        const right = this.verifiers.get(code);
        const codeVerifier = this.random.chance(0.9)
            ? right
            : this.random.pick([undefined, pkce_pair().verifier]);
        const agentId = this.random.chance(0.93) && chosen.agent ? chosen.agent : this.#agent();
        const body = { code, agentId, ...(codeVerifier && { codeVerifier }) };
        return { method: "POST", path: "/v1/token", body };
    }
    refresh_token() {
        const { refreshes } = this.model;
        const is_current = (text) => {
            const { status, grant } = refreshes.get(text);
            return status === "current" && this.model.is_live(grant, this.now);
        };
        const refreshToken = this.#choose("refresh", [...refreshes.keys()], is_current);
        const right = refreshes.get(refreshToken)?.grant.agent;
        const agentId = right && this.random.chance(0.93) ? right : this.#agent();
        return { method: "POST", path: "/v1/token/refresh", body: { refreshToken, agentId } };
    }
    delegate_grant() {
        const parentGrantToken = this.#token();
        const parent = this.model.tokens.get(parentGrantToken)?.grant.scopes ?? scopes;
        const asked = this.random.some(this.random.chance(0.85) ? parent : scopes);
        const body = {
            parentGrantToken,
            subAgentId: this.#agent(),
            scopes: this.random.chance(0.02) ? [] : asked,
            expiresIn: this.#duration(),
        };
        return { method: "POST", path: "/v1/grants/delegate", body };
    }
    revoke_grant() {
        const id = this.#grant();
        return { id, method: "DELETE", path: `/v1/grants/${id}` };
    }
    revoke_token() {
        const text = this.#token();
        const jti = this.model.tokens.has(text)
            ? claims_of(text).jti
            : this.random.pick([this.foreign.jti, unknown.jti]);
        return { method: "POST", path: "/v1/tokens/revoke", body: { jti } };
    }
    verify_token() {
        return { method: "POST", path: "/v1/tokens/verify", body: { token: this.#token() } };
    }
    verify_grant() {
        return { method: "POST", path: "/v1/grants/verify", body: { token: this.#token() } };
    }
    log_audit() {
        const body = {
            agentId: this.#agent(),
            grantId: this.#grant(),
            ...(this.random.chance(0.5) && { principalId: this.random.pick(principals) }),
            action: this.random.pick(["calendar.read", "payment.initiated"]),
            status: this.random.pick(["success", "success", "failure", "blocked", "lost"]),
        };
        return { method: "POST", path: "/v1/audit/log", body };
    }
    // Most denials are narrow and none lives long: where everything is denied nothing happens.
    create_policy() {
        const denials = [...this.model.policies.values()].filter((p) => p.effect === "deny").length;
        const deny = denials < 2 && this.random.chance(0.7);
        const agent = this.#agent();
        const body = {
            name: "rule",
            effect: this.random.chance(0.05) ? "refuse" : deny ? "deny" : "allow",
            priority: this.random.below(10),
            agentId: this.random.pick([null, agent, `did:grantex:${agent}`]),
            principalId: this.random.pick([null, this.random.pick(principals)]),
            scopes: this.random.chance(0.05) ? [] : this.random.some(policy_scopes),
        };
        return { method: "POST", path: "/v1/policies", body };
    }
    delete_policy() {
        const chosen = this.#choose("policy", [...this.model.policies.values()], () => true);
        const id = chosen.id ?? chosen;
        return { id, method: "DELETE", path: `/v1/policies/${id}` };
    }
    allocate_budget() {
        const body = { grantId: this.#grant(), initialBudget: this.#amount() };
        return { method: "POST", path: "/v1/budget/allocate", body };
    }
    debit_budget() {
        const holds = ({ budget }) => budget !== null && budget.remaining > 0n;
        const chosen = this.#choose("grant", [...this.model.grants.values()], holds);
        const body = { grantId: chosen.id ?? chosen, amount: this.#amount() };
        return { method: "POST", path: "/v1/budget/debit", body };
    }
}
