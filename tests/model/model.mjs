// What the contract says a server knows of one sandbox developer and answers to a request: written
// from core.yaml, core-notes.md, governance.yaml and signals.yaml alone. Every operation gives what
// is expected: a refusal {status, code, message}, or {status, facts, learn}, where learn(body,
// span) takes what only the server can choose (ids, tokens) after checking it. span: {from, to},
// the milliseconds between which the server decided.
import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";

import { claims_of } from "../support/forge.mjs";
import { amount_text, ten_thousandths } from "./amounts.mjs";
import { is_denied } from "./deny_rules.mjs";

const token_seconds_max = 86_400;
const grant_seconds_max = 30 * 86_400;
const unit_seconds = { s: 1, m: 60, h: 3600, d: 86_400 };

const refuse = (status, code = "BAD_REQUEST", message = undefined) => ({ status, code, message });
const accept = (status, facts = {}, learn = () => {}) => ({ status, facts, learn });

export class Difference extends Error {}
export function expect_equal(actual, expected, what) {
    if (isDeepStrictEqual(actual, expected)) return;
    const [a, e] = [actual, expected].map((value) => JSON.stringify(value));
    throw new Difference(`${what}: expected ${e}, got ${a}`);
}
function expect_between(actual, low, high, what) {
    if (!(actual >= low && actual <= high))
        throw new Difference(`${what}: expected ${low} to ${high}, got ${actual}`);
}

export function seconds_of(duration) {
    const match = /^([0-9]+)(s|m|h|d)$/.exec(duration);
    const seconds = match ? Number(match[1]) * unit_seconds[match[2]] : 0;
    return seconds > 0 && seconds <= grant_seconds_max ? seconds : undefined;
}
const seconds = (milliseconds) => Math.floor(milliseconds / 1000);
const text_of = (time_seconds) => new Date(time_seconds * 1000).toISOString();
const did_of = (agent_id) => `did:grantex:${agent_id}`;
const is_subset = (scopes, of) => scopes.every((scope) => of.includes(scope));

export class Model {
    // reuse_is_theft_at_once: GRANTEXD_REUSE_GRACE is zero, else longer than any world lives.
    constructor({ developer_id, issuer, reuse_is_theft_at_once, reuse_action, depth_server }) {
        Object.assign(this, { developer_id, issuer, reuse_is_theft_at_once, reuse_action });
        this.depth_server = depth_server;
        this.depth_own = depth_server;
        this.agents = new Map();
        this.codes = new Map();
        this.grants = new Map();
        this.tokens = new Map(); // by their text
        this.refreshes = new Map(); // by their text
        this.policies = new Map();
        this.audit = []; // {action, status, grantId}
    }

    // Agents

    is_active_agent(id) {
        return this.agents.get(id)?.status === "active";
    }
    create_agent(_, { name, scopes = [] }) {
        if (name.trim() === "" || name.length > 200) return refuse(400);
        const agent = { name: name.trim(), scopes, status: "active" };
        const facts = { ...agent, developerId: this.developer_id };
        return accept(201, facts, ({ agentId, did }) => {
            expect_equal(did, did_of(agentId), "did");
            this.agents.set(agentId, { id: agentId, ...agent });
        });
    }
    update_agent(id, { status }) {
        if (!["active", "suspended"].includes(status)) return refuse(400);
        const agent = this.agents.get(id);
        if (!agent || agent.status === "deleted") return refuse(404, "NOT_FOUND");
        agent.status = status;
        return accept(200, { agentId: id, status });
    }
    delete_agent(id) {
        const agent = this.agents.get(id);
        if (!agent || agent.status === "deleted") return refuse(404, "NOT_FOUND");
        for (const grant of this.grants.values())
            if (grant.agent === id) this.revoke_tree(grant);
        agent.status = "deleted";
        return accept(204);
    }
    // Nobody goes deeper than the server allows; the contract leaves open whether asking for more
    // is refused at once or only has no effect.
    update_me(_, { maxDelegationDepth: depth }) {
        if (!(depth >= 1 && depth <= this.depth_server)) return refuse(400);
        this.depth_own = depth;
        return accept(200, { updated: true });
    }

