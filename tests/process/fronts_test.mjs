// The examples of fronts that come with the package, in the real nginx and Caddy: only addresses and
// certificates are replaced.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { Agent as PlainAgent } from "node:http";
import { Agent } from "node:https";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";

import { Api } from "../support/api.mjs";
import { make_certificate } from "../support/certificate.mjs";
import { SseClient, WebSocketClient } from "../support/event_stream.mjs";
import { free_port } from "../support/free_port.mjs";
import { run_nginx } from "../support/nginx.mjs";
import { eventually } from "../support/process_state.mjs";
import { early_in_a_window } from "../support/rate_window.mjs";
import { run_program, start_program, start_server, temporary_directory } from "../support/server.mjs";

const examples = fileURLToPath(new URL("../../systemd/fronts/", import.meta.url));
const certificate = make_certificate("localhost");
const signups_a_minute = 3;

// The example with each of these replaced; all of them must be in it.
function example(name, replacements) {
    let text = readFileSync(join(examples, name), "utf8");
    for (const [from, to] of replacements) {
        assert.ok(text.includes(from), `${name} does not say ${from}`);
        text = text.replaceAll(from, to);
    }
    return text;
}

const folder = temporary_directory();
const [key_file, cert_file] = ["key.pem", "cert.pem"].map((name) => join(folder, name));
writeFileSync(key_file, certificate.key);
writeFileSync(cert_file, certificate.cert);
const access_log = join(folder, "access.log");

let plain_port;
async function start_nginx_example(port, upstream) {
    plain_port = await free_port();
    const text = example("nginx.conf", [
        ["server 127.0.0.1:3001;", `server ${upstream};`],
        ["https://auth.example.com", `https://localhost:${port}`],
        ["listen 80;", `listen 127.0.0.1:${plain_port};`],
        ["listen 443 ssl http2;", `listen 127.0.0.1:${port} ssl http2;`],
        ["server_name auth.example.com;", "server_name localhost;"],
        ["/etc/letsencrypt/live/auth.example.com/fullchain.pem", cert_file],
        ["/etc/letsencrypt/live/auth.example.com/privkey.pem", key_file],
        ["/var/log/nginx/grantexd.log", access_log],
    ]);
    return (await run_nginx(text, port)).stop;
}

async function start_caddy_example(port, upstream) {
    const text = example("Caddyfile", [
        ["grace_period 5s", "grace_period 1s\nadmin off\nauto_https disable_redirects"],
        ["\nauth.example.com {", `\nhttps://localhost:${port} {\ntls ${cert_file} ${key_file}`],
        ["reverse_proxy 127.0.0.1:3001 {", `reverse_proxy ${upstream} {`],
    ]);
    const file = join(folder, "Caddyfile");
    writeFileSync(file, text);
    const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    const caddy = start_program(["caddy", "run", "--config", file, "--adapter", "caddyfile"], { env });
    const is_up = await eventually(() => caddy.stderr.includes("serving initial configuration"));
    assert.ok(is_up, caddy.stderr);
    return async () => {
        caddy.child.kill("SIGTERM");
        await caddy.ended;
    };
}

const fronts = { nginx: start_nginx_example, Caddy: start_caddy_example };

