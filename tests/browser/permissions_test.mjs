// A person opens their permissions with the link, looks, and stops: with and without script, with
// the mouse and with the keyboard. And the session stays out of everything that is seen or stored.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { open_browser, start_chromium } from "./chromium.mjs";
import { start_site } from "./consent.mjs";
import { hostile_names } from "./hostile_names.mjs";
import {
    allow,
    heading,
    link_field,
    open_button,
    person_with_agents,
    session_of,
    status_in_focus,
    stop_all_button,
    stop_button,
} from "./permissions.mjs";
import { eventually } from "../support/process_state.mjs";
import { start_server } from "../support/server.mjs";

let chromium;
let server;
before(async () => {
    chromium = await start_chromium();
    server = await start_server();
});
after(async () => {
    await chromium?.close();
    await server?.stop();
});

const browser = (options = {}) => open_browser(chromium, { origins: [server.base], ...options });
const status = (page) => page.getByRole("status");
const allowed = (page) => page.getByRole("heading", { name: "What you allowed" });
const is_active = async ({ api }, grant) =>
    (await api.must(200, "GET", `/v1/grants/${grant.grantId}`)).status === "active";

for (const javaScriptEnabled of [true, false]) {
    describe(`script ${javaScriptEnabled ? "on" : "off"}`, () => {
        const open = async (known) => {
            const all = await browser({ javaScriptEnabled });
            await all.page.goto(known.url);
            if (!javaScriptEnabled) {
                await link_field(all.page).fill(known.url);
                await open_button(all.page).click();
            }
            await allowed(all.page).waitFor();
            return all;
        };

        test("the link shows what was allowed, the riskiest first", async () => {
            const known = await person_with_agents(server);
            const { context, page, troubles } = await open(known);
            assert.equal(await heading(page), "Manage Permissions");
            assert.equal(await page.title(), "Manage Permissions");
            const names = await page.locator(".agents h3").allInnerTexts();
            assert.deepEqual(names, ["Trip Planner", "Mail Sorter", "Fare Watcher"]);
            const under = page.locator(`#${known.grants.planner.grantId} .subs`).first();
            assert.match(await under.innerText(), /Seat Finder/);
            assert.match(await under.locator(".subs").innerText(), /^Seat Map Reader/);
            assert.equal(page.url(), `${server.base}/permissions`);
            assert.deepEqual(troubles, []);
            await context.close();
        });

        test("Stop asks first; Keep leads back to the same agent", async () => {
            const known = await person_with_agents(server);
            const { context, page, troubles } = await open(known);
            await stop_button(page, "Fare Watcher").click();
            assert.equal(await heading(page), "Stop Fare Watcher?");
            await page.getByRole("button", { name: "Keep" }).click();
            await allowed(page).waitFor();
            assert.equal(new URL(page.url()).hash, `#${known.grants.watcher.grantId}`);
            const in_sight = async () => {
                const { y, height } = await stop_button(page, "Fare Watcher").boundingBox();
                return y >= 0 && y + height <= page.viewportSize().height;
            };
            assert.ok(await eventually(in_sight)); // scrolled to when the next frame is drawn
            await page.keyboard.press("Tab");
            const focused = await page.locator(":focus").getAttribute("aria-label");
            assert.equal(focused, "Stop Fare Watcher");
            assert.ok(await is_active(known, known.grants.watcher));
            assert.deepEqual(troubles, []);
            await context.close();
        });

        test("Stop ends the agent with its sub-agents, and says so where the focus is", async () => {
            const known = await person_with_agents(server);
            const { context, page, troubles } = await open(known);
            await stop_button(page, "Trip Planner").click();
            assert.match(await page.locator("main").innerText(), /It and its 3 sub-agents/);
            await page.getByRole("button", { name: "Stop", exact: true }).click();
            assert.match(
                await status_in_focus(page).innerText(),
                /^You stopped Trip Planner and its 3/,
            );
            assert.match(await page.title(), /^Stopped - /);
            const { planner, seats, maps, payer, sorter } = known.grants;
            for (const grant of [planner, seats, maps, payer])
                assert.ok(!(await is_active(known, grant)));
            assert.ok(await is_active(known, sorter));
            assert.equal(await known.api.is_valid(planner.grantToken), false);
            assert.deepEqual(troubles, []);
            await context.close();
        });

        test("Stop everything leaves nothing, and a reload does no harm", async () => {
            const known = await person_with_agents(server);
            const { context, page } = await open(known);
            await stop_all_button(page).click();
            assert.equal(await heading(page), "Stop everything?");
            await stop_all_button(page).click();
            assert.match(await status(page).innerText(), /^You stopped everything/);
            await page.reload();
            assert.match(await status(page).innerText(), /^You stopped everything/);
            for (const grant of Object.values(known.grants))
                assert.ok(!(await is_active(known, grant)));
            assert.equal(await page.getByRole("button").count(), 0);
            await context.close();
        });

        test("the keyboard alone opens, asks, keeps and stops", async () => {
            const known = await person_with_agents(server);
            const { context, page } = await browser({ javaScriptEnabled });
            await page.goto(`${server.base}/permissions`);
            await page.keyboard.press("Tab");
            await page.keyboard.insertText(known.url);
            await page.keyboard.press("Enter");
            await allowed(page).waitFor();
            for (const [tabs, question] of [[1, "Stop everything?"], [2, "Stop Trip Planner?"]]) {
                await page.goto(`${server.base}/permissions`);
                await link_field(page).fill(known.token);
                await page.keyboard.press("Enter");
                await allowed(page).waitFor();
                for (let i = 0; i < tabs; ++i) await page.keyboard.press("Tab");
                await page.keyboard.press("Enter");
                await page.getByRole("heading", { name: question }).waitFor();
            }
            await page.keyboard.press("Tab"); // Keep
            await page.keyboard.press("Tab");
            await page.keyboard.press("Space");
            await status_in_focus(page).waitFor();
            assert.ok(!(await is_active(known, known.grants.planner)));
            // From the message on, as a reader goes on reading.
            await page.keyboard.press("Tab");
            assert.equal(await page.locator(":focus").innerText(), "Stop everything");
            await context.close();
        });

        test("a link that does not work says what to do", async () => {
            const { context, page } = await browser({ javaScriptEnabled });
            await page.goto(`${server.base}/permissions`);
            await link_field(page).fill("https://example.com/#session=a.b.c");
            await open_button(page).click();
            assert.equal(await heading(page), "This link does not work any more");
            assert.match(await page.title(), /^Error: .*Manage Permissions$/);
            assert.match(await page.locator("main").innerText(), /Ask the developer's app/);
            assert.equal(await link_field(page).inputValue(), "");
            const known = await person_with_agents(server);
            await link_field(page).fill(known.url);
            await open_button(page).click();
            await allowed(page).waitFor();
            await context.close();
        });
    });
}

describe("the session", () => {
    test("is in no address, history entry, referrer, request line or store", async () => {
        const known = await person_with_agents(server);
        const { context, page, troubles } = await browser();
        const secret = known.token.slice(-40);
        const sent = [];
        page.on("request", (request) => sent.push(request));
        await page.goto(known.url);
        await allowed(page).waitFor();
        await stop_button(page, "Mail Sorter").click();
        await page.getByRole("button", { name: "Stop", exact: true }).click();
        await status(page).waitFor();
        for (const request of sent) {
            const headers = await request.allHeaders();
            assert.ok(!request.url().split("#")[0].includes(secret));
            assert.ok(!JSON.stringify(headers).includes(secret));
            // The icons come from the style sheet, and name it.
            assert.match(headers.referer ?? "", /^$|\/assets\/\w+\/\w+\.css$/);
        }
        const seen = await page.evaluate(() => [
            location.href, document.referrer, JSON.stringify(history.state), document.cookie,
            JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }),
        ]);
        assert.ok(!seen.join("\n").includes(secret), seen.join("\n"));
        const devtools = await context.newCDPSession(page);
        const { entries } = await devtools.send("Page.getNavigationHistory");
        const visited = entries.map((entry) => entry.url).filter((url) => url !== "about:blank");
        assert.ok(visited.length >= 3);
        for (const url of visited) assert.equal(url, `${server.base}/permissions`);
        assert.deepEqual(await context.cookies(), []);
        assert.ok(!server.log().includes(secret), "not in the log");
        assert.deepEqual(troubles, []);
        await context.close();
    });

    test("in a link opened where the page is open already is taken as well", async () => {
        const [one, other] = [await person_with_agents(server), await person_with_agents(server)];
        const { context, page } = await browser();
        await page.goto(one.url);
        await page.getByText(one.person).waitFor();
        await page.evaluate((hash) => (location.hash = hash), new URL(other.url).hash);
        await page.getByText(other.person).waitFor();
        assert.equal(page.url(), `${server.base}/permissions`);
        await context.close();
    });

    test("survives the redirect of the older address", async () => {
        const known = await person_with_agents(server);
        const { context, page } = await browser();
        await page.goto(known.url.replace("/permissions", "/dashboard/principal?id=x"));
        await allowed(page).waitFor();
        assert.equal(page.url(), `${server.base}/permissions`);
        await context.close();
    });

    test("that has ended opens nothing, and a stop with it stops nothing", async () => {
        const known = await person_with_agents(server);
        const brief = await session_of(server, known.person, { expiresIn: "8s" });
        const { context, page } = await browser();
        await page.goto(brief.dashboardUrl);
        await stop_all_button(page).click();
        await page.getByRole("heading", { name: "Stop everything?" }).waitFor();
        await sleep(new Date(brief.expiresAt) - new Date());
        await stop_all_button(page).click();
        assert.equal(await heading(page), "This link does not work any more");
        assert.ok(await is_active(known, known.grants.planner));
        await context.close();
    });
});

