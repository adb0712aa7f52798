// Everything that the interface shows of a full world, as a list of answers: to be held against the
// same list of before.
import { fill_path, read_routes } from "../support/routes.mjs";
import { operator_key } from "../support/server.mjs";

// What the program shows of itself, and pages about it.
const of_the_program = ["/metrics", "/openapi.json", "/docs", "/health"];
const is_of_rows = ({ method, path }) =>
    method === "GET" &&
    !of_the_program.includes(path) &&
    !/^\/assets|^\/v1\/events|^\/dashboard|verify/.test(path);

// What each parameter stands for, in the world.
const values = ({ agentId, granted, webhooks, asked }) => ({
    agentId,
    grantId: granted.grantId,
    did: `did:grantex:${agentId}`,
    authRequestId: `${asked.authRequestId}`,
    id: webhooks[0].id,
});

function readings_of(world, server) {
    const by = {
        none: server.api(""),
        developer: server.sandbox(),
        principal: server.api(world.sessionToken),
        operator: server.api(operator_key),
    };
    const known = values(world);
    const readings = [];
    for (const route of read_routes().filter(is_of_rows)) {
        const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
        if (!names.every((name) => known[name]) || !by[route.auth]) continue;
        let path = fill_path(route.path, (name) => known[name]);
        if (path === "/consent" || path.startsWith("/v1/consent"))
            path += new URL(world.asked.consentUrl).search;
        if (path === "/permissions") path += `?session=${world.sessionToken}`;
        readings.push({ path, read: () => by[route.auth].get(path) });
    }
    for (const path of ["/v1/me", "/v1/agents", "/v1/audit/entries"])
        readings.push({ path: `${path} of another`, read: () => server.api().get(path) });
    for (const [index, token] of world.tokens.entries())
        readings.push({
            path: `token ${index}`,
            read: () => by.developer.post("/v1/tokens/verify", { token }),
        });
    return readings;
}

// Without ids of requests and marks that a page is made with.
const without_chance = (text) =>
    text.replace(/"requestId":"[^"]*"/g, "").replace(/name="csrf[^>]*>|nonce-?=?"?[\w+/=-]+/g, "");

// Without what detection, which runs at every start, says of an alert by then.
const without_time = (text) =>
    text
        .replace(/"(lastSeenAt|description)":"[^"]*"|"occurrences":\d+/g, "")
        .replace(/"(context|metadata)":\{[^{}]*\}/g, "");

const steady = (path, text) =>
    path.startsWith("/v1/anomal") ? without_time(without_chance(text)) : without_chance(text);

// [{path, status, text, body}]. An answer that never comes is an error of the caller.
export async function read_everything(world, server) {
    const answers = [];
    for (const { path, read } of readings_of(world, server)) {
        const { status, text, body } = await read();
        answers.push({ path, status, text: steady(path, text), body });
    }
    return answers;
}
