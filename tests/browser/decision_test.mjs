// A person decides, and the app gets what was decided: at every level there is, with and without script,
// with the mouse and with the keyboard.
import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { after, before, describe, test } from "node:test";

import { open_browser, start_chromium } from "./chromium.mjs";
import {
    allow_button,
    arrival,
    ask,
    deny_button,
    exchange,
    heading,
    open_session,
    start_consent_server,
    start_site,
    status_of,
} from "./consent.mjs";

const require = createRequire(new URL("../clients/package.json", import.meta.url));

let chromium;
let app;
before(async () => {
    chromium = await start_chromium();
    app = await start_site();
});
after(async () => {
    await chromium?.close();
    await app?.stop();
});

for (const level of ["none", "link", "session"]) {
    for (const javaScriptEnabled of [true, false]) {
        describe(`S-052 level ${level}, script ${javaScriptEnabled ? "on" : "off"}`, () => {
            let server;
            before(async () => (server = await start_consent_server(level)));
            after(() => server?.stop());

            const open = async (request) => {
                const origins = [server.base, app.base];
                const browser = await open_browser(chromium, { origins, javaScriptEnabled });
                if (level !== "session") {
                    await browser.page.goto(request.url);
                    return browser;
                }
                const { consentUrl } = await open_session(server, request);
                await browser.page.goto(consentUrl);
                // Without script the page says why it cannot read the link's end, and takes it.
                const field = browser.page.getByLabel("Paste the whole link here");
                assert.equal(await field.isVisible(), !javaScriptEnabled);
                if (!javaScriptEnabled) await field.fill(consentUrl);
                return browser;
            };
            const redirectUri = () => `${app.base}/callback?tenant=7`;

            test("Allow brings the app a code that becomes a token which verifies", async () => {
                const request = await ask(server, { authorize: { redirectUri: redirectUri() } });
                const { context, page, troubles } = await open(request);
                await allow_button(page).click();

                const { code, ...rest } = await arrival(page, app);
                assert.deepEqual(rest, { tenant: "7", state: request.state });
                assert.equal(await status_of(server, request), "gone");
                const stolen = await exchange(server, request, code, "x".repeat(43));
                assert.equal(stolen.status, 400);
                await token_verifies(server, request, code);
                assert.deepEqual(troubles, []);
                await context.close();
            });

            test("Don't allow brings the app access_denied and no code", async () => {
                const request = await ask(server, { authorize: { redirectUri: redirectUri() } });
                const { context, page, troubles } = await open(request);
                await deny_button(page).click();

                const expected = { tenant: "7", error: "access_denied", state: request.state };
                assert.deepEqual(await arrival(page, app), expected);
                assert.equal(await status_of(server, request), "gone");
                assert.deepEqual(troubles, []);
                await context.close();
            });

            test("the keyboard reaches Don't allow first, then Allow", async () => {
                for (const [tabs, parameter] of [[1, "error"], [2, "code"]]) {
                    const authorize = { redirectUri: redirectUri() };
                    const { context, page } = await open(await ask(server, { authorize }));
                    for (let i = 0; i < tabs; ++i) await page.keyboard.press("Tab");
                    await page.keyboard.press("Enter");
                    assert.ok(parameter in (await arrival(page, app)), parameter);
                    await context.close();
                }
            });

            test("without a redirect URI the page itself says what was decided", async () => {
                const outcomes = [
                    [allow_button, "You allowed this request", "Allowed - Authorization Request"],
                    [deny_button, "You did not allow this request",
                        "Not allowed - Authorization Request"],
                ];
                for (const [button, question, title] of outcomes) {
                    const request = await ask(server);
                    const { context, page, troubles } = await open(request);
                    await button(page).click();
                    assert.equal(await heading(page), question);
                    assert.equal(await page.title(), title);
                    assert.match(await page.locator("main").innerText(), /Trip Planner/);
                    assert.equal(await page.locator("form, button").count(), 0);
                    assert.equal(await status_of(server, request), "gone");
                    assert.deepEqual(troubles, []);
                    await context.close();
                }
            });

            test("a sent decision is not sent twice by reloading", async () => {
                const { context, page } = await open(await ask(server));
                await deny_button(page).click();
                await page.reload();
                assert.equal(await heading(page), "This request is already decided");
                await context.close();
            });
        });
    }
}

// As any service would check it: with nothing but the published keys.
async function token_verifies(server, request, code) {
    const { createRemoteJWKSet, jwtVerify } = await import(require.resolve("jose"));
    const exchanged = await exchange(server, request, code);
    assert.equal(exchanged.status, 201, JSON.stringify(exchanged.body));
    const keys = createRemoteJWKSet(new URL(`${server.base}/.well-known/jwks.json`));
    const { payload } = await jwtVerify(exchanged.body.grantToken, keys, { issuer: server.base });
    assert.equal(payload.sub, "maria@example.com");
    assert.deepEqual(payload.scp, ["calendar:read", "payments:initiate:max_250"]);
}
