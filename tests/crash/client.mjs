// A client of the crash tests: writes of all kinds, chosen by a seed, one at a time until there is
// no server any more. What it knows is in its ledger, and in how it thinks its grants stand.
import { claims_of } from "../support/forge.mjs";
import { amount_text } from "../model/amounts.mjs";
import { pkce_pair } from "../support/api.mjs";
import { Ledger } from "./ledger.mjs";

const scopes = ["calendar:read", "calendar:write"];
const weights = {
    grant: 25,
    refresh: 20,
    delegate: 15,
    revoke: 7,
    revoke_token: 5,
    log: 15,
    rename: 5,
    budget: 5,
    debit: 15,
    policy: 3,
    drop_policy: 3,
};

export class Client {
    // patient: a 503 is no fault (the disk is full).
    constructor({ api, name, random, patient = false }) {
        Object.assign(this, { api, name, random });
        this.options = { unavailable: patient ? 503 : undefined };
        this.ledger = new Ledger();
        this.grants = []; // {id, agent, parent, tokens, refresh, is_revoked, budget}
        this.policies = [];
        this.count = 0;
    }

    // Until the connection ends, or until there is no more to do. A refusal is waited out.
    async run(goes_on = () => true) {
        const { entries } = this.ledger;
        while (goes_on()) {
            await (this.agent ? this.step() : this.#register());
            const last = entries.at(-1);
            if (last?.refused) await new Promise((resolve) => setTimeout(resolve, 50));
            else if (last && !last.answer) return;
        }
    }
    step() {
        return this[this.random.weighted(weights)]();
    }
    // The answer, when one came, after learning from it.
    async write(kind, about, ...request) {
        const entry = await this.ledger.write(this.api, kind, about, request, this.options);
        if (entry.answer) this.#learn(entry);
        return entry.answer;
    }
    #learn(entry) {
        this[`${entry.kind}_done`]?.(entry, entry.answer);
    }

