// Being asked to stop: what is under way is finished, nothing new is begun, the exit code is 0.
import assert from "node:assert/strict";
import { test } from "node:test";

import { RawConnection, request_text } from "../support/raw_connection.mjs";
import { start_server } from "../support/server.mjs";

const agent_request = (server, name) =>
    request_text("POST", "/v1/agents", {
        headers: {
            Authorization: `Bearer ${server.live_key}`,
            "Content-Type": "application/json",
        },
        body: JSON.stringify({ name }),
    });

async function until(condition) {
    while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function refuses_connections(server) {
    const { hostname, port } = new URL(server.base);
    const attempt = RawConnection.open(`http://${hostname}:${port}`);
    return attempt.then((connection) => connection.end(), (error) => error.code);
}

for (const signal of ["SIGTERM", "SIGINT"])
    test(`${signal} lets a request that is arriving finish, and ends with 0`, async () => {
        const server = await start_server();
        const connection = await RawConnection.open(server.base);
        const text = agent_request(server, "Trip Planner");
        connection.write(text.slice(0, -10));
        await server.api().get("/health"); // so that the half request has been read
        const stopped = server.stop(signal);
        await until(() => server.stderr.includes("event=stopping"));
        assert.match(server.stderr, new RegExp(`event=stopping signal=${signal}`));
        assert.equal(await refuses_connections(server), "ECONNREFUSED");

        connection.write(text.slice(-10));
        const answer = await connection.answer();
        assert.equal(answer.status, 201);
        assert.equal(answer.headers.connection, "close");
        assert.deepEqual(await stopped, { code: 0, signal: null });

        await server.restart();
        assert.equal((await server.api().get(`/v1/agents/${answer.body.agentId}`)).status, 200);
        await server.stop();
    });

test("every request that was sent before SIGTERM is answered and kept", async () => {
    const server = await start_server();
    const connections = [];
    for (let i = 0; i < 20; ++i) connections.push(await RawConnection.open(server.base));
    await server.api().get("/health"); // all of them have been accepted
    connections.forEach((each, i) => each.write(agent_request(server, `Agent ${i}`)));
    const stopped = server.stop();
    const answers = await Promise.all(connections.map((each) => each.answer()));
    assert.deepEqual(await stopped, { code: 0, signal: null });
    assert.deepEqual(answers.map(({ status }) => status), Array(20).fill(201));

    await server.restart();
    for (const { body } of answers)
        assert.deepEqual((await server.api().get(`/v1/agents/${body.agentId}`)).body, body);
    await server.stop();
});

test("idle connections do not hold up the end", async () => {
    const server = await start_server();
    const idle = await RawConnection.open(server.base);
    idle.write(request_text("GET", "/health"));
    assert.equal((await idle.answer()).status, 200);
    const silent = await RawConnection.open(server.base);
    const started = performance.now();
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    await Promise.all([idle.closed, silent.closed]);
    assert.ok(performance.now() - started < 5000);
});

test("stopping right after the start ends with 0", async () => {
    const server = await start_server();
    for (let i = 0; i < 5; ++i) {
        const signal = i % 2 ? "SIGINT" : "SIGTERM";
        assert.deepEqual(await server.stop(signal), { code: 0, signal: null });
        await server.restart();
    }
    await server.stop();
});
