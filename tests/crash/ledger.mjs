// What clients know for certain while a server is killed: every write is noted before it is sent,
// and its answer when it has arrived. What has no answer may have happened, as a whole, or not at
// all.

const connection_errors = ["ECONNRESET", "ECONNREFUSED", "EPIPE"];

export class Ledger {
    constructor() {
        this.entries = [];
    }

    // The answer's body; undefined when the connection ended first. What is said of the write in
    // `about` is kept with it. unavailable: a status that counts as no answer's promise (503).
    async write(api, kind, about, [method, path, body], { unavailable } = {}) {
        const entry = { kind, ...about, asked: body };
        this.entries.push(entry);
        let answer;
        try {
            answer = await api.call(method, path, body);
        } catch (error) {
            if (connection_errors.includes(error.code)) return undefined;
            throw error;
        }
        if (answer.status === unavailable) {
            entry.refused = answer;
            return undefined;
        }
        if (answer.status >= 300)
            throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
        entry.answer = answer.body ?? {};
        return entry.answer;
    }

    acknowledged(kind) {
        return this.entries.filter((entry) => entry.answer && (!kind || entry.kind === kind));
    }
    // Sent, and neither acknowledged nor refused.
    in_flight(kind) {
        return this.entries.filter(
            (entry) => !entry.answer && !entry.refused && (!kind || entry.kind === kind),
        );
    }
}
