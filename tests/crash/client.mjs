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
    write(kind, about, ...request) {
        return this.ledger.write(this.api, kind, about, request, this.options);
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
        this.agent = await this.write("agent", {}, "POST", "/v1/agents", body);
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
        const answer = await this.write("exchange", { principal }, "POST", "/v1/token", body);
        if (answer) this.#keep(answer, { principal, parent: null });
    }
    async refresh() {
        const grant = this.#pick();
        if (!grant) return;
        const body = { agentId: this.agent.agentId, refreshToken: grant.refresh };
        const answer = await this.write("refresh", { grant }, "POST", "/v1/token/refresh", body);
        if (!answer) return;
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
        const answer = await this.write("delegate", { parent }, "POST", path, body);
        if (answer) this.#keep(answer, { principal: parent.principal, parent });
    }
    async revoke() {
        const grant = this.#pick();
        if (!grant) return;
        const tree = this.tree_of(grant);
        if (!(await this.write("revoke", { tree }, "DELETE", `/v1/grants/${grant.id}`))) return;
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
        if (await this.write("revoke_token", { token }, "POST", "/v1/tokens/revoke", { jti }))
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
        this.agent = (await this.write("rename", {}, "PATCH", path, body)) ?? this.agent;
    }
    async budget() {
        const grant = this.#live().find(({ budget }) => budget === null);
        if (!grant) return;
        const body = { grantId: grant.id, initialBudget: "100.0000" };
        if (await this.write("allocate", { grant }, "POST", "/v1/budget/allocate", body))
            grant.budget = { spent: 0n, debits: [] };
    }
    async debit() {
        const rich = this.#live().filter(({ budget }) => budget && budget.spent < 900_000n);
        if (rich.length === 0) return;
        const grant = this.random.pick(rich);
        const amount = BigInt(1 + this.random.below(100_000));
        const body = { grantId: grant.id, amount: amount_text(amount) };
        const about = { grant, amount };
        const answer = await this.write("debit", about, "POST", "/v1/budget/debit", body);
        if (!answer) return;
        grant.budget.spent += amount;
        grant.budget.debits.push(answer.transactionId);
    }
    async policy() {
        const name = `${this.name}-${++this.count}`;
        const body = { name, effect: "allow", principalId: name };
        const answer = await this.write("policy", { name }, "POST", "/v1/policies", body);
        if (answer) this.policies.push(answer);
    }
    async drop_policy() {
        if (this.policies.length === 0) return;
        const policy = this.random.pick(this.policies);
        const path = `/v1/policies/${policy.id}`;
        if (await this.write("drop_policy", { policy }, "DELETE", path))
            this.policies = this.policies.filter((each) => each !== policy);
    }
}
