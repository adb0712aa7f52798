// Events as they happen: the head of each stream, and who is let in.
import { SseClient, WebSocketClient } from "../../support/event_stream.mjs";
import { refusal, success } from "./case.mjs";

const streams_max = 5; // of a developer and kind
const unknown_event = "evt_01K3ZQ8M5T7V9XB2C4D6F8G0HJ";

const upgrade = {
    connection: "Upgrade",
    upgrade: "websocket",
    "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    "sec-websocket-version": "13",
};

async function open_all(w, Client) {
    for (let i = 0; i < streams_max; ++i) await Client.open(w.api);
}

const server_sent = [
    success("streamEvents", 200, () => ({ query: { types: "grant.created,grant.revoked" } })),
    success(
        "streamEvents",
        200,
        () => ({ query: { since: "2026-09-14T08:30:00.000Z" } }),
        { response: "from a time on" },
    ),
    success(
        "streamEvents",
        200,
        () => ({ headers: { "last-event-id": unknown_event } }),
        { response: "after an unknown event" },
    ),
    refusal("streamEvents", 400, "BAD_REQUEST", "a time that is none", () => ({
        query: { since: "yesterday" },
    })),
    refusal("streamEvents", 429, "TOO_MANY_CONNECTIONS", "a sixth stream", (w) =>
        open_all(w, SseClient),
    ),
];

const over_websocket = [
    success("streamEventsWebSocket", 101, () => ({ headers: upgrade })),
    success(
        "streamEventsWebSocket",
        101,
        async (w) => {
            await open_all(w, WebSocketClient);
            return { headers: upgrade };
        },
        { response: "a sixth, and closes it then" },
    ),
    refusal("streamEventsWebSocket", 426, "UPGRADE_REQUIRED", "a plain request", () => ({})),
    refusal("streamEventsWebSocket", 426, "UPGRADE_REQUIRED", "another version", () => ({
        headers: { ...upgrade, "sec-websocket-version": "8" },
    })),
];

export const streams = [...server_sent, ...over_websocket];
