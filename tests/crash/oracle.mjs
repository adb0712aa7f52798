// What a restarted server must still know, held against what its clients were told. Each check adds
// sentences to `faults`; what was under way when the server was killed may be there as a whole or
// not at all, and is counted.
import { isDeepStrictEqual } from "node:util";

import { chain_faults, fetch_chain } from "../clients/audit_chain.mjs";
import { amount_text, ten_thousandths } from "../model/amounts.mjs";

async function all_of(api, path, member) {
    const items = [];
    for (let page = 1; ; ++page) {
        const body = await api.must(200, "GET", `${path}?page=${page}&pageSize=1000`);
        items.push(...body[member]);
        if (items.length >= body.total || body[member].length === 0) return items;
    }
}
const by = (member, items) => new Map(items.map((item) => [item[member], item]));

// Everything that a developer can list.
export async function visible_state(api) {
    return {
        agents: by("agentId", await all_of(api, "/v1/agents", "agents")),
        grants: by("grantId", await all_of(api, "/v1/grants", "grants")),
        policies: by("id", (await api.must(200, "GET", "/v1/policies")).policies),
        budgets: by("grantId", await all_of(api, "/v1/budget/allocations", "allocations")),
        entries: await fetch_chain(api.base, api.key),
    };
}

export class Oracle {
    // clients: all of the one developer whose key the api has.
    constructor(api, clients) {
        Object.assign(this, { api, clients });
        this.faults = [];
        this.completed = 0; // writes without an answer that were done nevertheless
    }
    fault_unless(holds, text) {
        if (!holds) this.faults.push(text);
    }
    // Of writes without an answer: at most `count` of them are there.
    complete(found, in_flight, what) {
        this.fault_unless(found <= in_flight, `${found} ${what}, ${in_flight} were under way`);
        this.completed += found;
    }

    async check() {
        this.state = await visible_state(this.api);
        this.check_agents();
        this.check_grants();
        await this.check_tokens();
        this.check_audit();
        await this.check_budgets();
        this.check_policies();
        return this;
    }
    acknowledged(kind) {
        return this.clients.flatMap(({ ledger }) => ledger.acknowledged(kind));
    }
    in_flight(kind) {
        return this.clients.flatMap(({ ledger }) => ledger.in_flight(kind));
    }

    check_agents() {
        const known = new Set();
        for (const { agent, ledger, name } of this.clients) {
            if (!agent) continue;
            known.add(agent.agentId);
            const seen = this.state.agents.get(agent.agentId);
            if (isDeepStrictEqual(seen, agent)) continue;
            const [asked] = ledger.in_flight("rename").map((entry) => entry.asked);
            const { updatedAt } = seen ?? {};
            const renamed = isDeepStrictEqual(seen, { ...agent, ...asked, updatedAt });
            this.fault_unless(asked && renamed, `agent of ${name}: ${JSON.stringify(seen)}`);
            ++this.completed;
        }
        const others = [...this.state.agents.keys()].filter((id) => !known.has(id));
        this.complete(others.length, this.in_flight("agent").length, "unknown agents");
    }

    check_grants() {
        const known = new Set();
        for (const client of this.clients)
            for (const grant of client.grants) {
                known.add(grant.id);
                this.check_grant(client, grant, this.state.grants.get(grant.id));
            }
        const others = [...this.state.grants.values()].filter(({ grantId }) => !known.has(grantId));
        const is_asked = ({ principalId, parentGrantId }) =>
            parentGrantId
                ? this.in_flight("delegate").find(({ parent }) => parent.id === parentGrantId)
                : this.in_flight("exchange").find(({ principal }) => principal === principalId);
        const causes = others.map(is_asked);
        for (const [index, cause] of causes.entries())
            this.fault_unless(cause, `nobody asked for ${JSON.stringify(others[index])}`);
        this.fault_unless(new Set(causes).size === causes.length, "one write made two grants");
        this.completed += others.length;
    }
    check_grant(client, grant, seen) {
        const { id, answer, principal, parent, is_revoked } = grant;
        if (!seen) return this.faults.push(`grant ${id} is lost`);
        const expected = [client.agent.agentId, principal, parent?.id, answer.grantExpiresAt];
        const actual = [seen.agentId, seen.principalId, seen.parentGrantId, seen.expiresAt];
        const scopes = isDeepStrictEqual(seen.scopes, answer.scopes);
        this.fault_unless(isDeepStrictEqual(actual, expected) && scopes, `grant ${id} is changed`);
        const [under_way] = client.ledger.in_flight("revoke").map(({ tree }) => tree);
        if (!under_way?.includes(grant))
            this.fault_unless(
                seen.status === (is_revoked ? "revoked" : "active"),
                `grant ${id} is ${seen.status}, acknowledged as revoked: ${is_revoked}`,
            );
        else if (under_way[0] === grant) this.check_whole_tree(under_way);
    }
    // A revocation without an answer took all of its tree or nothing.
    check_whole_tree(tree) {
        const statuses = new Set(tree.map(({ id }) => this.state.grants.get(id)?.status));
        this.fault_unless(statuses.size === 1, `half a tree is revoked, of ${tree[0].id}`);
        if (statuses.has("revoked")) ++this.completed;
    }