test("Caddy takes the example as it is", async () => {
    const file = join(examples, "Caddyfile");
    const env = { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
    for (const command of [["validate"], ["fmt"]]) {
        const flags = command[0] === "fmt" ? [file] : ["--config", file, "--adapter", "caddyfile"];
        const { code, stdout, stderr } = await run_program(["caddy", ...command, ...flags], { env });
        assert.equal(code, 0, stderr);
        if (command[0] === "fmt") assert.equal(stdout, readFileSync(file, "utf8"));
    }
});

for (const [name, start_front] of Object.entries(fronts))
    describe(name, () => {
        let server, stop, base;
        before(async () => {
            const port = await free_port();
            base = `https://localhost:${port}`;
            server = await start_server({
                listen: `127.0.0.1:${await free_port()}`,
                env: {
                    GRANTEXD_PUBLIC_BASE_URL: base,
                    GRANTEXD_TRUST_PROXY: "127.0.0.1",
                    GRANTEXD_RATE_SIGNUP: String(signups_a_minute),
                },
            });
            stop = await start_front(port, server.listen);
        });
        after(async () => {
            await stop();
            await server.stop();
        });

        // A client behind the front with an address of its own.
        const through = (address, key = "") =>
            new Api(base, key, new Agent({ ca: certificate.cert, localAddress: address }));
        const direct = (address) =>
            new Api(`http://${server.listen}`, "", new PlainAgent({ localAddress: address }));
        const sign_up = async (api, forwarded) => {
            const headers = forwarded ? { "X-Forwarded-For": forwarded } : {};
            return (await api.post("/v1/signup", { name: "N" }, headers)).status;
        };

        test("the server counts a client under its own address, whatever the client claims", async () => {
            await early_in_a_window();
            const mallory = through("127.0.0.2");
            const claims = [undefined, "198.51.100.7", "127.0.0.1", "127.0.0.3, 127.0.0.1", "::1"];
            const statuses = [];
            for (const claim of claims) statuses.push(await sign_up(mallory, claim));
            assert.deepEqual(statuses, [201, 201, 201, 429, 429]);
            assert.equal(await sign_up(through("127.0.0.3")), 201);
            assert.equal(await sign_up(through("127.0.0.3"), "127.0.0.2"), 201);
        });

        test("who passes the front by is not believed either", async () => {
            await early_in_a_window();
            const mallory = direct("127.0.0.4");
            const statuses = [];
            for (const claim of ["198.51.100.1", "198.51.100.2", "127.0.0.1", "198.51.100.3"])
                statuses.push(await sign_up(mallory, claim));
            assert.deepEqual(statuses, [201, 201, 201, 429]);
        });

        test("the whole job runs through it, with the address that clients use as issuer", async () => {
            const api = through("127.0.0.5", server.sandbox_key);
            const granted = await api.grant(await api.agent_id());
            assert.ok(await api.is_valid(granted.grantToken));
            const claims = JSON.parse(Buffer.from(granted.grantToken.split(".")[1], "base64url"));
            assert.equal(claims.iss, base);
            assert.equal((await api.revoke(granted.grantId)).status, 204);
            assert.ok(!(await api.is_valid(granted.grantToken)));
        });

        test("events pass at once, by both transports, each as it happens", async () => {
            const api = through("127.0.0.5", server.sandbox_key);
            const agent_id = await api.agent_id();
            const sse = await SseClient.open(api, { query: "?types=grant.revoked" });
            const socket = await WebSocketClient.open(api);
            assert.equal(sse.status, 200);
            assert.equal(socket.status, 101);
            assert.equal(socket.headers["sec-websocket-accept"], socket.expected_accept);
            await sse.until_text(": connected");
            for (let round = 1; round <= 3; ++round) {
                const { grantId } = await api.grant(agent_id);
                await api.revoke(grantId);
                const answered = performance.now();
                await sse.until_frames(round);
                const took = performance.now() - answered;
                assert.ok(took < 5000, `${took} ms`);
                assert.equal(sse.frames[round - 1].event.data.grantId, grantId);
            }
            await socket.until_events(3);
            sse.close();
            socket.close();
        });

        test("the server's own refusal of a body that is too large comes through", async () => {
            const api = through("127.0.0.5", server.sandbox_key);
            const answer = await api.post("/v1/agents", { name: "N", description: "x".repeat(1_200_000) });
            assert.equal(answer.status, 413);
            assert.ok(answer.body?.code, answer.text);
        });

        test("clients get HTTP/2", async () => {
            const { stdout } = await run_program([
                "curl", "-sS", "--cacert", cert_file, "-o", "/dev/null", "-w", "%{http_code} %{http_version}",
                `${base}/health`,
            ]);
            assert.equal(stdout, "200 2");
        });

        if (name === "nginx")
            test("plain HTTP leads to HTTPS, and no secret of a link is in the log", async () => {
                const plain = new Api(`http://127.0.0.1:${plain_port}`, "");
                const moved = await plain.get("/consent?req=a&k=s3cret-value");
                assert.equal(moved.status, 308);
                assert.equal(moved.headers.location, `${base}/consent?req=a&k=s3cret-value`);
                await through("127.0.0.6").get("/consent?req=a&k=s3cret-value");
                await through("127.0.0.6").get("/v1/signup/verify/s3cret-value");
                const is_logged = () => /127\.0\.0\.6 .* GET \/v1\/signup\/verify\/- \d{3} /
                    .test(readFileSync(access_log, "utf8"));
                assert.ok(await eventually(is_logged), readFileSync(access_log, "utf8"));
                assert.match(readFileSync(access_log, "utf8"), /127\.0\.0\.6 .* GET \/consent \d{3} /);
                assert.doesNotMatch(readFileSync(access_log, "utf8"), /s3cret/);
            });
    });
