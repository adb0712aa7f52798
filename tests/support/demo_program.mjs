// `grantexd demo` as a child process that a test talks with while it runs, and a server in between
// that changes single answers of the real one.
import { spawn } from "node:child_process";
import { createServer, request } from "node:http";

import { binary, temporary_directory } from "./server.mjs";

export class Demo {
    constructor(args, env = {}) {
        // What the demo leaves behind can be seen here.
        this.directory = temporary_directory();
        this.child = spawn(binary(), ["demo", ...args], {
            env: { PATH: process.env.PATH, TMPDIR: this.directory, ...env },
            stdio: ["ignore", "pipe", "pipe"],
        });
        this.stdout = this.stderr = "";
        this.child.stdout.setEncoding("utf8").on("data", (text) => (this.stdout += text));
        this.child.stderr.setEncoding("utf8").on("data", (text) => (this.stderr += text));
        const timer = setTimeout(() => this.child.kill("SIGKILL"), 60_000);
        this.ended = new Promise((resolve, reject) => {
            this.child.on("error", reject);
            this.child.on("close", (code) => {
                clearTimeout(timer);
                resolve(code);
            });
        });
    }

    get output() {
        return this.stdout + this.stderr;
    }
    // As the person reads it: the line breaks of the terminal taken out.
    get prose() {
        return this.output.replace(/\s+/g, " ");
    }

    // Waits until the output has this, and gives the match.
    async until(pattern) {
        const end = this.ended.then((code) => {
            throw new Error(`ended with ${code} without ${pattern}:\n${this.output}`);
        });
        end.catch(() => {});
        for (;;) {
            const match = pattern.exec(this.output);
            if (match) return match;
            await Promise.race([new Promise((resolve) => setTimeout(resolve, 10)), end]);
        }
    }
    async consent_link() {
        return (await this.until(/http:\S+\/consent\?req=\S+/))[0];
    }
}

// Runs a demo to its end; {code, stdout, stderr, prose, directory}.
export async function run_demo(args, env) {
    const demo = new Demo(args, env);
    const code = await demo.ended;
    return { code, ...demo, prose: demo.prose, output: demo.output };
}

function read_all(stream) {
    return new Promise((resolve, reject) => {
        const parts = [];
        stream.on("data", (part) => parts.push(part));
        stream.on("end", () => resolve(Buffer.concat(parts)));
        stream.on("error", reject);
    });
}

// A server that passes everything on to `base`, but lets `change({method, path, count, status,
// body})` touch the answer to `path`; `count` is how often it was asked. Returns {base, close}.
export async function start_go_between(base, path, change) {
    let count = 0;
    const server = createServer(async (incoming, outgoing) => {
        const sent = await read_all(incoming);
        const { method, url, headers } = incoming;
        request(base + url, { method, headers }, async (answer) => {
            const text = (await read_all(answer)).toString();
            const seen = { method, path: url, status: answer.statusCode };
            seen.body = text === "" ? undefined : JSON.parse(text);
            if (url.split("?")[0] === path) change(seen, ++count);
            outgoing.writeHead(seen.status, { "content-type": "application/json" });
            outgoing.end(seen.body === undefined ? "" : JSON.stringify(seen.body));
        }).end(sent);
    });
    await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
    return {
        base: `http://127.0.0.1:${server.address().port}`,
        close: () => {
            server.closeAllConnections();
            server.close();
        },
    };
}
