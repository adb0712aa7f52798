// What an app does around the consent page: it asks for permission, waits at its redirect URI and
// exchanges the code. And how a person finds their way on the page.
import { createServer } from "node:http";

import { start_server } from "../support/server.mjs";

export const heading = (page) => page.locator("h1").innerText();
export const deny_button = (page) => page.getByRole("button", { name: "Don't allow", exact: true });
export const allow_button = (page) => page.getByRole("button", { name: "Allow", exact: true });

export const start_consent_server = (level) =>
    start_server({ env: { GRANTEXD_CONSENT_AUTH: level } });

// Registers an agent and asks for permission; `agent` and `authorize` replace fields of these.
export async function ask(server, { agent = {}, authorize = {}, key } = {}) {
    const api = server.api(key);
    const scopes = authorize.scopes ?? ["calendar:read", "payments:initiate:max_250"];
    const { agentId } = await api.must(201, "POST", "/v1/agents", {
        name: "Trip Planner",
        description: "Finds and books trips",
        scopes,
        ...agent,
    });
    const fields = { principalId: "maria@example.com", scopes, state: "s &=#?+/%", ...authorize };
    const asked = await api.authorize(agentId, fields);
    return {
        id: asked.authRequestId,
        url: asked.consentUrl,
        url_without_secret: `${server.base}/consent?req=${asked.authRequestId}`,
        agent_id: agentId,
        state: fields.state,
        verifier: asked.verifier,
    };
}

// A consent session that the app opens for its person: {sessionToken, consentUrl, ...}
export const open_session = (server, request, principalId = "maria@example.com") =>
    server.api().must(201, "POST", "/v1/principal-sessions", {
        principalId,
        authRequestId: request.id,
    });

export const exchange = (server, request, code, verifier = request.verifier) =>
    server.api().exchange(request.agent_id, { code, verifier });

// pending, or "gone" once it is decided or expired.
export async function status_of(server, request) {
    const response = await fetch(`${server.base}/v1/consent/${request.id}`);
    return response.status === 410 ? "gone" : (await response.json()).status;
}

// A site of its own: answers `pages[path]`, else a small page.
export async function start_site(host = "127.0.0.1", pages = {}) {
    const http = createServer((request, response) => {
        const url = new URL(request.url, "http://site");
        if (url.pathname === "/favicon.ico") return response.writeHead(204).end();
        response.writeHead(200, { "content-type": "text/html; charset=utf-8" });
        const page = pages[url.pathname] ?? "<title>Back in the app</title><p>Welcome back.";
        return response.end("<!doctype html><html lang=en><meta charset=utf-8>" + page);
    });
    await new Promise((resolve) => http.listen(0, host, resolve));
    return {
        base: `http://${host}:${http.address().port}`,
        pages,
        stop: () => new Promise((resolve) => http.close(resolve) && http.closeAllConnections()),
    };
}

// Waits until the browser is back at the app and returns the query it came with.
export async function arrival(page, site) {
    await page.waitForURL((url) => url.origin === site.base);
    return Object.fromEntries(new URL(page.url()).searchParams);
}
