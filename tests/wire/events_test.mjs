// What the server tells by itself: every event that it can cause has the members of the contract,
// and is the same to a webhook, on a stream of events and on a WebSocket.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { SseClient, WebSocketClient } from "../support/event_stream.mjs";
import { eventually } from "../support/process_state.mjs";
import { start_server } from "../support/server.mjs";
import { fault_of } from "../support/verify_webhook.mjs";
import { deliveries, schema_faults, schemas } from "./contract.mjs";
import { Outside } from "./outside.mjs";
import { shape_differences } from "./shape.mjs";
import { World } from "./world.mjs";

const types = [
    "anomaly.auto_revoked",
    "anomaly.detected",
    "budget.exhausted",
    "budget.threshold",
    "grant.created",
    "grant.revoked",
    "refresh_token.reused",
    "token.issued",
];

let outside, server;
before(async () => {
    outside = await new Outside().open();
    const env = { ...outside.settings, GRANTEXD_REUSE_GRACE: "0s" };
    server = await start_server({ env });
});
after(async () => {
    await server.stop();
    outside.close();
});
const open_world = () => new World(server).open();

async function spend_a_budget({ api }, grantId) {
    const allocation = { grantId, initialBudget: 100, currency: "EUR" };
    await api.must(201, "POST", "/v1/budget/allocate", allocation);
    for (const amount of [50, 30, 20])
        await api.must(200, "POST", "/v1/budget/debit", { grantId, amount });
}

// Each of the types at least once, and grants that end in each of the ways.
async function cause_everything(world) {
    const { api } = world;
    const { agentId, grantId, grantToken, refreshToken } = await world.grant();
    assert.equal((await api.delegate(grantToken, agentId)).status, 201);
    await spend_a_budget(world, grantId);
    assert.equal((await api.refresh(agentId, refreshToken)).status, 201);
    await sleep(5); // in the same millisecond it would be no reuse yet
    assert.equal((await api.refresh(agentId, refreshToken)).status, 400);
    assert.equal((await api.revoke((await world.grant()).grantId)).status, 204);
    await revoke_for_an_anomaly(world);
}

// Detection that runs by itself may see an anomaly first, and leaves its grant as it is.
async function revoke_for_an_anomaly(world) {
    const detect = () => world.api.must(200, "POST", "/v1/anomalies/detect", { autoRevoke: true });
    for (let attempt = 0; attempt < 5; ++attempt) {
        await world.grant({ scopes: ["payments:refund"] });
        if ((await detect()).autoRevokedGrants > 0) return;
    }
    assert.fail("no grant was revoked for an anomaly");
}

const data_schema = (type) => {
    const name = type.replace(/(?:^|[._-])([a-z])/g, (_, letter) => letter.toUpperCase());
    return { $ref: `#/$defs/${schemas[`${name}Data`] ? name : "OtherEvent"}Data` };
};
// Beside what their schemas require: "grantId, agentId, principalId, action, usedAt".
const members_of_reuse = ["action", "agentId", "grantId", "principalId", "usedAt"];

// Everything in which the events are not what the contract says of their types.
function event_faults(events, schema) {
    const faults = events.flatMap((event) => [
        ...schema_faults({ $ref: `#/$defs/${schema}` }, event),
        ...schema_faults(data_schema(event.type), event.data),
    ]);
    const reuse = events.find(({ type }) => type === "refresh_token.reused");
    assert.deepEqual(Object.keys(reuse.data).sort(), members_of_reuse);
    assert.deepEqual([...new Set(events.map(({ type }) => type))].sort(), types);
    return faults;
}

// All of them have come when the last one has.
const has_all = (events) => events.some(({ type }) => type === "anomaly.auto_revoked");

function header_faults({ headers }) {
    return deliveries.grantexEvent.headers.flatMap(({ name, required, schema }) => {
        const text = headers[name.toLowerCase()];
        if (text === undefined) return required ? [`${name} is missing`] : [];
        const value = schema.type === "integer" ? Number(text) : text;
        return schema_faults(schema, value).map((fault) => `${name} ${fault}`);
    });
}

test("a webhook gets every type as the contract has it, signed anew", async () => {
    const world = await open_world();
    const endpoint = { url: outside.url, events: types };
    const { secret } = await world.api.must(201, "POST", "/v1/webhooks", endpoint);
    await cause_everything(world);
    const { received } = outside.receiver;
    assert.ok(await eventually(() => has_all(received.map(({ event }) => event))));
    for (const delivery of received) {
        assert.deepEqual(header_faults(delivery), []);
        assert.equal(fault_of(delivery, secret), null);
        assert.deepEqual(Object.keys(delivery.event), ["id", "type", "createdAt", "data"]);
        assert.equal(delivery.headers["x-grantex-event"], delivery.event.type);
        assert.equal(delivery.headers["x-grantex-event-id"], delivery.event.id);
    }
    const events = received.map(({ event }) => event);
    assert.deepEqual(event_faults(events, "EventEnvelope"), []);
    const { examples } = deliveries.grantexEvent.content["application/json"];
    for (const example of Object.values(examples)) {
        const event = events.find(({ type }) => type === example.type);
        assert.deepEqual(shape_differences(example, event), {}, example.type);
    }
});

test("a grant that ends says by whom, why, and with which others", async () => {
    const world = await open_world();
    const stream = await SseClient.open(world.api, { query: "?types=grant.revoked" });
    await cause_everything(world);
    const revoked = (await stream.until_frames(4)).map(({ event }) => event.data);
    stream.close();
    const root = revoked.find(({ cascade }) => cascade);
    const child = revoked.find(({ cascadedFrom }) => cascadedFrom);
    const [by_hand, by_anomaly] = revoked.slice(2);
    assert.deepEqual([root.revokedBy, root.reason], ["system", "refresh_token_reuse"]);
    assert.deepEqual([root.cascade, root.descendantCount], [true, 1]);
    assert.equal(child.cascadedFrom, root.grantId);
    assert.deepEqual([by_hand.revokedBy, by_hand.reason], ["developer", undefined]);
    assert.deepEqual([by_hand.cascade, by_hand.descendantCount], [false, 0]);
    assert.deepEqual([by_anomaly.revokedBy, by_anomaly.reason], ["system", "anomaly"]);
});

test("a stream of events carries every type with a copy of its data", async () => {
    const world = await open_world();
    const stream = await SseClient.open(world.api);
    await cause_everything(world);
    const events = () => stream.frames.map(({ event }) => event);
    assert.ok(await eventually(() => has_all(events())));
    stream.close();
    assert.deepEqual(event_faults(events(), "StreamFrame"), []);
    for (const { id, event } of stream.frames) {
        assert.equal(id, event.id);
        assert.deepEqual(event.payload, event.data);
    }
});

test("a WebSocket carries every type with a copy of its data", async () => {
    const world = await open_world();
    const socket = await WebSocketClient.open(world.api);
    await cause_everything(world);
    assert.ok(await eventually(() => has_all(socket.events)));
    socket.close();
    assert.deepEqual(event_faults(socket.events, "StreamFrame"), []);
    for (const event of socket.events) assert.deepEqual(event.payload, event.data);
});
