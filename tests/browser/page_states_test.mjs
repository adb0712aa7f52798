// What the page shows when there is nothing to decide, or nobody here who may.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";

import { open_browser, start_chromium } from "./chromium.mjs";
import {
    allow_button,
    ask,
    deny_button,
    heading,
    start_consent_server,
    start_site,
    status_of,
} from "./consent.mjs";

const question = "Let Trip Planner act for you?";
const decided = "This request is already decided";

let chromium;
let server;
before(async () => {
    chromium = await start_chromium();
    server = await start_consent_server("link");
});
after(async () => {
    await chromium?.close();
    await server?.stop();
});

const open = async (url, options = {}) => {
    const browser = await open_browser(chromium, { origins: [server.base], ...options });
    const answer = await browser.page.goto(url);
    return { ...browser, answer };
};

async function assert_nothing_to_decide({ answer, page, troubles }, shown) {
    assert.equal(answer.status(), 200);
    assert.equal(await heading(page), shown);
    assert.match(await page.title(), /Authorization Request$/);
    assert.equal(await page.locator("html").getAttribute("lang"), "en");
    assert.equal(await page.locator("form, button, input").count(), 0);
    assert.deepEqual(troubles, []);
}

describe("requests that cannot be decided", () => {
    test("an unknown request is said to be unknown", async () => {
        const id = "areq_01KJPWZGJ029QEDJJ1TRGTVF2E";
        const long = "9".repeat(400);
        for (const query of ["", "?req=", `?req=${id}`, "?req=%00%ff<script>", `?req=${long}`]) {
            const browser = await open(`${server.base}/consent${query}`);
            await assert_nothing_to_decide(browser, "We cannot find this request");
            await browser.context.close();
        }
    });

    test("an expired request is said to have expired, also to an open form", async () => {
        const request = await ask(server, { authorize: { expiresIn: "8s" } });
        const asked = Date.now();
        const form = await open(request.url);
        assert.equal(await heading(form.page), question);
        await sleep(asked + 8100 - Date.now());

        const browser = await open(request.url);
        await assert_nothing_to_decide(browser, "This request has expired");
        await allow_button(form.page).click();
        assert.equal(await heading(form.page), "This request has expired");
        for (const { context } of [browser, form]) await context.close();
    });

    test("a decided request is said to be decided, and its link is spent", async () => {
        const request = await ask(server);
        const first = await open(request.url);
        await deny_button(first.page).click();
        const browser = await open(request.url);
        await assert_nothing_to_decide(browser, decided);
        const text = await browser.page.locator("main").innerText();
        assert.doesNotMatch(text, /maria@example\.com|Trip Planner/);
        for (const { context } of [first, browser]) await context.close();
    });
});

describe("the secret of the link", () => {
    test("without it the page shows neither buttons nor whose account it is", async () => {
        const request = await ask(server);
        const wrong = `${request.url_without_secret}&k=${"A".repeat(43)}`;
        for (const url of [request.url_without_secret, wrong, `${request.url_without_secret}&k=`]) {
            const browser = await open(url);
            await assert_nothing_to_decide(browser, question);
            assert.deepEqual(await browser.context.cookies(), []);
            const html = await browser.page.content();
            assert.doesNotMatch(html, /maria@example\.com/);
            assert.match(html, /You cannot decide with this link/);
            await browser.context.close();
        }
        assert.equal(await status_of(server, request), "pending");
    });

    test("with it the page says whose account it is and sets one cookie", async () => {
        const request = await ask(server);
        const { context, page } = await open(request.url);
        assert.match(await page.locator("main").innerText(), /maria@example\.com/);
        const [cookie, ...others] = await context.cookies();
        assert.deepEqual(others, []);
        assert.equal(cookie.name, `gx_c_${request.id.slice(-8)}`);
        assert.equal(cookie.httpOnly, true);
        assert.equal(cookie.sameSite, "Strict");
        assert.ok(cookie.expires > Date.now() / 1000 + 23 * 3600, "lives until the deadline");
        await context.close();
    });

    test("script takes it out of the address bar and the history", async () => {
        const request = await ask(server);
        const { context, page, troubles } = await open(`${request.url}#session=abc`);
        await page.waitForURL(request.url_without_secret);
        assert.equal(await page.evaluate(() => history.length), 2); // about:blank and this page
        await page.goto(`${server.base}/consent`);
        await page.goBack();
        assert.equal(page.url(), request.url_without_secret);
        assert.deepEqual(troubles, []);
        await context.close();
    });

    test("a reload after that still lets the person decide", async () => {
        const request = await ask(server);
        const { context, page } = await open(request.url);
        await page.waitForURL(request.url_without_secret);
        await page.reload();
        assert.equal(page.url(), request.url_without_secret);
        await allow_button(page).click();
        assert.equal(await heading(page), "You allowed this request");
        await context.close();
    });

    // SameSite=Strict: what was set by a visit from another site must count for that visit's form.
    test("coming from another site by a link changes nothing", async () => {
        const request = await ask(server);
        const site = await start_site("localhost", {
            "/mail": `<title>Mail</title><a href="${request.url}">Decide</a>`,
        });
        const { context, page } = await open_browser(chromium, { origins: [] });
        await page.goto(`${site.base}/mail`);
        await page.getByRole("link", { name: "Decide" }).click();
        await page.waitForURL(request.url_without_secret);
        await page.reload();
        await allow_button(page).click();
        assert.equal(await heading(page), "You allowed this request");
        await context.close();
        await site.stop();
    });

    test("without cookies nothing is decided, and the page says so", async () => {
        const request = await ask(server);
        const { context, page } = await open(request.url);
        await context.clearCookies();
        await allow_button(page).click();
        assert.equal(await heading(page), question);
        assert.match(await page.getByRole("alert").innerText(), /^Error: /);
        assert.match(await page.title(), /^Error: /);
        assert.equal(await status_of(server, request), "pending");
        await context.close();
    });
});

describe("a form that was opened twice", () => {
    for (const order of [[0, 1], [1, 0]]) {
        test(`works in window ${order[0] + 1}; the other one says decided`, async () => {
            const request = await ask(server);
            const { context, page: first } = await open(request.url);
            const second = await context.newPage();
            await second.goto(request.url);
            const pages = [first, second];

            await allow_button(pages[order[0]]).click();
            assert.equal(await heading(pages[order[0]]), "You allowed this request");
            await allow_button(pages[order[1]]).click();
            assert.equal(await heading(pages[order[1]]), decided);
            await context.close();
        });
    }

    test("stays usable when a link scanner has loaded the link before and after", async () => {
        const request = await ask(server);
        await fetch(request.url);
        const { context, page } = await open(request.url);
        await fetch(request.url);
        await allow_button(page).click();
        assert.equal(await heading(page), "You allowed this request");
        await context.close();
    });

    test("two requests can be open in one browser at the same time", async () => {
        const requests = [await ask(server), await ask(server)];
        const { context, page } = await open(requests[0].url);
        const other = await context.newPage();
        await other.goto(requests[1].url);
        await allow_button(page).click();
        await deny_button(other).click();
        assert.equal(await heading(page), "You allowed this request");
        assert.equal(await heading(other), "You did not allow this request");
        await context.close();
    });
});