    // This client as it was at a moment: with what it had sent, and the answers that had come.
    at(moment) {
        const { api, name, random } = this;
        const then = new Client({ api, name, random });
        const earlier = this.ledger.entries.filter(({ sent }) => sent < moment);
        for (const { answer, refused, ...entry } of earlier) {
            const known = then.#translated(entry);
            if (entry.answered < moment) Object.assign(known, answer ? { answer } : { refused });
            then.ledger.entries.push(known);
            if (known.answer) then.#learn(known);
        }
        return then;
    }
    // What an entry speaks of, among what this client knows: later changes were made to the other's.
    #translated({ grant, parent, tree, token, policy, ...entry }) {
        const mine = (one) => one && this.grants.find(({ id }) => id === one.id);
        const tokens = this.grants.flatMap((each) => each.tokens);
        const named = {
            grant: mine(grant),
            parent: mine(parent),
            tree: tree?.map(mine),
            token: token && tokens.find(({ text }) => text === token.text),
            policy: policy && this.policies.find(({ id }) => id === policy.id),
        };
        const said = Object.entries(named).filter(([, value]) => value !== undefined);
        return { ...entry, ...Object.fromEntries(said) };
    }

    #live() {
        return this.grants.filter(({ is_revoked }) => !is_revoked);
    }
    #pick() {
        const live = this.#live();
        return live.length > 0 ? this.random.pick(live) : undefined;
    }
    async #register() {
        const body = { name: `${this.name} 0`, scopes };
        await this.write("agent", {}, "POST", "/v1/agents", body);
    }
    agent_done(_, answer) {
        this.agent = answer;
    }
    #keep(answer, fields) {
        const { grantId: id, grantToken, refreshToken: refresh } = answer;
        const tokens = [{ text: grantToken, is_revoked: false }];
        const fresh = { is_revoked: false, budget: null };
        this.grants.push({ id, answer, tokens, refresh, ...fresh, ...fields });
    }

    // A principal of its own for every grant: so one can be found of which no answer came.
    async grant() {
        const principal = `${this.name}-${++this.count}`;
        const { verifier, challenge } = pkce_pair();
        const asked = await this.write("authorize", { principal }, "POST", "/v1/authorize", {
            agentId: this.agent.agentId,
            principalId: principal,
            scopes,
            codeChallenge: challenge,
            codeChallengeMethod: "S256",
        });
        if (!asked) return;
        const body = { agentId: this.agent.agentId, code: asked.code, codeVerifier: verifier };
        await this.write("exchange", { principal }, "POST", "/v1/token", body);
    }
    exchange_done({ principal }, answer) {
        this.#keep(answer, { principal, parent: null });
    }
    async refresh() {
        const grant = this.#pick();
        if (!grant) return;
        const body = { agentId: this.agent.agentId, refreshToken: grant.refresh };
        await this.write("refresh", { grant }, "POST", "/v1/token/refresh", body);
    }
    refresh_done({ grant }, answer) {
        grant.tokens.push({ text: answer.grantToken, is_revoked: false });
        grant.refresh = answer.refreshToken;
    }
    async delegate() {
        const parent = this.#pick();
        const token = parent?.tokens.findLast(({ is_revoked }) => !is_revoked);
        if (!token || parent.parent?.parent) return;
        const body = {
            parentGrantToken: token.text,
            subAgentId: this.agent.agentId,
            scopes: ["calendar:read"],
        };
        const path = "/v1/grants/delegate";
        await this.write("delegate", { parent }, "POST", path, body);
    }
    delegate_done({ parent }, answer) {
        this.#keep(answer, { principal: parent.principal, parent });
    }
    async revoke() {
        const grant = this.#pick();
        if (!grant) return;
        const tree = this.tree_of(grant);
        await this.write("revoke", { tree }, "DELETE", `/v1/grants/${grant.id}`);
    }
    revoke_done({ tree }) {
        for (const each of tree) each.is_revoked = true;
    }
    tree_of(grant) {
        const is_below = (each) => each !== null && (each === grant || is_below(each.parent));
        return this.#live().filter(is_below);
    }
    async revoke_token() {
        const token = this.#pick()?.tokens.find(({ is_revoked }) => !is_revoked);
        if (!token) return;
        const { jti } = claims_of(token.text);
        await this.write("revoke_token", { token }, "POST", "/v1/tokens/revoke", { jti });
    }
    revoke_token_done({ token }) {
        token.is_revoked = true;
    }
    async log() {
        const action = `crash.${this.name}.${++this.count}`;
        await this.write("log", { action }, "POST", "/v1/audit/log", {
            agentId: this.agent.agentId,
            grantId: this.#pick()?.id ?? "none",
            principalId: "user_7421",
            action,
            metadata: { count: this.count, ratio: 0.1 },
        });
    }
    async rename() {
        const body = { name: `${this.name} ${++this.count}` };
        const path = `/v1/agents/${this.agent.agentId}`;
        await this.write("rename", {}, "PATCH", path, body);
    }
    rename_done(_, answer) {
        this.agent = answer;
    }
    async budget() {
        const grant = this.#live().find(({ budget }) => budget === null);
        if (!grant) return;
        const body = { grantId: grant.id, initialBudget: "100.0000" };
        await this.write("allocate", { grant }, "POST", "/v1/budget/allocate", body);
    }
    allocate_done({ grant }) {
        grant.budget = { spent: 0n, debits: [] };
    }
    async debit() {
        const rich = this.#live().filter(({ budget }) => budget && budget.spent < 900_000n);
        if (rich.length === 0) return;
        const grant = this.random.pick(rich);
        const amount = BigInt(1 + this.random.below(100_000));
        const body = { grantId: grant.id, amount: amount_text(amount) };
        const about = { grant, amount };
        await this.write("debit", about, "POST", "/v1/budget/debit", body);
    }
    debit_done({ grant, amount }, answer) {
        grant.budget.spent += amount;
        grant.budget.debits.push(answer.transactionId);
    }
    async policy() {
        const name = `${this.name}-${++this.count}`;
        const body = { name, effect: "allow", principalId: name };
        await this.write("policy", { name }, "POST", "/v1/policies", body);
    }
    policy_done(_, answer) {
        this.policies.push(answer);
    }
    async drop_policy() {
        if (this.policies.length === 0) return;
        const policy = this.random.pick(this.policies);
        const path = `/v1/policies/${policy.id}`;
        await this.write("drop_policy", { policy }, "DELETE", path);
    }
    drop_policy_done({ policy }) {
        this.policies = this.policies.filter((each) => each !== policy);
    }
}