test("another site can neither submit the form nor show the page inside its own", async () => {
    const known = await person_with_agents(server);
    const form = `<form method="post" action="${server.base}/permissions">
        <input name="session" value="${known.token}"><input name="stop" value="all"></form>
        <script>document.forms[0].submit()</script>`;
    const site = await start_site("localhost", {
        "/form": form,
        "/frame": `<iframe src="${server.base}/permissions"></iframe>`,
    });
    const { context, page } = await open_browser(chromium, { origins: [] });
    await page.goto(`${site.base}/form`);
    await page.getByRole("heading", { name: "We did not accept this" }).waitFor();
    assert.ok(await is_active(known, known.grants.planner));
    await page.goto(`${site.base}/frame`);
    assert.equal(await page.frameLocator("iframe").getByText("Manage").count(), 0);
    await context.close();
    await site.stop();
});

test("hostile names stay text", async () => {
    const api = server.sandbox();
    const person = "hostile@example.com";
    for (const name of Object.values(hostile_names)) {
        const granted = await allow(api, person, name, ["calendar:read"], {
            agent: { description: name },
        });
        const { agentId, grantId } = granted;
        const fields = { agentId, grantId, principalId: person, action: name };
        await api.must(201, "POST", "/v1/audit/log", { ...fields, metadata: { [name]: name } });
    }
    const { dashboardUrl } = await session_of(server, person);
    for (const viewport of [{ width: 1280, height: 800 }, { width: 320, height: 640 }]) {
        const { context, page, troubles } = await browser({ viewport });
        await page.goto(dashboardUrl);
        await allowed(page).waitFor();
        const count = Object.keys(hostile_names).length;
        assert.equal(await page.locator(".agents > li").count(), count);
        assert.equal(await page.getByRole("button").count(), count + 1);
        assert.equal(await page.locator("main img, main svg, main script, main a").count(), 0);
        const shown = await page.locator("body").innerText();
        assert.doesNotMatch(shown, /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
        const root = await page.evaluate(() => document.documentElement.scrollWidth);
        assert.equal(root, viewport.width);
        assert.deepEqual(troubles, []);
        await context.close();
    }
});
