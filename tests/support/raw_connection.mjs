// A TCP connection on which a test decides which bytes are sent and when.
import { once } from "node:events";
import { connect } from "node:net";
import { connect as connect_tls } from "node:tls";

export function request_text(method, path, { headers = {}, body = "" } = {}) {
    const all = { Host: "localhost", ...headers };
    if (method !== "GET") all["Content-Length"] = Buffer.byteLength(body);
    const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
    return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n${body}`;
}

// To the host and port of an http or https URL; `ca`: whom to trust.
export function connect_to(base, ca) {
    const { protocol, hostname, port } = new URL(base);
    if (protocol === "http:") return connect(Number(port), hostname);
    return connect_tls({ port: Number(port), host: hostname, servername: hostname, ca });
}

export class RawConnection {
    static async open(base, ca) {
        const connection = new RawConnection(connect_to(base, ca));
        await once(connection.socket, base.startsWith("https:") ? "secureConnect" : "connect");
        return connection;
    }

    constructor(socket) {
        this.socket = socket;
        this.received = Buffer.alloc(0);
        this.is_closed = false;
        this.waiting = []; // whom the next bytes wake, or the end
        socket.setNoDelay(true);
        socket.on("data", (bytes) => {
            this.received = Buffer.concat([this.received, bytes]);
            this.#wake();
        });
        socket.on("error", (error) => (this.error = error));
        this.closed = new Promise((resolve) =>
            socket.on("close", () => {
                this.is_closed = true;
                resolve();
                this.#wake();
            }),
        );
    }
    #wake() {
        for (const resume of this.waiting.splice(0)) resume();
    }

    write(text) {
        this.socket.write(text);
    }
    end() {
        this.socket.destroy();
    }

    // The next answer with a Content-Length: {status, headers, text, body}.
    async answer() {
        for (;;) {
            const answer = this.#take();
            if (answer) return answer;
            if (this.is_closed) throw new Error(`closed without an answer: ${this.error ?? "end"}`);
            await new Promise((resolve) => this.waiting.push(resolve));
        }
    }

    #take() {
        const end = this.received.indexOf("\r\n\r\n");
        if (end < 0) return undefined;
        const [first, ...lines] = this.received.subarray(0, end).toString("latin1").split("\r\n");
        const headers = {};
        for (const line of lines) {
            const colon = line.indexOf(":");
            headers[line.slice(0, colon).toLowerCase()] = line.slice(colon + 1).trim();
        }
        const size = Number(headers["content-length"] ?? 0);
        const start = end + 4;
        if (this.received.length < start + size) return undefined;
        const text = this.received.subarray(start, start + size).toString("utf8");
        this.received = this.received.subarray(start + size);
        const body = text.startsWith("{") ? JSON.parse(text) : undefined;
        return { status: Number(first.split(" ")[1]), headers, text, body };
    }
}

// A connection that has had one answer and waits for its next request.
export async function open_idle(base) {
    const connection = await RawConnection.open(base);
    connection.write(request_text("GET", "/health"));
    const { status } = await connection.answer();
    if (status !== 200) throw new Error(`GET /health: ${status}`);
    return connection;
}
