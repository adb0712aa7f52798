// Nothing a developer, agent or principal is called runs, loads, hides or adds anything.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { enter_and_arrive, open_browser, start_chromium } from "./chromium.mjs";
import {
    allow_button,
    arrival,
    ask,
    deny_button,
    heading,
    start_site,
} from "./consent.mjs";
import { start_server } from "../support/server.mjs";
import { hostile_names } from "./hostile_names.mjs";

let chromium;
let server;
let app;
before(async () => {
    chromium = await start_chromium();
    // Every name is a developer of its own, more than the usual limit of signups lets in.
    const env = { GRANTEXD_CONSENT_AUTH: "link", GRANTEXD_RATE_PROFILE: "off" };
    server = await start_server({ env });
    app = await start_site();
});
after(async () => {
    await chromium?.close();
    await server?.stop();
    await app?.stop();
});

// Scopes have no spaces, and at most 256 bytes.
function scope_of(text) {
    let scope = text.replace(/[\s\p{Cc}\p{Cf}\p{Z}]+/gu, "_");
    while (Buffer.byteLength(scope) > 250) scope = [...scope].slice(0, -1).join("");
    return scope;
}

// A developer of that name asks, with the same words in every field that takes them.
async function ask_as(text, redirectUri) {
    const developer = { name: text, mode: "live" };
    const { apiKey } = await server.api(null).must(201, "POST", "/v1/signup", developer);
    const scopes = [`${scope_of(text)}:read`, scope_of(text), "email:send"];
    return ask(server, {
        key: apiKey,
        agent: { name: text, description: text, scopes: [] },
        authorize: { scopes, principalId: text, audience: text, state: text, redirectUri },
    });
}

// Every kind of element and attribute there is: "main li class".
const parts_of = (page) =>
    page.evaluate(() => {
        const parts = [...document.querySelectorAll("*")].flatMap((element) => {
            const kind = `${element.closest("main") ? "main " : ""}${element.localName}`;
            return [kind, ...element.getAttributeNames().map((name) => `${kind} ${name}`)];
        });
        return [...new Set(parts)].sort();
    });

const sideways = (page) =>
    page.evaluate(() => {
        const { scrollWidth, clientWidth } = document.documentElement;
        return scrollWidth - clientWidth;
    });

// innerText has line ends of its own; all else without a shape has no place on the page.
const invisible = /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

async function assert_readable(page) {
    const shown = await page.locator("body").innerText();
    assert.doesNotMatch(shown, invisible);
    assert.match(await heading(page), /^Let .+ act for you\?$/s);
    for (const button of [deny_button(page), allow_button(page)]) {
        assert.equal(await button.count(), 1);
        const box = await button.boundingBox();
        const { width, height } = page.viewportSize();
        const in_sight = box.y + box.height <= height && box.x + box.width <= width;
        assert.ok(in_sight, "a button is out of sight");
    }
    assert.equal(await page.getByRole("button").count(), 2);
    assert.equal(await sideways(page), 0);
}

describe("S-055 every hostile name stays text", () => {
    let usual;
    before(async () => {
        const { context, page } = await open_browser(chromium, { origins: [server.base] });
        await page.goto((await ask_as("Trip Planner", `${app.base}/callback`)).url);
        usual = await parts_of(page);
        await context.close();
    });

    for (const [what, text] of Object.entries(hostile_names)) {
        test(what, async () => {
            const request = await ask_as(text, `${app.base}/callback`);
            const origins = [server.base, app.base];
            const { context, page, troubles } = await open_browser(chromium, { origins });
            await page.goto(request.url);
            await page.setViewportSize({ width: 1280, height: 720 });
            await assert_readable(page);
            await page.setViewportSize({ width: 320, height: 640 });
            await assert_readable(page);
            assert.deepEqual(await parts_of(page), usual);
            assert.equal(await page.locator("script").count(), 1);
            assert.equal(await page.title(), "Authorization Request");

            await allow_button(page).click();
            assert.equal((await arrival(page, app)).state, text);
            assert.deepEqual(troubles, []);
            await context.close();
        });
    }
});

test("S-055 the page that says how it ended repeats hostile names as text, too", async () => {
    for (const text of Object.values(hostile_names)) {
        const request = await ask_as(text);
        const origins = [server.base];
        const { context, page, troubles } = await open_browser(chromium, { origins });
        await page.goto(request.url);
        await deny_button(page).click();
        assert.equal(await heading(page), "You did not allow this request");
        assert.equal(await sideways(page), 0);
        assert.equal(await page.locator("main a, main form, main img, main script").count(), 0);
        assert.deepEqual(troubles, []);
        await context.close();
    }
});

test("S-064 a name that mixes alphabets is pointed out", async () => {
    const request = await ask(server, { agent: { name: "P\u0430yPal Support" } });
    const { context, page } = await open_browser(chromium, { origins: [server.base] });
    await page.goto(request.url);
    assert.match(await page.locator("main").innerText(), /letters of different alphabets/);
    await context.close();
});

test("S-065 a hundred scopes of full length leave both answers in sight", async () => {
    const letters = "abcdefghij".repeat(26);
    const scopes = Array.from({ length: 100 }, (_, i) => `${i}${letters}`.slice(0, 256));
    const request = await ask(server, { agent: { scopes: [] }, authorize: { scopes } });
    const { context, page } = await open_browser(chromium, { origins: [server.base] });
    const answer = await page.goto(request.url);
    assert.ok((await answer.body()).length < 200_000);
    await assert_readable(page);
    assert.equal(await page.locator(".scopes li").count(), 100);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.value), "deny");
    await enter_and_arrive(page);
    assert.equal(await heading(page), "You did not allow this request");
    await context.close();
});
