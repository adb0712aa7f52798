// Consent level session: the page reads the proof of who decides from the end of the link, keeps it
// out of every address, and asks for it in words where it cannot.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { enter_and_arrive, open_browser, start_chromium } from "./chromium.mjs";
import {
    allow_button,
    arrival,
    ask,
    deny_button,
    heading,
    open_session,
    start_consent_server,
    start_site,
    status_of,
} from "./consent.mjs";

const allowed = "You allowed this request";
const unproven = "Error: we could not tell that it is you.";

let chromium;
let server;
let app;
before(async () => {
    chromium = await start_chromium();
    server = await start_consent_server("session");
    app = await start_site();
});
after(async () => {
    await chromium?.close();
    await server?.stop();
    await app?.stop();
});

const open = async (url, options = {}) => {
    const origins = [server.base, app.base];
    const browser = await open_browser(chromium, { origins, ...options });
    await browser.page.goto(url);
    return browser;
};
const field = (page) => page.getByLabel("Paste the whole link here");

async function assert_unproven(page, request) {
    assert.equal(await page.getByRole("alert").locator("strong").innerText(), unproven);
    assert.match(await page.title(), /^Error: /);
    assert.ok(await field(page).isVisible());
    assert.equal(await status_of(server, request), "pending");
}

test("S-061 neither the secret nor the session stays in an address or reaches another site",
    async () => {
        const authorize = { redirectUri: `${app.base}/callback` };
        const request = await ask(server, { authorize });
        const { sessionToken, consentUrl } = await open_session(server, request);
        const secret = new URL(consentUrl).searchParams.get("k");
        const { context, page, troubles } = await open_browser(chromium, {
            origins: [server.base, app.base],
        });
        const sent = [];
        page.on("request", (one) => sent.push({ url: one.url(), headers: one.allHeaders() }));
        await page.goto(consentUrl);
        await page.waitForURL(request.url_without_secret);
        await allow_button(page).click();
        assert.deepEqual(Object.keys(await arrival(page, app)), ["code", "state"]);

        for (const { url, headers } of sent) {
            assert.ok(!url.includes(sessionToken), url);
            // The link's own secret is in the one address that the app gave out.
            assert.equal(url.includes(secret), url === consentUrl.split("#")[0], url);
            for (const [name, value] of Object.entries(await headers))
                assert.ok(!value.includes(sessionToken) && !value.includes(secret), name);
        }
        assert.deepEqual(troubles, []);
        await context.close();
    });

test("a link that ends in a session decides without a question, and refuses first", async () => {
    const request = await ask(server);
    const { consentUrl } = await open_session(server, request);
    const { context, page, troubles } = await open(consentUrl);
    assert.equal(await field(page).isVisible(), false);
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.value), "deny");
    await page.keyboard.press("Tab");
    await enter_and_arrive(page);
    assert.equal(await heading(page), allowed);
    assert.deepEqual(troubles, []);
    await context.close();
});

test("a reload and a way back keep the session, although the address has lost it", async () => {
    const request = await ask(server);
    const { context, page } = await open((await open_session(server, request)).consentUrl);
    await page.waitForURL(request.url_without_secret);
    await page.reload();
    await page.goto(`${server.base}/consent`);
    await page.goBack();
    assert.equal(await field(page).isVisible(), false);
    await allow_button(page).click();
    assert.equal(await heading(page), allowed);
    await context.close();
});

test("with the plain link the page says what is missing, and refusing needs nothing", async () => {
    const request = await ask(server);
    const { context, page } = await open(request.url);
    const text = await page.locator("main").innerText();
    assert.match(text, /Show that it is you/);
    assert.match(text, /Only maria@example\.com may allow this/);
    assert.match(text, /To refuse you need not give it/);
    await allow_button(page).click();
    await assert_unproven(page, request);
    await deny_button(page).click();
    assert.equal(await heading(page), "You did not allow this request");
    await context.close();
});

describe("a session that proves nothing", () => {
    const others = {
        "of another request": async () => open_session(server, await ask(server)),
        "that has been altered": async (request) => {
            const { sessionToken, consentUrl } = await open_session(server, request);
            const altered = `${sessionToken.slice(0, -6)}AAAAAA`;
            return { consentUrl: consentUrl.replace(sessionToken, altered) };
        },
    };
    for (const [what, other] of Object.entries(others)) {
        test(`${what} is refused, and the right one then counts`, async () => {
            const request = await ask(server);
            const [, session] = (await other(request)).consentUrl.split("#");
            const { context, page } = await open(`${request.url}#${session}`);
            await allow_button(page).click();
            await assert_unproven(page, request);
            await field(page).fill((await open_session(server, request)).consentUrl);
            await allow_button(page).click();
            assert.equal(await heading(page), allowed);
            await context.close();
        });
    }
});

describe("without script", () => {
    const javaScriptEnabled = false;

    test("the page says why it needs the link pasted, and Enter in the field decides nothing",
        async () => {
            const request = await ask(server);
            const { consentUrl } = await open_session(server, request);
            const { context, page } = await open(consentUrl, { javaScriptEnabled });
            const text = await page.locator("main").innerText();
            assert.match(text, /this page needs its script to read it/);
            await allow_button(page).click();
            await assert_unproven(page, request);
            await field(page).fill(consentUrl);
            await field(page).press("Enter");
            assert.equal(await status_of(server, request), "pending");
            await allow_button(page).click();
            assert.equal(await heading(page), allowed);
            await context.close();
        });

    test("the last part alone is enough", async () => {
        const request = await ask(server);
        const { sessionToken, consentUrl } = await open_session(server, request);
        const { context, page } = await open(consentUrl, { javaScriptEnabled });
        await field(page).fill(`  ${sessionToken}\n`);
        await allow_button(page).click();
        assert.equal(await heading(page), allowed);
        await context.close();
    });
});
