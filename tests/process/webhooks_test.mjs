// Webhooks from the real program to receivers of the test: what arrives, in which order, how soon,
// and what happens when a receiver fails.
// Runs alone, since it measures.
import assert from "node:assert/strict";
import { test } from "node:test";

import { read_rows, run_sql } from "../support/database.mjs";
import { Receiver, expected_signatures, local_receivers } from "../support/receiver.mjs";
import { rounds, start_server } from "../support/server.mjs";
import { cpu_milliseconds } from "../support/process_state.mjs";
import { median, percentile, time_in_turn } from "../support/statistics.mjs";

const all = ["grant.created", "grant.revoked", "token.issued"];
const start = (env = {}) =>
    start_server({ env: { ...local_receivers, GRANTEXD_RATE_PROFILE: "off", ...env } });
const register = (api, url, events = all, fields = {}) =>
    api.must(201, "POST", "/v1/webhooks", { url, events, ...fields });
const log_of = async (api, id, query = "?pageSize=100") =>
    (await api.must(200, "GET", `/v1/webhooks/${id}/deliveries${query}`)).deliveries;
async function until(what, holds, patience = 20_000) {
    const end = Date.now() + patience;
    while (!(await holds())) {
        assert.ok(Date.now() < end, what);
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}
const is_done = (api, id, count) => async () => {
    const path = `/v1/webhooks/${id}/deliveries?status=delivered`;
    return (await api.must(200, "GET", path)).total >= count;
};
async function finish(server, ...receivers) {
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    for (const receiver of receivers) receiver.close();
}

test("an endpoint gets the events it asked for, signed, once each, and the log says so", async () => {
    const [server, receiver] = [await start(), await new Receiver().listen()];
    const api = server.sandbox();
    const webhook = await register(api, receiver.url, ["grant.revoked", "grant.created"]);
    const { grantId } = await api.grant(await api.agent_id());
    await api.revoke(grantId);
    const received = await receiver.until(2);
    assert.deepEqual(receiver.types(), ["grant.created", "grant.revoked"]);
    for (const [i, delivery] of received.entries()) {
        const { headers, event } = delivery;
        assert.equal(delivery.method, "POST");
        assert.equal(delivery.url, "/hook");
        assert.equal(headers["content-type"], "application/json");
        assert.match(headers["user-agent"], /^Grantex-Webhooks\/\d/);
        assert.deepEqual(Object.keys(event), ["id", "type", "createdAt", "data"]);
        const { v2, legacy } = expected_signatures(webhook.secret, delivery);
        assert.equal(headers["x-grantex-signature-v2"], v2);
        assert.equal(headers["x-grantex-signature"], legacy);
        assert.ok(Math.abs(headers["x-grantex-timestamp"] * 1000 - Date.now()) < 60_000);
        assert.equal(headers["x-grantex-event"], event.type);
        assert.equal(headers["x-grantex-event-id"], event.id);
        assert.equal(headers["x-grantex-attempt"], "1");
        assert.equal(event.data.grantId, grantId);
        assert.match(headers["x-grantex-delivery"], /^whd_/, `${i}`);
    }
    await until("both are delivered", is_done(api, webhook.id, 2));
    const log = await log_of(api, webhook.id);
    assert.deepEqual(
        log.map(({ id }) => id).reverse(),
        received.map(({ headers }) => headers["x-grantex-delivery"]),
    );
    for (const { status, attempts, lastError, nextAttemptAt, deliveredAt } of log) {
        assert.deepEqual([status, attempts, lastError, nextAttemptAt], ["delivered", 1, null, null]);
        assert.ok(Math.abs(Date.parse(deliveredAt) - Date.now()) < 60_000);
    }
    await finish(server, receiver);
});

test("an endpoint that answers gets everything in the order of commit, over one connection", async () => {
    const [server, receiver] = [await start(), await new Receiver().listen()];
    const api = server.sandbox();
    const webhook = await register(api, receiver.url);
    const agent = await api.agent_id();
    await Promise.all(Array.from({ length: 100 }, () => api.grant(agent)));
    await receiver.until(200);
    assert.deepEqual(receiver.ids(), [...receiver.ids()].sort());
    assert.equal(new Set(receiver.ids()).size, 200);
    assert.equal(receiver.connections, 1);
    await until("all are noted", is_done(api, webhook.id, 200));
    await finish(server, receiver);
});

test("a revocation reaches a receiver within 50 ms of its answer, in the median", async (t) => {
    const [server, receiver] = [await start(), await new Receiver().listen()];
    const api = server.sandbox();
    await register(api, receiver.url, ["grant.revoked"]);
    const agent = await api.agent_id();
    const times = [];
    for (let i = 0; i < 50; ++i) {
        const { grantId } = await api.grant(agent);
        await api.revoke(grantId);
        const answered = performance.now();
        const received = await receiver.until(i + 1);
        times.push(received[i].at - answered);
    }
    t.diagnostic(`median ${median(times).toFixed(1)} ms, p99 ${percentile(times, 0.99).toFixed(1)} ms`);
    assert.ok(median(times) < 50, `${median(times)} ms`);
    await finish(server, receiver);
});

test("a failed delivery waits, is sent again with the same bytes, and ends as failed", async () => {
    const receiver = await new Receiver({
        reply: (_, response) => response.writeHead(503).end("busy"),
    }).listen();
    const server = await start({ GRANTEXD_WEBHOOK_MAX_ATTEMPTS: "3" });
    const api = server.sandbox();
    const webhook = await register(api, receiver.url, ["grant.created"]);
    await api.grant(await api.agent_id());
    const after_attempt = (count) =>
        until(`${count} attempts`, async () => (await log_of(api, webhook.id))[0].attempts === count);
    const waits = [];
    for (const attempt of [1, 2, 3]) {
        await receiver.until(attempt);
        await after_attempt(attempt);
        const [{ status, lastError, nextAttemptAt, lastAttemptAt }] = await log_of(api, webhook.id);
        assert.equal(lastError, "HTTP 503");
        assert.equal(status, attempt < 3 ? "pending" : "failed");
        if (attempt === 3) {
            assert.equal(nextAttemptAt, null);
            break;
        }
        waits.push(Date.parse(nextAttemptAt) - Date.parse(lastAttemptAt));
        // The wait goes by while the server is down.
        await server.stop();
        run_sql(server.data_dir, "UPDATE deliveries SET due_at = 1 WHERE due_at IS NOT NULL");
        await server.restart();
    }
    assert.ok(waits[0] >= 30_000 && waits[0] <= 33_000, `${waits}`);
    assert.ok(waits[1] >= 60_000 && waits[1] <= 66_000, `${waits}`);
    const [first, ...others] = receiver.received;
    for (const [i, other] of others.entries()) {
        assert.equal(other.body, first.body);
        assert.equal(other.headers["x-grantex-delivery"], first.headers["x-grantex-delivery"]);
        assert.equal(other.headers["x-grantex-attempt"], String(i + 2));
    }
    assert.match(server.stderr, /event=webhook\.given_up .*reason="?HTTP 503/);
    // Sent again by hand, it is a delivery of its own.
    receiver.reply = () => undefined;
    const [failed] = await log_of(api, webhook.id);
    const again = `/v1/webhooks/${webhook.id}/deliveries/${failed.id}/redeliver`;
    const made = await api.must(202, "POST", again);
    assert.equal(made.status, "pending");
    assert.equal(made.eventId, failed.eventId);
    await receiver.until(4);
    assert.equal(receiver.received[3].body, first.body);
    await until("it is noted", is_done(api, webhook.id, 1));
    assert.deepEqual((await log_of(api, webhook.id)).map(({ status }) => status), ["delivered", "failed"]);
    await finish(server, receiver);
});

test("410 ends the attempts at once", async () => {
    const receiver = await new Receiver({ reply: (_, response) => response.writeHead(410).end() }).listen();
    const server = await start();
    const api = server.sandbox();
    const webhook = await register(api, receiver.url, ["grant.created"]);
    await api.grant(await api.agent_id());
    await until("it has failed", async () => (await log_of(api, webhook.id))[0]?.status === "failed");
    assert.equal((await log_of(api, webhook.id))[0].attempts, 1);
    await finish(server, receiver);
});

test("the next attempt goes to the URL and uses the secret that are set by then", async () => {
    const down = await new Receiver({ reply: (_, response) => response.destroy() ?? true }).listen();
    const [server, up] = [await start(), await new Receiver().listen()];
    const api = server.sandbox();
    const webhook = await register(api, down.url, ["grant.created"]);
    await api.grant(await api.agent_id());
    await until("one attempt", async () => (await log_of(api, webhook.id))[0].attempts === 1);
    const secret = "a-new-secret-of-the-receiver";
    const path = `/v1/webhooks/${webhook.id}`;
    await api.must(200, "PATCH", path, { url: up.url, secret, legacySignature: false });
    await server.stop();
    run_sql(server.data_dir, "UPDATE deliveries SET due_at = 1 WHERE due_at IS NOT NULL");
    await server.restart();
    const [delivery] = await up.until(1);
    assert.equal(delivery.headers["x-grantex-signature-v2"], expected_signatures(secret, delivery).v2);
    assert.equal(delivery.headers["x-grantex-signature"], undefined);
    assert.equal(delivery.headers["x-grantex-attempt"], "2");
    await finish(server, down, up);
});

test("a rotated secret signs from its time on", async () => {
    const [server, receiver] = [await start(), await new Receiver().listen()];
    const api = server.sandbox();
    const webhook = await register(api, receiver.url, ["grant.created"]);
    const agent = await api.agent_id();
    const path = `/v1/webhooks/${webhook.id}/rotate-secret`;
    const later = await api.must(200, "POST", path, { activateAfterSeconds: 5 });
    const active_at = Date.parse(later.secretActiveAt);
    assert.ok(active_at > Date.now());
    await api.grant(agent);
    await receiver.until(1);
    await new Promise((resolve) => setTimeout(resolve, active_at - Date.now() + 100));
    await api.grant(agent);
    await receiver.until(2);
    const now = await api.must(200, "POST", path);
    await api.grant(agent);
    const received = await receiver.until(3);
    for (const [i, secret] of [webhook.secret, later.secret, now.secret].entries()) {
        const { v2 } = expected_signatures(secret, received[i]);
        assert.equal(received[i].headers["x-grantex-signature-v2"], v2, `delivery ${i}`);
    }
    assert.equal(new Set([webhook.secret, later.secret, now.secret]).size, 3);
    await finish(server, receiver);
});

test("S-093 a receiver that hangs with 1,000 events queued delays neither others nor requests", async (t) => {
    const hanging = await new Receiver({ reply: () => true }).listen(); // reads and never answers
    const receiver = await new Receiver().listen();
    const [server, undisturbed] = [await start(), await start()];
    const [api, other] = [server.sandbox(), server.api()];
    const agent = await api.agent_id();
    const hung = await register(api, hanging.url);
    await Promise.all(Array.from({ length: 500 }, () => api.grant(agent)));
    await hanging.until(1);
    assert.ok((await api.get(`/v1/webhooks/${hung.id}/deliveries?status=pending`)).body.total >= 990);

    await register(other, receiver.url, ["grant.revoked"]);
    const others_agent = await other.agent_id();
    const asked = await other.authorize(others_agent);
    const path = `/v1/consent/${asked.authRequestId}/approve`;
    const { code } = await server.api("").must(200, "POST", path, {});
    const { grantId } = (await other.exchange(others_agent, { ...asked, code })).body;
    const begun = performance.now();
    await other.revoke(grantId);
    await receiver.until(1);
    const delay = receiver.received[0].at - begun;
    t.diagnostic(`the other endpoint waited ${delay.toFixed(0)} ms`);
    assert.ok(delay < 2000, `${delay} ms`);

    // Beside a server without such a receiver, call by call, so that the machine's noise is theirs
    // alike; into whose calls the rest falls is chance: one quiet round of six is enough.
    const quiet = undisturbed.sandbox();
    const quiet_agent = await quiet.agent_id();
    const calls = {
        hanging: () => api.get(`/v1/agents/${agent}`),
        quiet: () => quiet.get(`/v1/agents/${quiet_agent}`),
    };
    await time_in_turn(200, calls); // warm
    const ratios = [];
    for (let round = 0; round < 6 && !ratios.some((ratio) => ratio < 1.2); ++round) {
        const times = await time_in_turn(rounds(2000), calls);
        ratios.push(percentile(times.hanging, 0.99) / percentile(times.quiet, 0.99));
    }
    t.diagnostic(`p99 beside it: ${ratios.map((ratio) => ratio.toFixed(2)).join(", ")} times`);
    assert.ok(ratios.at(-1) < 1.2, `${ratios}`);
    await finish(server, hanging, receiver);
    await finish(undisturbed);
});

test("a receiver that was down loses nothing, and its backlog drains at 500 a second", async (t) => {
    const server = await start();
    const api = server.sandbox();
    const receiver = await new Receiver().listen();
    const { port } = receiver;
    receiver.close(); // nobody listens there now
    const webhook = await register(api, receiver.url);
    const agent = await api.agent_id();
    for (let i = 0; i < rounds(5); ++i)
        await Promise.all(Array.from({ length: 100 }, () => api.grant(agent)));
    await until("every one was tried", async () => {
        const newest = await log_of(api, webhook.id);
        return newest.every(({ attempts }) => attempts > 0);
    }, 60_000);
    await server.stop();
    // Four hours go by while it is down: everything that waits is due.
    const four_hours = 4 * 3600 * 1000;
    run_sql(server.data_dir, `UPDATE deliveries SET due_at = due_at - ${four_hours} WHERE due_at > 0`);
    // Without alerts, for which nobody asked.
    const asked = "SELECT id FROM events WHERE type NOT LIKE 'anomaly.%' ORDER BY id";
    const written = read_rows(server.data_dir, asked).map(([id]) => id);
    const back = await new Receiver().listen(port);
    await server.restart();
    const before = cpu_milliseconds(server.pid);
    await back.until(written.length, 60_000);
    const spent = (cpu_milliseconds(server.pid) - before) / written.length;
    const seconds = (back.received.at(-1).at - back.received[0].at) / 1000;
    const rate = written.length / seconds;
    t.diagnostic(`${written.length} events at ${rate.toFixed(0)} a second, ${spent.toFixed(2)} ms of a processor each`);
    assert.deepEqual(new Set(back.ids()), new Set(written));
    // 500 a second, by what the server spends: the time that passes is also that of its neighbours.
    assert.ok(spent < 2, `${spent} ms an event`);
    assert.ok(rate > 100, `${rate} a second`);
    await finish(server, back);
});
