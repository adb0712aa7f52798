// A mail server for tests: takes mails into `mails`, and misbehaves as told.
import { createServer } from "node:net";
import { TLSSocket } from "node:tls";
import { once } from "node:events";

export class SmtpServer {
    // offers: EHLO keywords. key, cert: for STARTTLS, and with implicit_tls from the first byte.
    // reply(verb, line, connection): an answer of its own, "hang" for none, undefined for the usual.
    constructor({ offers = [], key, cert, implicit_tls = false, reply = () => undefined } = {}) {
        Object.assign(this, { offers, key, cert, implicit_tls, reply });
        this.mails = [];
        this.commands = [];
        this.connections = 0;
        this.sockets = new Set();
    }

    async listen(port = 0) {
        this.server = createServer((socket) => this.#accept(socket));
        this.server.listen(port, "127.0.0.1");
        await once(this.server, "listening");
        this.port = this.server.address().port;
        return this;
    }
    get url() {
        return `${this.implicit_tls ? "smtps" : "smtp"}://localhost:${this.port}`;
    }
    close() {
        for (const socket of this.sockets) socket.destroy();
        this.server.close();
    }

    async until_mails(count, patience = 25_000) {
        const end = Date.now() + patience;
        while (this.mails.length < count) {
            if (Date.now() > end)
                throw new Error(`${this.mails.length} mails; ${this.commands.join(" | ")}`);
            await new Promise((resolve) => setTimeout(resolve, 20));
        }
        return this.mails;
    }

    #accept(raw) {
        this.connections += 1;
        this.sockets.add(raw);
        raw.on("close", () => this.sockets.delete(raw));
        raw.on("error", () => {});
        const connection = { mail: {}, encrypted: false, buffer: "", number: this.connections };
        this.#attach(connection, this.implicit_tls ? this.#secure(connection, raw) : raw);
        this.#answer(connection, "CONNECT", "", "220 test ready");
    }
    #secure(connection, raw) {
        connection.encrypted = true;
        const socket = new TLSSocket(raw, { isServer: true, key: this.key, cert: this.cert });
        socket.on("error", () => {});
        return socket;
    }
    #attach(connection, socket) {
        connection.socket = socket;
        socket.setEncoding("latin1");
        socket.on("data", (text) => {
            if (connection.socket !== socket) return;
            connection.buffer += text;
            this.#read(connection);
        });
    }
    #read(connection) {
        for (;;) {
            const end = connection.in_data ? "\r\n.\r\n" : "\r\n";
            const at = connection.buffer.indexOf(end);
            if (at < 0) return;
            const text = connection.buffer.slice(0, at);
            connection.buffer = connection.buffer.slice(at + end.length);
            if (connection.in_data) this.#take(connection, text + "\r\n");
            else this.#command(connection, text);
        }
    }
    #answer(connection, verb, line, usual) {
        const own = this.reply(verb, line, connection);
        if (own === "hang") return false;
        connection.socket.write((own ?? usual) + "\r\n");
        return own === undefined || /^[23]/.test(own);
    }
    #take(connection, data) {
        connection.in_data = false;
        const { mail, encrypted } = connection;
        if (this.#answer(connection, "MESSAGE", data, "250 taken"))
            this.mails.push({ ...mail, encrypted, data: data.replace(/^\./gm, "") });
    }
    #command(connection, line) {
        this.commands.push(line);
        const verb = line.split(/[ :]/)[0].toUpperCase();
        if (verb === "EHLO") {
            const open = this.offers.filter((o) => o !== "STARTTLS" || !connection.encrypted);
            const lines = ["test", ...open];
            const last = lines.pop();
            const text = [...lines.map((l) => `250-${l}`), `250 ${last}`].join("\r\n");
            this.#answer(connection, verb, line, text);
        } else if (verb === "STARTTLS") {
            if (!this.#answer(connection, verb, line, "220 go on")) return;
            const raw = connection.socket;
            raw.removeAllListeners("data");
            this.#attach(connection, this.#secure(connection, raw));
        } else if (verb === "MAIL") {
            connection.mail = { from: line };
            this.#answer(connection, verb, line, "250 ok");
        } else if (verb === "RCPT") {
            connection.mail.to = line;
            this.#answer(connection, verb, line, "250 ok");
        } else if (verb === "DATA") {
            connection.in_data = this.#answer(connection, verb, line, "354 go on");
        } else if (verb === "AUTH") {
            this.#answer(connection, verb, line, "235 welcome");
        } else {
            this.#answer(connection, verb, line, verb === "QUIT" ? "221 bye" : "500 what");
        }
    }
}
