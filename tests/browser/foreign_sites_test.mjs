// Other sites can neither decide in a person's place nor show the page inside their own.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { open_browser, start_chromium } from "./chromium.mjs";
import {
    allow_button,
    ask,
    heading,
    start_consent_server,
    start_site,
    status_of,
} from "./consent.mjs";

let chromium;
const sites = {};
before(async () => {
    chromium = await start_chromium();
    // Another port of the same host is the same site to cookies, but another origin.
    sites["another port"] = await start_site("127.0.0.1");
    sites["another host"] = await start_site("localhost");
});
after(async () => {
    await chromium?.close();
    for (const site of Object.values(sites)) await site.stop();
});

// Everything the real form sends, from somewhere else.
const forged_form = (server, request, csrf, attributes = "") => `
    <form method="post" action="${server.base}/consent" ${attributes}>
      <input name="req" value="${request.id}"><input name="csrf" value="${csrf}">
      <input name="decision" value="approve">
    </form><script>document.forms[0].submit()</script>`;

const forged_frame = (server, request, csrf) => {
    const document = forged_form(server, request, csrf).replaceAll("&", "&amp;");
    return `<iframe sandbox="allow-forms allow-scripts"
                    srcdoc="${document.replaceAll('"', "&quot;")}"></iframe>`;
};

const forged_fetch = (server, request, csrf) => `
    <script>
      const headers = { "content-type": "text/plain", "x-csrf-token": ${JSON.stringify(csrf)} };
      const url = ${JSON.stringify(`${server.base}/v1/consent/${request.id}/approve`)};
      const tries = [
        fetch(url, { method: "POST", mode: "no-cors", credentials: "include" }),
        fetch(url, { method: "POST", credentials: "include" }),
        fetch(url, { method: "POST", credentials: "include", headers }),
      ];
      Promise.allSettled(tries).then((all) => (document.title = all.map((one) => one.status)));
    </script>`;

// What a frame is refused is not shown in it, so the server's log has to say that it was asked.
const refusals = (server) => server.log().split("POST /consent 403").length - 1;

async function one_more_refusal(server, before) {
    for (let tries = 0; tries < 100 && refusals(server) === before; ++tries) await sleep(50);
    assert.equal(refusals(server), before + 1);
}

