// What the machine allows in the same minute: RSA signatures, nginx, the disk.
import { cpus } from "node:os";

import { start_answering_nginx } from "../support/nginx.mjs";
import { run_program } from "../support/server.mjs";
import { drive, kind } from "./wrk.mjs";

// The targets in microseconds are stated for a core on which nginx spends this on a request, and
// which signs this often. A virtual core with busy neighbours does less in the same CPU time.
export const nominal = { nginx_us: 8.2, signs: 3_700 };

async function must(command) {
    const { code, stdout, stderr } = await run_program(command);
    if (code !== 0) throw new Error(`${command.join(" ")} ended with ${code}: ${stderr}`);
    return stdout;
}

// {signs, verifies} a second, from the last line that openssl prints.
async function rsa(...options) {
    const text = await must(["openssl", "speed", "-seconds", "1", ...options, "rsa2048"]);
    const [, signs, verifies] = /^rsa 2048 bits .*s\s+([\d.]+)\s+([\d.]+)\s*$/m.exec(text) ?? [];
    if (!signs) throw new Error(`openssl speed printed ${text}`);
    return { signs: Number(signs), verifies: Number(verifies) };
}

// By the CPU time of one core.
export const rsa_of_core = () => rsa();
// By the clock, on all cores at once.
export const rsa_of_machine = () => rsa("-elapsed", "-multi", String(cpus().length));

export async function start_nginx_limit() {
    const nginx = await start_answering_nginx();
    if (nginx.reason) throw new Error(nginx.reason);
    const plan = { kinds: [kind("nginx", "GET", "/")] };
    return {
        run: (load) => drive(nginx.base, [nginx.worker], plan, load),
        stop: nginx.stop,
    };
}

export const bench_fill = () => {
    const path = process.env.GRANTEXD_BENCH_FILL;
    if (!path) throw new Error("GRANTEXD_BENCH_FILL names no program. Try: ./tests/run bench");
    return path;
};

// {fdatasync_us, rows_per_second: {rows a commit: rows a second}}
export const disk = async (folder) =>
    JSON.parse(await must([bench_fill(), "limits", folder, "400"]));
