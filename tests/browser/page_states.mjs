// Brings a browser to each state the page can be in.
import { setTimeout as sleep } from "node:timers/promises";

import { allow_button, ask, deny_button, open_session } from "./consent.mjs";

// The servers that the states need, by their consent level.
export const levels = ["none", "link", "session", "passkey"];

const agent = {
    name: "Trip Planner",
    description: "Finds trips that fit your calendar and books them when you say so.",
    scopes: ["calendar:read", "calendar:write", "email:send", "payments:initiate:max_250"],
};
const authorize = {
    scopes: [...agent.scopes, "contacts:read", "com.nimbus.points:redeem"],
    audience: "https://api.bookings.example",
    redirectUri: "http://127.0.0.1:8080/callback",
};
const usual = { agent, authorize };
const staying = { agent, authorize: { ...authorize, redirectUri: undefined } };

const long = {
    agent: {
        name: "The Exceptionally Thorough Travel and Calendar Planning Assistant of Nimbus",
        description: "Plans, books, pays, moves and cancels journeys and meetings. ".repeat(10),
        scopes: [],
    },
    authorize: {
        ...authorize,
        principalId: `${"a-very-long-account-name-without-spaces".repeat(4)}@example.com`,
        expiresIn: "30d",
        scopes: [
            ...authorize.scopes,
            "files:delete",
            "payments:approve",
            "database:admin",
            "tool:warehouse:delete:orders:capped:50",
            "profile:read:since_2026-01-01",
            "read",
            `com.nimbus.${"loyalty".repeat(8)}:create:max_5000`,
            ...Array.from({ length: 12 }, (_, i) => `custom-area-${i}:manage`),
        ],
    },
};

const opened = (level, what, url = (request) => request.url) => async (page, servers) => {
    const request = await ask(servers[level], what);
    await page.goto(url(request));
    return request;
};

const reach = {
    consent_none: opened("none", usual),
    consent_link: opened("link", usual),
    consent_staying: opened("link", staying),
    look_only: opened("link", usual, (request) => request.url_without_secret),
    long: opened("link", long),
    mixed_alphabets: opened("link", {
        agent: { ...agent, name: "P\u0430yPal Support" }, // a Cyrillic a
        authorize,
    }),
    problem: async (page, servers) => {
        await reach.consent_link(page, servers);
        await page.context().clearCookies();
        await allow_button(page).click();
        await page.getByRole("alert").waitFor();
    },
    session_found: async (page, servers) => {
        const request = await ask(servers.session, usual);
        await page.goto((await open_session(servers.session, request)).consentUrl);
    },
    session_asked: opened("session", usual),
    session_problem: async (page, servers) => {
        await reach.session_asked(page, servers);
        await allow_button(page).click();
        await page.getByRole("alert").waitFor();
    },
    passkey: opened("passkey", usual),
    approved: async (page, servers) => {
        await reach.consent_staying(page, servers);
        await allow_button(page).click();
        await page.getByRole("heading", { name: "You allowed" }).waitFor();
    },
    denied: async (page, servers) => {
        await reach.consent_staying(page, servers);
        await deny_button(page).click();
        await page.getByRole("heading", { name: "You did not allow" }).waitFor();
    },
    decided: async (page, servers) => {
        const request = await reach.consent_staying(page, servers);
        await deny_button(page).click();
        await page.getByRole("heading", { name: "You did not allow" }).waitFor();
        await page.goto(request.url);
    },
    expired: async (page, servers) => {
        const brief = { agent, authorize: { ...authorize, expiresIn: "1s" } };
        const request = await opened("link", brief)(page, servers);
        await sleep(1100);
        await page.goto(request.url);
    },
    unknown: (page, servers) => page.goto(`${servers.link.base}/consent?req=areq_unknown`),
    cross_site: async (page, servers) => {
        await reach.consent_link(page, servers);
        await page.locator("input[name=csrf]").evaluate((field) => (field.value = "another"));
        await allow_button(page).click();
        await page.getByRole("heading", { name: "We did not accept" }).waitFor();
    },
};

export const states = Object.keys(reach);

// `servers` holds one started with each of `levels`.
export async function reach_state(page, servers, state) {
    await reach[state](page, servers);
}