    // Authorization requests and codes

    deny(agent, principal, scopes, grant_id = "") {
        if (!is_denied([...this.policies.values()], { agent, principal, scopes })) return undefined;
        this.audit.push({ action: "policy.denied", status: "blocked", grantId: grant_id });
        return refuse(403, "POLICY_DENIED");
    }
    create_authorization(_, asked) {
        const { agentId, principalId, scopes, expiresIn, audience, codeChallenge } = asked;
        if (scopes.length === 0 || principalId === "" || !seconds_of(expiresIn)) return refuse(400);
        if (!codeChallenge !== !asked.codeChallengeMethod) return refuse(400);
        if (!this.is_active_agent(agentId)) return refuse(404, "NOT_FOUND");
        const denied = this.deny(agentId, principalId, scopes);
        if (denied) return denied;
        const approved = { status: "approved", sandbox: true };
        const facts = { agentId, principalId, scopes, expiresIn, ...approved };
        return accept(201, facts, ({ code }) => {
            const request = { agent: agentId, principal: principalId, scopes, audience };
            const lifetime = seconds_of(expiresIn);
            this.codes.set(code, { ...request, code, lifetime, challenge: codeChallenge });
        });
    }
    exchange_token(_, { code, agentId, codeVerifier }) {
        const request = this.codes.get(code);
        if (!request || request.agent !== agentId || !this.is_active_agent(agentId))
            return refuse(400, "BAD_REQUEST", "Invalid code");
        if (request.grant) {
            if (this.reuse_is_theft_at_once) this.revoke_tree(request.grant);
            return refuse(400);
        }
        if (!this.proves(request.challenge, codeVerifier)) return refuse(400);
        return this.issue({ ...request, parent: null, depth: 0 }, request.lifetime, [], (grant) => {
            request.grant = grant;
        });
    }
    // RFC 7636. A verifier that nobody expects is refused too (downgrade protection).
    proves(challenge, verifier) {
        if (!challenge || !verifier) return !challenge && !verifier;
        return createHash("sha256").update(verifier).digest("base64url") === challenge;
    }

    // Grants and their tokens

    // A grant of `lifetime` seconds that ends no later than any of `ends`.
    issue({ agent, principal, scopes, audience, parent, depth }, lifetime, ends, then) {
        return accept(201, { scopes }, (body, span) => {
            const end = (from) => Math.min(seconds(from) + lifetime, ...ends);
            const expires = Date.parse(body.grantExpiresAt) / 1000;
            expect_between(expires, end(span.from), end(span.to), "grantExpiresAt");
            expect_equal(this.grants.has(body.grantId), false, "a new grantId");
            const grant = { id: body.grantId, agent, principal, scopes, audience, parent, depth };
            Object.assign(grant, { status: "active", expires, budget: null });
            this.grants.set(grant.id, grant);
            this.add_token(grant, body, span);
            then(grant);
        });
    }
    add_token(grant, body, span) {
        const { jti, iat, exp, ...claims } = claims_of(body.grantToken);
        expect_between(iat, seconds(span.from), seconds(span.to), "iat");
        expect_equal(exp, Math.min(grant.expires, iat + token_seconds_max), "exp");
        expect_equal(body.expiresAt, text_of(exp), "expiresAt");
        const { budget, parent } = grant;
        const expected = {
            iss: this.issuer,
            sub: grant.principal,
            ...(grant.audience && { aud: grant.audience }),
            agt: did_of(grant.agent),
            dev: this.developer_id,
            scp: grant.scopes,
            grnt: grant.id,
            ...(budget && { bdg: Number(amount_text(budget.remaining)) }),
            ...(parent && { parentAgt: did_of(parent.agent), parentGrnt: parent.id }),
            ...(parent && { delegationDepth: grant.depth }),
        };
        expect_equal(claims, expected, "claims");
        expect_equal(this.tokens.has(body.grantToken), false, "a new token");
        this.tokens.set(body.grantToken, { jti, exp, grant, is_revoked: false });
        expect_equal(this.refreshes.has(body.refreshToken), false, "a new refresh token");
        this.refreshes.set(body.refreshToken, { grant, status: "current", successor: null });
    }
    is_expired(grant, now) {
        return grant.expires * 1000 <= now;
    }
    is_live(grant, now) {
        return grant.status === "active" && !this.is_expired(grant, now);
    }
    status_of(grant, now) {
        return grant.status === "active" && this.is_expired(grant, now) ? "expired" : grant.status;
    }
    // With all descendants at any depth.
    revoke_tree(grant) {
        grant.status = "revoked";
        for (const child of this.grants.values())
            if (child.parent === grant) this.revoke_tree(child);
    }
    revoke_grant(id, _, { now }) {
        const grant = this.grants.get(id);
        if (!grant || !this.is_live(grant, now)) return refuse(404, "NOT_FOUND");
        this.revoke_tree(grant);
        return accept(204);
    }
    revoke_token(_, { jti }) {
        const token = [...this.tokens.values()].find((each) => each.jti === jti);
        if (!token || token.is_revoked) return refuse(404, "NOT_FOUND");
        token.is_revoked = true;
        return accept(204);
    }

