// A receiver of webhooks for tests: keeps what it gets in `received`, and answers as told.
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as create_tls_server } from "node:https";
import { after } from "node:test";

import { free_port } from "./free_port.mjs";

const receivers = new Set();
// A failed test leaves its receivers open; that must not keep this process alive.
after(() => {
    for (const receiver of receivers) receiver.close();
});

export class Receiver {
    // reply(delivery, response): an answer of its own; undefined: 200 at once. tls: {key, cert}.
    constructor({ reply = () => undefined, tls, host = "127.0.0.1" } = {}) {
        Object.assign(this, { reply, tls, host });
        this.received = [];
        this.connections = 0;
    }

    async listen(port) {
        const take = (request, response) => this.#take(request, response);
        this.server = this.tls ? create_tls_server(this.tls, take) : createServer(take);
        this.server.on("connection", () => ++this.connections);
        this.server.keepAliveTimeout = 60_000;
        this.server.listen(port ?? (await free_port()), this.host);
        await once(this.server, "listening");
        this.port = this.server.address().port;
        receivers.add(this);
        return this;
    }
    get url() {
        const host = this.host.includes(":") ? `[${this.host}]` : this.host;
        return `${this.tls ? "https" : "http"}://${host}:${this.port}/hook`;
    }
    close() {
        receivers.delete(this);
        this.server.closeAllConnections();
        this.server.close();
    }

    #take(request, response) {
        let body = "";
        request.setEncoding("utf8");
        request.on("data", (part) => (body += part));
        request.on("end", () => {
            const { method, url, headers } = request;
            const delivery = { method, url, headers, body, at: performance.now() };
            try {
                delivery.event = JSON.parse(body);
            } catch {
                // a body that is none is kept as it is
            }
            this.received.push(delivery);
            if (this.reply(delivery, response) === undefined) response.end();
        });
    }

    async until(count, patience = 20_000) {
        const end = Date.now() + patience;
        while (this.received.length < count) {
            if (Date.now() > end)
                throw new Error(`${this.received.length} of ${count} deliveries arrived`);
            await new Promise((resolve) => setTimeout(resolve, 2));
        }
        return this.received;
    }
    types() {
        return this.received.map(({ event }) => event.type);
    }
    ids() {
        return this.received.map(({ event }) => event.id);
    }
}

const hmac = (secret, text) => `sha256=${createHmac("sha256", secret).update(text).digest("hex")}`;

// As the TypeScript helper does it: both signatures of a delivery.
export const expected_signatures = (secret, { headers, body }) => ({
    v2: hmac(secret, `${headers["x-grantex-timestamp"]}.${body}`),
    legacy: hmac(secret, body),
});

// Settings under which receivers on this machine are allowed.
export const local_receivers = {
    GRANTEXD_WEBHOOK_ALLOW_INSECURE_URLS: "true",
    GRANTEXD_WEBHOOK_ALLOW_PRIVATE_HOSTS: "127.0.0.0/8,::1",
};
