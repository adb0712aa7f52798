// nginx in front of a server, as it stands in front of many: plain HTTP on a free port.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { free_port } from "./free_port.mjs";
import { eventually } from "./process_state.mjs";
import { RawConnection } from "./raw_connection.mjs";
import { temporary_directory } from "./server.mjs";

const install = fileURLToPath(new URL("../../server/install", import.meta.url));

function configuration(folder, port, upstream) {
    const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
        .map((name) => `${name}_temp_path ${folder}/${name};`)
        .join("\n");
    return `daemon off; pid ${folder}/pid; error_log ${folder}/error.log; worker_processes 1;
        events { worker_connections 256; }
        http { access_log off; ${temporary}
            upstream grantexd { server ${upstream}; keepalive 4; }
            server { listen 127.0.0.1:${port};
                location / { proxy_pass http://grantexd; proxy_http_version 1.1;
                    proxy_set_header Connection ""; proxy_set_header Host $host;
                    proxy_request_buffering off; } } }`;
}

// {base, stop}, or {reason} where nginx cannot be had.
export async function start_nginx(upstream_base) {
    const installed = spawnSync(install, ["nginx-light"], { encoding: "utf8" });
    if (installed.status !== 0) return { reason: "nginx-light cannot be installed here" };
    const folder = temporary_directory();
    mkdirSync(join(folder, "logs"));
    const port = await free_port();
    const file = join(folder, "nginx.conf");
    writeFileSync(file, configuration(folder, port, new URL(upstream_base).host));
    const child = spawn("/usr/sbin/nginx", ["-p", folder, "-c", file], { stdio: "ignore" });
    process.on("exit", () => child.kill("SIGKILL"));
    const base = `http://127.0.0.1:${port}`;
    const is_up = await eventually(async () => {
        try {
            (await RawConnection.open(base)).end();
            return true;
        } catch {
            return false;
        }
    });
    if (!is_up) throw new Error("nginx did not start");
    return {
        base,
        stop: async () => {
            child.kill("SIGTERM");
            await once(child, "exit");
        },
    };
}
