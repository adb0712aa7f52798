// nginx on a free port, plain HTTP: in front of a server, as it stands in front of many, or by itself.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { eventually } from "./process_state.mjs";
import { RawConnection } from "./raw_connection.mjs";
import { temporary_directory } from "./server.mjs";

const install = fileURLToPath(new URL("../../server/install", import.meta.url));

async function free_port() {
    const server = createServer().listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address();
    server.close();
    await once(server, "close");
    return port;
}

function configuration(folder, port, { before = "", location }) {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((name) => `${name}_temp_path ${folder}/${name};`)
        .join("\n");
    return `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
        events { worker_connections 256; }
        http { access_log off; ${temporary} ${before}
            server { listen 127.0.0.1:${port}; location / { ${location} } } }`;
}

// {base, stop}, or {reason} where nginx cannot be had.
export const start_nginx = (upstream_base) =>
    start({
        before: `upstream grantexd { server ${new URL(upstream_base).host}; keepalive 4; }`,
        location: `proxy_pass http://grantexd; proxy_http_version 1.1;
            proxy_set_header Connection ""; proxy_set_header Host $host;
            proxy_request_buffering off;`,
    });

// One that answers everything itself: {base, worker (its pid), stop}, or {reason}.
export const start_answering_nginx = () =>
    start({ before: "keepalive_requests 1000000000;", location: 'return 200 "ok";' });

async function start(parts) {
    const installed = spawnSync(install, ["nginx-light"], { encoding: "utf8" });
    if (installed.status !== 0) return { reason: "nginx-light cannot be installed here" };
    const folder = temporary_directory();
    mkdirSync(join(folder, "logs"));
    const port = await free_port();
    const file = join(folder, "nginx.conf");
    writeFileSync(file, configuration(folder, port, parts));
    const child = spawn("/usr/sbin/nginx", ["-p", folder, "-c", file], { stdio: "ignore" });
    process.on("exit", () => child.kill("SIGTERM")); // which ends the worker too
    const base = `http://127.0.0.1:${port}`;
    const children = () => readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8");
    const is_up = await eventually(async () => {
        try {
            (await RawConnection.open(base)).end();
            return Number(children()) > 0;
        } catch {
            return false;
        }
    });
    if (!is_up) throw new Error("nginx did not start");
    return {
        base,
        worker: Number(children()),
        stop: async () => {
            child.kill("SIGTERM");
            await once(child, "exit");
        },
    };
}
