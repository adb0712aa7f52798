// nginx in front of a server, as it stands in front of many: plain HTTP on a free port.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { free_port } from "./free_port.mjs";
import { eventually } from "./process_state.mjs";
import { RawConnection } from "./raw_connection.mjs";
import { temporary_directory } from "./server.mjs";

const install = fileURLToPath(new URL("../../server/install", import.meta.url));

// What every nginx of a test needs around `http`, the inner part of its http block.
function configuration(folder, http) {
    // Its workers write below the folder, which is for nobody but who runs the test.
    const user = process.getuid() === 0 ? "user root;" : "";
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((name) => `${name}_temp_path ${folder}/${name};`)
        .join("\n");
    return `${user} daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
        events { worker_connections 256; }
        http { access_log off; ${temporary}
            ${http} }`;
}

const plain_front = (port, upstream) => `
    upstream grantexd { server ${upstream}; keepalive 4; }
    server { listen 127.0.0.1:${port};
        location / { proxy_pass http://grantexd; proxy_http_version 1.1;
            proxy_set_header Connection ""; proxy_set_header Host $host;
            proxy_request_buffering off; } }`;

// {worker: its process id, stop}, once something listens on the port.
export async function run_nginx(http, port) {
    const folder = temporary_directory();
    mkdirSync(join(folder, "logs"));
    const file = join(folder, "nginx.conf");
    writeFileSync(file, configuration(folder, http));
    const child = spawn("/usr/sbin/nginx", ["-p", folder, "-c", file], { stdio: "ignore" });
    process.on("exit", () => child.kill("SIGTERM")); // which ends the worker too
    const children = () => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
    const is_up = await eventually(async () => {
        try {
            (await RawConnection.open(`http://127.0.0.1:${port}`)).end();
            return Number(children()) > 0;
        } catch {
            return false;
        }
    });
    if (!is_up) throw new Error("nginx did not start");
    return {
        worker: Number(children()),
        stop: async () => {
            child.kill("SIGTERM");
            await once(child, "exit");
        },
    };
}

// {base, worker, stop}, or {reason} where nginx cannot be had.
async function start(http_on) {
    const installed = spawnSync(install, ["nginx-light"], { encoding: "utf8" });
    if (installed.status !== 0) return { reason: "nginx-light cannot be installed here" };
    const port = await free_port();
    return { base: `http://127.0.0.1:${port}`, ...(await run_nginx(http_on(port), port)) };
}

export const start_nginx = (upstream_base) =>
    start((port) => plain_front(port, new URL(upstream_base).host));

// One that answers everything itself.
export const start_answering_nginx = () =>
    start((port) => `keepalive_requests 1000000000;
        server { listen 127.0.0.1:${port}; location / { return 200 "ok"; } }`);