for (const level of ["none", "link"]) {
    describe(`S-054 level ${level}`, () => {
        let server;
        before(async () => (server = await start_consent_server(level)));
        after(() => server?.stop());

        // The person has the page open; an attacker knows all that is in it.
        const victim = async () => {
            const request = await ask(server);
            const { context, page } = await open_browser(chromium, { origins: [] });
            await page.goto(request.url);
            const csrf = await page.locator("input[name=csrf]").inputValue();
            return { request, context, page, csrf, foreign: await context.newPage() };
        };
        const assert_still_undecided = async ({ request, page, context }) => {
            assert.equal(await status_of(server, request), "pending");
            await allow_button(page).click();
            assert.equal(await heading(page), "You allowed this request");
            await context.close();
        };

        for (const name of ["another port", "another host"]) {
            test(`a form that ${name} submits is refused`, async () => {
                const all = await victim();
                const site = sites[name];
                site.pages["/attack"] = forged_form(server, all.request, all.csrf);
                const refused = all.foreign.waitForResponse(`${server.base}/consent`);
                await all.foreign.goto(`${site.base}/attack`);
                assert.equal((await refused).status(), 403);
                await all.foreign.waitForURL(`${server.base}/consent`);
                assert.equal(await heading(all.foreign), "We did not accept this decision");
                await assert_still_undecided(all);
            });

            test(`a form in a sandboxed frame of ${name} is refused`, async () => {
                const all = await victim();
                const site = sites[name];
                site.pages["/attack"] = forged_frame(server, all.request, all.csrf);
                const before = refusals(server);
                await all.foreign.goto(`${site.base}/attack`);
                await one_more_refusal(server, before);
                await assert_still_undecided(all);
            });

            test(`script of ${name} cannot call the decision either`, async () => {
                const all = await victim();
                const site = sites[name];
                site.pages["/attack"] = forged_fetch(server, all.request, all.csrf);
                await all.foreign.goto(`${site.base}/attack`);
                await all.foreign.waitForFunction(() => document.title);
                // no-cors is sent and its answer hidden; the others may not read theirs.
                assert.equal(await all.foreign.title(), "fulfilled,rejected,rejected");
                await assert_still_undecided(all);
            });

            test(`a frame of ${name} stays empty`, async () => {
                const all = await victim();
                const site = sites[name];
                site.pages["/attack"] = `<iframe src="${all.request.url}"></iframe>`;
                const failed = all.foreign.waitForEvent("requestfailed");
                await all.foreign.goto(`${site.base}/attack`);
                assert.equal((await failed).failure().errorText, "net::ERR_BLOCKED_BY_RESPONSE");
                const [, frame] = all.foreign.frames();
                assert.equal(await frame.getByText("act for you").count(), 0);
                assert.equal(await frame.locator("form").count(), 0);
                await assert_still_undecided(all);
            });

            test(`a window opened by ${name} cannot be reached from there`, async () => {
                const all = await victim();
                const site = sites[name];
                const url = JSON.stringify(all.request.url);
                site.pages["/attack"] = `<button>Open</button><script>
                    const open_it = () => (window.opened = window.open(${url}));
                    document.querySelector("button").onclick = open_it;</script>`;
                await all.foreign.goto(`${site.base}/attack`);
                const popup = all.context.waitForEvent("page");
                await all.foreign.getByRole("button").click();
                const opened = await popup;
                assert.equal(await heading(opened), "Let Trip Planner act for you?");
                assert.equal(await opened.evaluate(() => window.opener), null);
                assert.equal(await all.foreign.evaluate(() => window.opened.closed), true);
                await assert_still_undecided(all);
            });
        }

        test("S-051 the page's policy allows no inline script and no frames, and nothing is cached",
            async () => {
                const site = sites["another port"];
                const authorize = { redirectUri: `${site.base}/callback` };
                const request = await ask(server, { authorize });
                const { headers } = await fetch(request.url);
                const policy = headers.get("content-security-policy");
                assert.doesNotMatch(policy, /unsafe|\*|data:|https?:(?!\/\/127)/);
                for (const part of [
                    "default-src 'none'",
                    "script-src 'self'",
                    "frame-ancestors 'none'",
                    "base-uri 'none'",
                    `form-action 'self' ${site.base}`,
                ])
                    assert.ok(policy.split("; ").includes(part), part);
                assert.equal(headers.get("x-frame-options"), "DENY");
                assert.equal(headers.get("referrer-policy"), "no-referrer");
                assert.equal(headers.get("cache-control"), "no-store");
                assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
            });

        test("script that got into the page would not run", async () => {
            const all = await victim();
            const ran = await all.page.evaluate(() => {
                const script = document.createElement("script");
                script.textContent = "window.injected = true";
                document.body.append(script);
                const image = '<img src="data:," onerror="injected = true">';
                document.body.insertAdjacentHTML("beforeend", image);
                return new Promise((done) => setTimeout(() => done(window.injected), 300));
            });
            assert.equal(ran, undefined);
            await assert_still_undecided(all);
        });
    });
}

test("S-061 the app learns neither the link nor the page's address from the way back", async () => {
    const server = await start_consent_server("link");
    const site = sites["another host"];
    const seen = [];
    const request = await ask(server, { authorize: { redirectUri: `${site.base}/callback` } });
    const { context, page } = await open_browser(chromium, { origins: [] });
    page.on("request", (sent) => {
        if (sent.url().startsWith(site.base)) seen.push(sent.allHeaders());
    });
    await page.goto(request.url);
    await allow_button(page).click();
    await page.waitForURL(`${site.base}/callback?**`);
    const [first] = await Promise.all(seen);
    assert.equal(first.referer, undefined);
    await context.close();
    await server.stop();
});