    // Why a genuine token of this developer is no longer good; undefined when it is.
    fault_of({ exp, grant, is_revoked }, now) {
        if (exp * 1000 <= now) return "expired";
        if (is_revoked || grant.status === "revoked") return "revoked";
        return this.is_active_agent(grant.agent) ? undefined : "agent_inactive";
    }
    verify_token(_, { token: text }, { now }) {
        const token = this.tokens.get(text);
        if (!token || this.fault_of(token, now)) return accept(200, { valid: false });
        const { id, scopes, principal, agent } = token.grant;
        const facts = { valid: true, grantId: id, scopes, principal, agent: did_of(agent) };
        return accept(200, { ...facts, expiresAt: text_of(token.exp) });
    }
    verify_grant(_, { token: text }, { now, foreign }) {
        const token = this.tokens.get(text);
        if (foreign.token === text)
            return accept(200, { active: false, reason: "wrong_developer" });
        if (!token) return refuse(400);
        const reason = this.fault_of(token, now);
        return accept(200, reason ? { active: false, reason } : { active: true }, ({ claims }) => {
            if (!reason) expect_equal(claims, claims_of(text), "claims");
        });
    }

    refresh_token(_, { refreshToken, agentId }, { now }) {
        const refresh = this.refreshes.get(refreshToken);
        if (!refresh || !this.is_active_agent(refresh.grant.agent))
            return refuse(400, "BAD_REQUEST", "Invalid refresh token");
        const { grant } = refresh;
        if (grant.agent !== agentId) return refuse(400, "BAD_REQUEST", "Agent mismatch");
        if (refresh.status === "used") {
            if (this.reuse_is_theft_at_once || refresh.successor.status !== "current")
                this.take_for_stolen(grant);
            return refuse(400, "BAD_REQUEST", "Refresh token already used");
        }
        if (refresh.status === "revoked") return refuse(400);
        if (this.is_expired(grant, now))
            return refuse(400, "BAD_REQUEST", "Refresh token expired");
        if (grant.status === "revoked")
            return refuse(400, "BAD_REQUEST", "Grant has been revoked");
        const denied = this.deny(grant.agent, grant.principal, grant.scopes, grant.id);
        if (denied) return denied;
        return accept(201, { grantId: grant.id, scopes: grant.scopes }, (body, span) => {
            expect_equal(body.grantExpiresAt, text_of(grant.expires), "grantExpiresAt");
            this.add_token(grant, body, span);
            refresh.status = "used";
            refresh.successor = this.refreshes.get(body.refreshToken);
        });
    }
    // A family dies once: of one that is dead already nothing more is said or done.
    take_for_stolen(grant) {
        const family = [...this.refreshes.values()].filter((each) => each.grant === grant);
        const current = family.find(({ status }) => status === "current");
        if (grant.status === "revoked" || !current) return;
        this.audit.push({ action: "refresh_token.reused", status: "blocked", grantId: grant.id });
        current.status = "revoked";
        if (this.reuse_action === "grant") this.revoke_tree(grant);
    }

