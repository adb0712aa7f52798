// More connections than the process may have descriptors: who is connected is served, and others
// are turned away until there is room again.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readdirSync } from "node:fs";
import { connect } from "node:net";
import { test } from "node:test";

import { write_evidence } from "../crash/evidence.mjs";
import { cpu_milliseconds, eventually } from "../support/process_state.mjs";
import { RawConnection, request_text } from "../support/raw_connection.mjs";
import { Server, rounds } from "../support/server.mjs";

const descriptors_max = 256;
const dialers = 1000;
const connected = 8;

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const descriptors_of = ({ pid }) => readdirSync(`/proc/${pid}/fd`).length;

function requests_of(api, token) {
    const headers = { Authorization: `Bearer ${api.key}`, "Content-Type": "application/json" };
    const post = (path, body) => request_text("POST", path, { headers, body: JSON.stringify(body) });
    const entry = { agentId: "ag_1", grantId: "grnt_1", principalId: "user_1", action: "seat.hold" };
    return [
        { status: 200, text: post("/v1/tokens/verify", { token }) },
        { status: 201, text: post("/v1/audit/log", entry) },
    ];
}

// Each connection reads and writes, one after the other: the slowest answer, in milliseconds.
async function serve(connections, requests) {
    let slowest = 0;
    const use = async (connection) => {
        for (const { status, text } of requests) {
            const start = performance.now();
            connection.write(text);
            assert.equal((await connection.answer()).status, status);
            slowest = Math.max(slowest, performance.now() - start);
        }
    };
    await Promise.all(connections.map(use));
    return slowest;
}

function dial({ base }) {
    const socket = connect(Number(new URL(base).port), new URL(base).hostname);
    socket.on("error", () => {}); // reset by the server, which has no room for it
    return socket;
}

async function exhaust_round(server, connections, requests) {
    const before = descriptors_of(server);
    const sockets = Array.from({ length: dialers }, () => dial(server));
    await Promise.all(sockets.map((socket) => once(socket, "connect").catch(() => {})));
    const turned_away = () => sockets.filter(({ closed }) => closed).length;
    // Room is the limit less what is open; nobody waits in between without an end.
    const room = descriptors_max - before;
    const settled = await eventually(() => turned_away() >= dialers - room);
    assert.ok(settled, `${turned_away()} of ${dialers} were turned away, room for ${room}`);
    assert.ok(descriptors_of(server) >= descriptors_max - 2, `${descriptors_of(server)} in use`);

    const start = performance.now();
    let slowest = 0;
    while (performance.now() - start < 300)
        slowest = Math.max(slowest, await serve(connections, requests));
    const [spent, idle] = [cpu_milliseconds(server.pid), 300];
    await pause(idle);
    const busy = cpu_milliseconds(server.pid) - spent;
    assert.ok(busy < idle / 2, `${busy} ms of ${idle} ms spent on nothing`);

    const at = performance.now();
    for (const socket of sockets) socket.destroy();
    const newcomer = await RawConnection.open(server.base);
    await serve([newcomer], requests);
    const recovered = performance.now() - at;
    newcomer.end();
    assert.ok(recovered < 2000, `recovered after ${recovered} ms`);
    assert.ok(await eventually(() => descriptors_of(server) <= before), "descriptors are lost");
    return {
        turned_away: sockets.length - room,
        slowest: Math.round(slowest),
        busy: Math.round(busy),
        recovered: Math.round(recovered),
    };
}

test("R-12 with 1,000 dialers on 256 descriptors the connected are served, and it is over at once", async (t) => {
    const limit = `--nofile=${descriptors_max}:${descriptors_max}`;
    const env = { GRANTEXD_RATE_PROFILE: "off" };
    const server = await new Server({ env, wrapper: ["prlimit", limit] }).start();
    const api = server.sandbox();
    const { grantToken } = await api.grant(await api.agent_id());
    const requests = requests_of(api, grantToken);
    const open = () => RawConnection.open(server.base);
    const connections = await Promise.all(Array.from({ length: connected }, open));
    await serve(connections, requests);
    server.agent.destroy(); // only what is counted here stays open
    assert.ok(await eventually(() => descriptors_of(server) < 40));
    for (let round = 0; round < rounds(4); ++round) {
        const figures = await exhaust_round(server, connections, requests);
        write_evidence("R-12", { round, ...figures });
        t.diagnostic(JSON.stringify(figures));
    }
    for (const connection of connections) connection.end();
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
});
