// Ten thousand connections that ask nothing, and thousands that only mean to be in the way: who is
// there to work does not notice.
// Runs alone, since it measures.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { in_parallel, new_server } from "../bench/world.mjs";
import {
    eventually,
    memory_of,
    open_connections,
    open_files_max,
    open_peers,
} from "../support/process_state.mjs";
import { open_idle, RawConnection, request_text } from "../support/raw_connection.mjs";
import { rounds } from "../support/server.mjs";
import { median, percentile } from "../support/statistics.mjs";

const memory_max = 200; // MB
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const port_of = ({ base }) => Number(new URL(base).port);
const p99_of = (times) => percentile(times, 0.99);
const figures = (times) => {
    const [half, most] = [median(times), p99_of(times)].map((time) => time.toFixed(1));
    return `${times.length} requests, median ${half} ms, p99 ${most} ms`;
};

// A server with one token to verify: {server, port, request}.
async function start_with_token() {
    const server = await new_server().start();
    const api = server.sandbox();
    const { grantToken: token } = await api.grant(await api.agent_id());
    server.agent.destroy(); // only what is counted here stays open
    assert.ok(await eventually(() => open_connections(port_of(server)) === 0));
    const headers = { Authorization: `Bearer ${api.key}`, "Content-Type": "application/json" };
    const body = JSON.stringify({ token });
    const request = request_text("POST", "/v1/tokens/verify", { headers, body });
    return { server, port: port_of(server), request };
}

const open_many = (count, { server }) =>
    in_parallel(count, 64, () => RawConnection.open(server.base));
const end_all = (connections) => connections.forEach((each) => each.end());

// One verification, which must succeed; its milliseconds.
async function verify(connection, { request }) {
    const start = performance.now();
    connection.write(request);
    const { status, body } = await connection.answer();
    assert.equal(status, 200);
    assert.equal(body.valid, true);
    return performance.now() - start;
}

let empty, crowded;
before(async () => ([empty, crowded] = [await start_with_token(), await start_with_token()]));
after(() => Promise.all([empty.server.stop(), crowded.server.stop()]));

const wanted = 10_000;
const active = 200;

// Each client asks both servers in turn, so that what else the machine does meets both alike.
async function compare(milliseconds) {
    const worlds = [empty, crowded];
    const connections = await Promise.all(worlds.map((world) => open_many(active, world)));
    const times = [[], []];
    const end = Date.now() + milliseconds;
    const client = async (i) => {
        await sleep(i); // they do not all come at once
        for (let turn = i; Date.now() < end; ++turn) {
            const which = turn % 2;
            times[which].push(await verify(connections[which][i], worlds[which]));
            await sleep(75 + (turn % 50));
        }
    };
    await Promise.all([...Array(active).keys()].map(client));
    assert.equal(open_connections(empty.port), active);
    connections.forEach(end_all);
    return times;
}

test("R-13 ten thousand idle connections slow nobody down and cost little", async (t) => {
    const most = Math.min(open_files_max(process.pid), open_files_max(crowded.server.pid));
    const count = Math.min(wanted, most - 2 * active - 200); // which both have other files open
    if (count < wanted) t.diagnostic(`only ${count} of ${wanted}: ${most} files may be open`);
    assert.ok(count >= 500, `${most} open files are too few to say anything`);
    for (let round = 0; round < rounds(1); ++round) {
        const start = performance.now();
        const idle = await in_parallel(count, 64, () => open_idle(crowded.server.base));
        const took = performance.now() - start;
        const [alone, beside] = await compare(8000);
        const closed = idle.filter((each) => each.is_closed).length;
        assert.equal(closed, 0, `${closed} were closed while their time had not come`);
        assert.ok(open_connections(crowded.port) >= count);
        const { peak } = memory_of(crowded.server.pid);
        t.diagnostic(`${count} idle after ${took.toFixed(0)} ms, ${peak.toFixed(0)} MB at most`);
        t.diagnostic(`empty: ${figures(alone)}`);
        t.diagnostic(`beside them: ${figures(beside)}`);
        assert.ok(peak < memory_max, `${peak} MB`);
        // An answer takes less than a millisecond, and who shares a core waits some for his turn:
        // twice nearly nothing would judge the machine.
        assert.ok(p99_of(beside) < 2 * p99_of(alone) + 5, figures(beside));
        end_all(idle);
        const left = () => open_connections(crowded.port);
        assert.ok(await eventually(() => left() === 0), `${left()} are still open`);
    }
});

// Some clients ask again and again until `has_ended`; what their requests took.
async function work_until(has_ended, world) {
    const times = [];
    const client = async (connection) => {
        while (!has_ended()) {
            times.push(await verify(connection, world));
            await sleep(20);
        }
    };
    const connections = await open_many(20, world);
    await Promise.all(connections.map(client));
    end_all(connections);
    return times;
}

async function work_for(milliseconds, world) {
    const end = Date.now() + milliseconds;
    return work_until(() => Date.now() > end, world);
}

