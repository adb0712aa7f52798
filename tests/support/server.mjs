// The real program as a child process: started on a free port with a data directory of its own,
// stopped, killed and started again on the same data. GRANTEXD_BINARY names the program.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { Agent } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after } from "node:test";

import { Api } from "./api.mjs";
import { free_port } from "./free_port.mjs";

// Fixed keys, so that a test can say where they must not appear.
export const live_key = "gx_live_Yc4dPq7sKw2nVt9bXe5hGm3jRz8aLf1uTo6iNy0kBvA";
export const sandbox_key = "gx_test_Hb2mRk8vTq5xZc1nWj7dLp4sFg9yUe3aIo6tEr0iMwQ";

// What switches the operator's endpoints on: GRANTEXD_ADMIN_API_KEY.
export const operator_key = "operator-key-of-the-tests-0123456789abcdef";

// What opens GET /metrics: GRANTEXD_METRICS_API_KEY.
export const metrics_key = "metrics-key-of-the-tests-0123456789abcdef";

const patience_milliseconds = 30_000;

export const rounds = (count) =>
    Math.max(1, Math.round(count * Number(process.env.GRANTEXD_TEST_ROUNDS ?? 1)));

export function binary() {
    const path = process.env.GRANTEXD_BINARY;
    if (!path) throw new Error("GRANTEXD_BINARY names no program. Try: ./tests/run process");
    return path;
}

// Whether it was built with sanitizers: some of what it uses is theirs.
export const is_sanitized = () => ["asan", "tsan"].includes(process.env.GRANTEXD_BUILD_KIND);

const directories = [];
const children = new Set();
// A failed test leaves its server running; that must not keep this process alive.
after(() => {
    for (const child of children)
        for (const handle of [child, child.stdout, child.stderr]) handle.unref();
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.once(signal, () => process.exit(1));
process.on("exit", () => {
    for (const child of children) child.kill("SIGKILL");
    for (const path of directories) rmSync(path, { recursive: true, force: true });
});

// Removed when this process ends.
export function temporary_directory() {
    const path = mkdtempSync(join(tmpdir(), "grantexd-test-"));
    directories.push(path);
    return path;
}

// Starts a program with nothing of our own environment but PATH: a GRANTEXD_ variable of the
// person who runs the tests would change what is tested.
export function start_program(command, { env = {}, ...options } = {}) {
    const child = spawn(command[0], command.slice(1), {
        env: { PATH: process.env.PATH, ...env },
        stdio: ["ignore", "pipe", "pipe"],
        ...options,
    });
    children.add(child);
    const program = { child, stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text) => (program.stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text) => (program.stderr += text));
    program.ended = new Promise((resolve, reject) => {
        child.on("error", reject);
        child.on("close", (code, signal) => {
            children.delete(child);
            if (/Sanitizer: |: runtime error: /.test(program.stderr)) {
                console.error(program.stderr);
                process.exitCode = 1; // whatever the test looks at
            }
            resolve({ code, signal });
        });
    });
    program.ended.catch(() => children.delete(child));
    return program;
}

// Runs a program to its end: {code, signal, stdout, stderr}. One that should refuse and serves
// instead is killed after a while, and its code is null.
export async function run_program(command, { patience = patience_milliseconds, ...options } = {}) {
    const program = start_program(command, options);
    const timer = setTimeout(() => program.child.kill("SIGKILL"), patience);
    const end = await program.ended;
    clearTimeout(timer);
    return { ...end, stdout: program.stdout, stderr: program.stderr };
}

export const run_grantexd = (args, options) => run_program([binary(), ...args], options);

export class Server {
    // wrapper: a command that starts the program, such as ["unshare", "-m"]. file: the program.
    constructor({ args = ["--dev"], env = {}, data_dir, listen, wrapper = [], file } = {}) {
        this.file = file ?? binary();
        this.data_dir = data_dir ?? join(temporary_directory(), "data");
        this.listen = listen;
        this.args = args;
        this.wrapper = wrapper;
        this.live_key = live_key;
        this.sandbox_key = sandbox_key;
        this.is_dev = args.includes("--dev");
        const seeds = { GRANTEXD_SEED_API_KEY: live_key, GRANTEXD_SEED_SANDBOX_KEY: sandbox_key };
        this.env = { ...(this.is_dev ? seeds : {}), ...env };
        this.stdout_before = this.stderr_before = "";
    }

    get pid() {
        return this.program.child.pid;
    }
    get stdout() {
        return this.stdout_before + this.program.stdout;
    }
    get stderr() {
        return this.stderr_before + this.program.stderr;
    }
    log() {
        return this.stdout + this.stderr;
    }

    async start() {
        this.listen ??= `127.0.0.1:${await free_port()}`;
        const flags = ["--data-dir", this.data_dir, "--listen", this.listen];
        this.program = start_program(
            [...this.wrapper, this.file, "serve", ...this.args, ...flags],
            { env: this.env },
        );
        await this.#banner();
        this.base = /^ {2}API +(http\S+)\/v1$/m.exec(this.program.stdout)[1];
        this.agent = new Agent({ keepAlive: true, maxSockets: 64 });
        return this;
    }

    async #banner() {
        const last_line = this.is_dev ? /^Or: .*\n/m : /^ {2}Public keys .*\n/m;
        const timer = setTimeout(() => this.program.child.kill("SIGKILL"), patience_milliseconds);
        const ended = this.program.ended.then(({ code, signal }) => {
            throw new Error(`ended with ${code ?? signal} before its banner:\n${this.log()}`);
        });
        ended.catch(() => {}); // also when it ends after the banner
        try {
            while (!last_line.test(this.program.stdout))
                await Promise.race([once(this.program.child.stdout, "data"), ended]);
        } finally {
            clearTimeout(timer);
        }
    }

    // A caller with this key; the live developer's unless said otherwise.
    api(key = this.live_key) {
        return new Api(this.base, key, this.agent);
    }
    sandbox() {
        return this.api(this.sandbox_key);
    }

    // Sends the signal and waits for the end: {code, signal}.
    async stop(signal = "SIGTERM") {
        this.program.child.kill(signal);
        const timer = setTimeout(() => this.program.child.kill("SIGKILL"), patience_milliseconds);
        const end = await this.program.ended;
        clearTimeout(timer);
        this.agent?.destroy();
        return end;
    }
    kill9() {
        return this.stop("SIGKILL");
    }

    // On the same data and the same port, since the port is part of the issuer of tokens.
    async restart() {
        if (this.program.child.exitCode === null && this.program.child.signalCode === null)
            await this.stop();
        this.stdout_before = this.stdout;
        this.stderr_before = this.stderr;
        this.listen = new URL(this.base).host;
        return this.start();
    }
}

export const start_server = (options) => new Server(options).start();
