// What happened in a world, told shortly: ids and tokens get names, and of a failure only the steps
// are shown that have to do with it.
const kinds = {
    agentId: "agent",
    code: "code",
    grantId: "grant",
    grantToken: "token",
    refreshToken: "refresh",
    id: "object",
    transactionId: "debit",
    entryId: "entry",
};

export class Trace {
    constructor() {
        this.steps = [];
        this.names = new Map();
        this.counts = {};
    }

    // Names for what an answer brought.
    learn(body) {
        for (const [member, kind] of Object.entries(kinds)) this.name(kind, body?.[member]);
    }
    name(kind, value) {
        if (typeof value !== "string" || this.names.has(value)) return;
        this.counts[kind] = (this.counts[kind] ?? 0) + 1;
        this.names.set(value, `${kind}${this.counts[kind]}`);
    }
    // Text with names instead of ids.
    told(text) {
        return text.replace(/[\w.-]{20,}/g, (id) => this.names.get(id) ?? id);
    }
    // One value with names instead of ids; the names that it used are added to the set.
    #named(value, used) {
        if (Array.isArray(value)) return value.map((each) => this.#named(each, used));
        if (value !== null && typeof value === "object") {
            const members = Object.entries(value).map(([k, v]) => [k, this.#named(v, used)]);
            return Object.fromEntries(members.filter(([, v]) => v !== undefined));
        }
        const did = typeof value === "string" && value.startsWith("did:grantex:");
        const name = this.names.get(did ? value.slice(12) : value);
        if (!name) return typeof value === "string" && value.length > 60 ? "(other)" : value;
        used.add(name);
        return name;
    }

    add(request, expected, answer) {
        this.steps.push({ request, expected, answer });
    }
    #line({ request, expected, answer }, index) {
        const used = new Set();
        const { operation, id, body, key } = request;
        const asked = [id, body].filter((part) => part !== undefined);
        const shown = asked.map((part) => JSON.stringify(this.#named(part, used))).join(" ");
        const is_done = answer.status < 300;
        const brought = {};
        for (const member of is_done ? Object.keys(kinds) : [])
            brought[member] = answer.body?.[member];
        const said = is_done ? JSON.stringify(this.#named(brought, used)) : answer.body?.message;
        const meant = `${expected.status} ${expected.code ?? ""}`.trim();
        const with_key = key ? ` (key ${key})` : "";
        const asked_for = `${String(index + 1).padStart(6)}  ${operation} ${shown}${with_key}`;
        const text = `${asked_for}: expected ${meant}, got ${answer.status} ${said}`;
        return { operation, used, is_done, text };
    }
    // The last step and what led to the message, oldest first: what concerned the same grants,
    // tokens and codes, and what changed their agents or the rules for everybody.
    story(message, lines_max = 40) {
        const lines = this.steps.map((step, index) => this.#line(step, index)).reverse();
        const ids = [...this.names.keys()].filter((id) => message.includes(id));
        const related = new Set(ids.map((id) => this.names.get(id)));
        if (related.size === 0) for (const name of lines[0].used) related.add(name);
        const is_agent = (name) => name.startsWith("agent");
        const concerns = ({ operation, used, is_done }) =>
            [...used].some((name) => related.has(name) && !is_agent(name)) ||
            (is_done && /_agent$/.test(operation) && [...used].some((name) => related.has(name))) ||
            (is_done && /_policy$|_me$/.test(operation));
        const kept = lines.filter((line, index) => {
            const is_kept = index === 0 || concerns(line);
            if (is_kept) for (const name of line.used) related.add(name);
            return is_kept;
        });
        return this.#shortened(kept.map(({ text }) => text).reverse(), lines_max);
    }
    #shortened(kept, lines_max) {
        const left_out = kept.length - lines_max;
        if (left_out <= 0) return kept.join("\n");
        return [`        (${left_out} earlier steps)`, ...kept.slice(left_out)].join("\n");
    }
}