const slow_body = "POST /v1/agents HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n";
const page = request_text("GET", "/docs"); // 300 kB, for everybody
const health = request_text("GET", "/health");
// What each attacker of a kind says at first and then every second; none of them ever reads. The
// kernel takes nearly 4 MB for a reader on the same machine before the server has to wait for him:
// with many more of these, its own limit of memory for all of TCP would be what is tested.
const attacks = [
    { name: "slow head", count: 1000, first: "GET /health HTTP/1.1\r\nHost: a\r\n", then: "X" },
    { name: "slow body", count: 500, first: slow_body, then: "X" },
    { name: "less slow body", count: 500, first: slow_body, then: "X".repeat(1500) },
    { name: "slow reader", count: 150, first: page.repeat(40) },
    { name: "flood", count: 150, first: (health.repeat(15) + page).repeat(40), then: health },
];

async function open_attacker({ name, first, then }, { server }) {
    const connection = await RawConnection.open(server.base);
    connection.socket.pause();
    connection.write(first);
    const { localPort: port } = connection.socket;
    return { name, connection, port, then, since: performance.now() };
}

test("R-14 attackers of every kind are cut off, and nobody else notices them", async (t) => {
    const attackers = [];
    let over = false;
    // Both at once, so that what else the machine does meets both alike.
    const working = Promise.all([empty, crowded].map((world) => work_until(() => over, world)));
    working.catch(() => (over = true)); // it is awaited below
    const drip = setInterval(() => {
        for (const { connection, then } of attackers) if (then) connection.write(then);
    }, 1000).unref();
    // They come within ten seconds: this is about those who stay, not about the rush.
    const steps = 100;
    for (let step = 0; step < steps && !over; ++step) {
        const due = (count, s) => Math.floor((count * s) / steps);
        const opening = attacks.flatMap((attack) =>
            Array.from({ length: due(attack.count, step + 1) - due(attack.count, step) }, () =>
                open_attacker(attack, crowded),
            ),
        );
        attackers.push(...(await Promise.all(opening)));
        await sleep(100);
    }
    const most = attackers.length;
    // A reader's 30 seconds begin when the kernel takes no more for him; the sender of a slow body
    // is told after 30 seconds and has two more to read that. The rest is for a busy machine.
    const patience = 35_000;
    let late = [];
    for (let open = attackers; open.length > 0 && late.length === 0 && !over; ) {
        await sleep(1000);
        const ports = new Set(open_peers(crowded.port));
        // The port of one who is gone may be that of another by now.
        open = open.filter(({ port, connection }) => ports.has(port) && !connection.is_closed);
        late = open.filter(({ since }) => performance.now() - since > patience);
    }
    over = true;
    clearInterval(drip);
    end_all(attackers.map(({ connection }) => connection));
    const [alone, beside] = await working;
    const { peak } = memory_of(crowded.server.pid);
    t.diagnostic(`empty: ${figures(alone)}`);
    t.diagnostic(`beside ${most}: ${figures(beside)}, ${peak.toFixed(0)} MB at most`);
    const names = late.map(({ name }) => name);
    assert.deepEqual(names, [], `are there after ${patience} ms`);
    // 50 ms, and on a machine that others use as well, what those of the empty server see.
    assert.ok(p99_of(beside) < 2 * p99_of(alone) + 50, figures(beside));
    assert.ok(peak < memory_max, `${peak} MB`);
    assert.ok(await eventually(() => open_connections(crowded.port) === 0));
});

test("R-14 floods of pipelined requests leave everybody else his turn", async (t) => {
    const alone = await work_for(1000, crowded);
    const count = 200;
    const pipeline = 16; // so many of one connection are served before the next one's turn
    const single = await RawConnection.open(crowded.server.base);
    const pipelines = [];
    for (let i = 0; i < 200; ++i) {
        const start = performance.now();
        single.write(health.repeat(pipeline));
        for (let n = 0; n < pipeline; ++n) await single.answer();
        pipelines.push(performance.now() - start);
    }
    single.end();
    const one_pipeline = median(pipelines);
    const floods = await open_many(count, crowded);
    for (const { socket } of floods) socket.pause().write(health.repeat(20_000));
    const beside = await work_for(4000, crowded);
    end_all(floods);
    t.diagnostic(`alone: ${figures(alone)}`);
    t.diagnostic(`beside ${count}: ${figures(beside)}`);
    t.diagnostic(`${one_pipeline.toFixed(2)} ms for one pipeline alone`);
    // One loop serves all in turn: at worst one pipeline of each of the others comes first.
    const bound = 2 * count * one_pipeline + 2 * p99_of(alone) + 50;
    assert.ok(p99_of(beside) < bound, `${figures(beside)}, not ${bound} ms`);
    assert.ok(await eventually(() => open_connections(crowded.port) === 0));
});

test("R-14 bodies that never end hold little memory", async (t) => {
    const size = 1024 * 1024; // the largest that is read
    const head = request_text("POST", "/v1/agents").replace("Length: 0", `Length: ${size}`);
    const bytes = Buffer.from(head + "x".repeat(size - 1));
    const count = 400;
    const connections = await open_many(count, crowded);
    for (const connection of connections) connection.write(bytes);
    const is_sent = ({ socket, is_closed }) => is_closed || socket.writableLength === 0;
    assert.ok(await eventually(() => connections.every(is_sent)));
    const times = await work_for(1000, crowded); // who is there to work is served all the while
    const { peak } = memory_of(crowded.server.pid);
    t.diagnostic(`${peak.toFixed(0)} MB at most, with ${count} strangers`);
    t.diagnostic(`beside them: ${figures(times)}`);
    end_all(connections);
    assert.ok(await eventually(() => open_connections(crowded.port) === 0));
    assert.ok(peak < memory_max, `${peak} MB`);
});
