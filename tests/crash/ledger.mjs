// What clients know for certain while a server is killed: every write is noted before it is sent,
// and its answer when it has arrived. What has no answer may have happened, as a whole, or not at
// all. The times are of process.hrtime.bigint(), the clock of the logs of disks.

const connection_errors = ["ECONNRESET", "ECONNREFUSED", "EPIPE"];

export class Ledger {
    constructor() {
        this.entries = [];
    }

    // The entry, which has an answer unless the connection ended first. What is said of the write in
    // `about` is kept with it. unavailable: a status that counts as no answer's promise (503).
    async write(api, kind, about, [method, path, body], { unavailable } = {}) {
        const entry = { kind, ...about, asked: body, sent: process.hrtime.bigint() };
        this.entries.push(entry);
        let answer;
        try {
            answer = await api.call(method, path, body);
        } catch (error) {
            if (connection_errors.includes(error.code)) return entry;
            throw error;
        }
        entry.answered = process.hrtime.bigint();
        if (answer.status === unavailable) {
            entry.refused = answer;
            return entry;
        }
        if (answer.status >= 300)
            throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
        entry.answer = answer.body ?? {};
        return entry;
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