    delegate_grant(_, { parentGrantToken, subAgentId, scopes, expiresIn }, { now, foreign }) {
        const lifetime = seconds_of(expiresIn);
        if (scopes.length === 0 || !lifetime) return refuse(400);
        if (parentGrantToken === foreign.token) return refuse(403, "FORBIDDEN");
        const token = this.tokens.get(parentGrantToken);
        if (!token || this.fault_of(token, now)) return refuse(400);
        const parent = token.grant;
        if (parent.depth + 1 > Math.min(this.depth_own, this.depth_server))
            return refuse(403, "DELEGATION_DEPTH_EXCEEDED");
        if (!is_subset(scopes, parent.scopes)) return refuse(400);
        if (!this.is_active_agent(subAgentId)) return refuse(404, "NOT_FOUND");
        const denied = this.deny(subAgentId, parent.principal, scopes, parent.id);
        if (denied) return denied;
        const { principal, audience } = parent;
        const grant = { agent: subAgentId, principal, scopes, audience, parent };
        const ends = [token.exp, parent.expires];
        return this.issue({ ...grant, depth: parent.depth + 1 }, lifetime, ends, () => {});
    }

    // Audit entries, policies, budgets

    log_audit(_, { agentId, grantId, principalId, action, status }) {
        if (!["success", "failure", "blocked"].includes(status)) return refuse(400);
        const principal = principalId ?? this.grants.get(grantId)?.principal;
        if (!principal) return refuse(400);
        const entry = { action, status, grantId };
        this.audit.push(entry);
        return accept(201, { ...entry, agentDid: did_of(agentId), principalId: principal });
    }
    create_policy(_, { name, effect, priority, agentId, principalId, scopes }) {
        if (scopes?.length === 0 || !["allow", "deny"].includes(effect)) return refuse(400);
        const policy = { name, effect, priority, agentId, principalId, scopes };
        const facts = JSON.parse(JSON.stringify(policy, (_, value) => value ?? null));
        return accept(201, facts, ({ id }) => this.policies.set(id, { id, ...facts }));
    }
    delete_policy(id) {
        return this.policies.delete(id) ? accept(204) : refuse(404, "NOT_FOUND");
    }
    allocate_budget(_, { grantId, initialBudget }, { now }) {
        const initial = ten_thousandths(initialBudget);
        if (!initial) return refuse(400);
        const grant = this.grants.get(grantId);
        if (!grant) return refuse(404, "NOT_FOUND");
        if (!this.is_live(grant, now)) return refuse(409, "GRANT_INACTIVE");
        if (grant.budget) return refuse(409, "CONFLICT");
        grant.budget = { initial, remaining: initial, debits: [] };
        const text = amount_text(initial);
        return accept(201, { grantId, initialBudget: text, remainingBudget: text });
    }
    debit_budget(_, { grantId, amount }, { now }) {
        const spent = ten_thousandths(amount);
        if (!spent) return refuse(400);
        const grant = this.grants.get(grantId);
        if (!grant) return refuse(404, "NOT_FOUND");
        if (!this.is_live(grant, now)) return refuse(409, "GRANT_INACTIVE");
        const { budget } = grant;
        if (!budget || budget.remaining < spent) return refuse(402, "INSUFFICIENT_BUDGET");
        budget.remaining -= spent;
        const remaining = amount_text(budget.remaining);
        budget.debits.unshift({ amount: amount_text(spent), balanceAfter: remaining });
        return accept(200, { grantId, remaining });
    }
}