    async check_tokens() {
        const tokens = this.clients.flatMap(({ grants, ledger }) =>
            grants.flatMap(({ id, tokens }) => tokens.map((token) => ({ id, ledger, ...token }))),
        );
        await in_parallel(tokens, async ({ id, ledger, text, is_revoked }) => {
            const valid = await this.api.is_valid(text);
            const under_way = ledger.in_flight("revoke_token").some((e) => e.token.text === text);
            if (under_way) return void (this.completed += valid ? 0 : 1);
            const expected = !is_revoked && this.state.grants.get(id)?.status === "active";
            this.fault_unless(valid === expected, `a token of ${id} verifies: ${valid}`);
        });
        this.tokens = tokens.length;
    }

    check_audit() {
        const { entries } = this.state;
        this.faults.push(...chain_faults(entries));
        const stored = by("entryId", entries);
        const acknowledged = this.acknowledged("log");
        for (const { answer } of acknowledged)
            this.fault_unless(
                isDeepStrictEqual(stored.get(answer.entryId), answer),
                `audit entry ${answer.entryId} is lost or changed`,
            );
        const in_flight = this.in_flight("log").map(({ action }) => action);
        const others = entries.length - acknowledged.length;
        this.fault_unless(others >= 0, `${entries.length} audit entries`);
        this.complete(others, in_flight.length, "unknown audit entries");
        const actions = entries.map(({ action }) => action);
        this.fault_unless(new Set(actions).size === actions.length, "an entry was appended twice");
    }

    async check_budgets() {
        const known = this.clients.flatMap(({ grants, ledger }) =>
            grants.filter(({ budget }) => budget).map((grant) => ({ ...grant, ledger })),
        );
        await in_parallel(known, async ({ id, budget, ledger }) => {
            const seen = this.state.budgets.get(id);
            if (!seen) return this.faults.push(`the budget of ${id} is lost`);
            const path = `/v1/budget/transactions/${id}?pageSize=200`;
            const { transactions } = await this.api.must(200, "GET", path);
            const sum = transactions.reduce((all, { amount }) => all + ten_thousandths(amount), 0n);
            const left = amount_text(ten_thousandths(seen.initialBudget) - sum);
            this.fault_unless(seen.remainingBudget === left, `the budget of ${id} does not add up`);
            const ids = new Set(transactions.map((each) => each.id));
            const lost = budget.debits.filter((debit) => !ids.has(debit));
            this.fault_unless(lost.length === 0, `debits of ${id} are lost: ${lost}`);
            const under_way = ledger.in_flight("debit").filter(({ grant }) => grant.id === id);
            const others = transactions.length - budget.debits.length;
            this.complete(others, under_way.length, `unknown debits of ${id}`);
        });
        const others = this.state.budgets.size - known.length;
        this.complete(others, this.in_flight("allocate").length, "unknown budgets");
    }

    check_policies() {
        const { policies } = this.state;
        const known = this.clients.flatMap((client) => client.policies);
        const going = new Set(this.in_flight("drop_policy").map(({ policy }) => policy.id));
        for (const policy of known)
            this.fault_unless(
                isDeepStrictEqual(policies.get(policy.id), policy) || going.has(policy.id),
                `policy ${policy.id} is lost or changed`,
            );
        const ids = new Set(known.map(({ id }) => id));
        const others = [...policies.keys()].filter((id) => !ids.has(id));
        this.complete(others.length, this.in_flight("policy").length, "unknown policies");
    }
}

// As many at once as there are connections.
export async function in_parallel(items, act, lanes = 32) {
    let next = 0;
    const lane = async () => {
        while (next < items.length) await act(items[next++]);
    };
    await Promise.all(Array.from({ length: lanes }, lane));
}
