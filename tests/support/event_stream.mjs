// Clients of the event streams, as plain as can be: what they read is what the server wrote.
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";

import { connect_to } from "./raw_connection.mjs";

const patience_milliseconds = 20_000;

async function until(holds, what) {
    const end = Date.now() + patience_milliseconds;
    while (!holds()) {
        if (Date.now() > end) throw new Error(`not in time: ${what()}`);
        await new Promise((resolve) => setTimeout(resolve, 1));
    }
}

// A connection of HTTP/1.1 whose answer does not end: `text` is all that came after its head.
class Connection {
    constructor(api, target, headers) {
        const { host } = new URL(api.base);
        this.bytes = Buffer.alloc(0);
        this.closed = false;
        this.socket = connect_to(api.base, api.agent?.options.ca);
        this.socket.on("data", (part) => (this.bytes = Buffer.concat([this.bytes, part])));
        this.socket.on("error", () => {});
        this.socket.on("close", () => (this.closed = true));
        const lines = Object.entries({ host, ...headers }).map(([name, value]) => `${name}: ${value}`);
        this.socket.write(`GET ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
    }
    async opened() {
        await until(() => this.bytes.includes("\r\n\r\n"), () => this.bytes.toString());
        const end = this.bytes.indexOf("\r\n\r\n");
        const [status_line, ...lines] = this.bytes.toString("latin1", 0, end).split("\r\n");
        this.status = Number(status_line.split(" ")[1]);
        this.headers = Object.fromEntries(
            lines.map((line) => [
                line.slice(0, line.indexOf(":")).toLowerCase(),
                line.slice(line.indexOf(":") + 2),
            ]),
        );
        this.bytes = this.bytes.subarray(end + 4);
        return this;
    }
    close() {
        this.socket.destroy();
    }
    until_closed() {
        return this.closed ? undefined : once(this.socket, "close");
    }
}

export class SseClient extends Connection {
    static open(api, { query = "", headers = {} } = {}) {
        const authorization = `Bearer ${api.key}`;
        const all = { authorization, accept: "text/event-stream", ...headers };
        return new SseClient(api, `/v1/events/stream${query}`, all).opened();
    }
    get text() {
        return this.bytes.toString();
    }
    // What an EventSource would give: {id, event}, in order.
    get frames() {
        const whole = this.text.split("\n\n").slice(0, -1);
        return whole.flatMap((block) => {
            const lines = block.split("\n");
            const field = (name) =>
                lines.filter((l) => l.startsWith(`${name}: `)).map((l) => l.slice(name.length + 2));
            const [data] = field("data");
            return data === undefined ? [] : [{ id: field("id")[0], event: JSON.parse(data) }];
        });
    }
    get ids() {
        return this.frames.map(({ id }) => id);
    }
    async until_frames(count) {
        await until(() => this.frames.length >= count, () => this.text);
        return this.frames;
    }
    until_text(part) {
        return until(() => this.text.includes(part), () => this.text);
    }
}

const opcodes = { text: 1, close: 8, ping: 9, pong: 10 };

export class WebSocketClient extends Connection {
    static open(api, headers = {}) {
        const key = randomBytes(16).toString("base64");
        const upgrade = {
            authorization: `Bearer ${api.key}`,
            connection: "keep-alive, Upgrade",
            upgrade: "websocket",
            "sec-websocket-key": key,
            "sec-websocket-version": "13",
            ...headers,
        };
        const client = new WebSocketClient(api, "/v1/events/ws", upgrade);
        const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        client.expected_accept = createHash("sha1").update(key + guid).digest("base64");
        return client.opened();
    }
    // {opcode, payload} of every whole frame so far.
    get messages() {
        const found = [];
        for (let at = 0; at + 2 <= this.bytes.length; ) {
            let length = this.bytes[at + 1] & 127;
            let start = at + 2;
            if (length === 126) [length, start] = [this.bytes.readUInt16BE(start), start + 2];
            else if (length === 127)
                [length, start] = [Number(this.bytes.readBigUInt64BE(start)), start + 8];
            if (start + length > this.bytes.length) break;
            found.push({ opcode: this.bytes[at] & 15, payload: this.bytes.subarray(start, start + length) });
            at = start + length;
        }
        return found;
    }
    get events() {
        return this.messages
            .filter(({ opcode }) => opcode === opcodes.text)
            .map(({ payload }) => JSON.parse(payload));
    }
    get ending() {
        const close = this.messages.find(({ opcode }) => opcode === opcodes.close);
        return close && { code: close.payload.readUInt16BE(0), reason: close.payload.toString("utf8", 2) };
    }
    send(text) {
        const payload = Buffer.from(typeof text === "string" ? text : JSON.stringify(text));
        const mask = randomBytes(4);
        const masked = payload.map((byte, i) => byte ^ mask[i % 4]);
        const head =
            payload.length < 126
                ? Buffer.of(0x81, 0x80 | payload.length)
                : Buffer.of(0x81, 0xfe, payload.length >> 8, payload.length & 255);
        this.socket.write(Buffer.concat([head, mask, masked]));
    }
    async until_events(count) {
        await until(() => this.events.length >= count, () => JSON.stringify(this.events));
        return this.events;
    }
    async until_ending() {
        await until(() => this.ending, () => "no close frame");
        return this.ending;
    }
}
