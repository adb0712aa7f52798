// What the server of the cases talks to: a receiver of webhooks, and a name server.
import { NameServer } from "../support/name_server.mjs";
import { Receiver, local_receivers } from "../support/receiver.mjs";

// Under /busy the receiver takes nothing.
const busy_reply = ({ url }, response) =>
    url.startsWith("/busy") ? response.writeHead(503).end() : undefined;

export class Outside {
    constructor() {
        this.texts = new Map(); // of a name: its TXT records
        this.receiver = new Receiver({ reply: busy_reply });
        this.name_server = new NameServer((name, type) =>
            type === "TXT" ? this.texts.get(name) : undefined,
        );
    }
    async open() {
        await this.receiver.listen();
        await this.name_server.listen();
        return this;
    }
    close() {
        this.receiver.close();
        this.name_server.close();
    }

    // Under which a server finds it.
    get settings() {
        return { ...local_receivers, GRANTEXD_DNS_SERVERS: this.name_server.address };
    }
    get url() {
        return this.receiver.url;
    }
    get busy_url() {
        return new URL("/busy", this.receiver.url).href;
    }
}
