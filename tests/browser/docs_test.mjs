// The page about the API: read by eye, by keyboard, in small windows and in the dark, and without
// anything that is not ours.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { eventually } from "../support/process_state.mjs";
import { start_server } from "../support/server.mjs";
import { open_browser, start_chromium } from "./chromium.mjs";

let chromium, server;
before(async () => {
    chromium = await start_chromium();
    server = await start_server();
});
after(async () => {
    await chromium?.close();
    await server?.stop();
});

async function open(fragment = "", options = {}) {
    const browser = await open_browser(chromium, { origins: [server.base], ...options });
    await browser.page.goto(`${server.base}/docs${fragment}`);
    return browser;
}

const windows = {
    "of usual size": { viewport: { width: 1280, height: 800 } },
    "320 px wide": { viewport: { width: 320, height: 640 } },
    "enlarged to 400 %": { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 },
    "in the dark": { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
    "without script": { viewport: { width: 1280, height: 800 }, javaScriptEnabled: false },
};

describe("a window", () => {
    for (const [name, options] of Object.entries(windows))
        test(`${name}: nothing lies outside it, and the browser has nothing to report`, async () => {
            const { context, page, troubles } = await open("", options);
            assert.equal(await page.getByRole("heading", { level: 1 }).count(), 1);
            if (options.javaScriptEnabled !== false) {
                const outside = await page.evaluate(() => {
                    const { clientWidth, scrollWidth } = document.documentElement;
                    const boxes = [...document.querySelectorAll("body *")].map((one) =>
                        one.getBoundingClientRect(),
                    );
                    const right = Math.max(...boxes.map((box) => box.right));
                    return [scrollWidth - clientWidth, right > clientWidth + 0.5];
                });
                assert.deepEqual(outside, [0, false]);
            }
            assert.deepEqual(troubles, []);
            await context.close();
        });
});

test("the list leads by keyboard to an operation, and from there back", async () => {
    const { context, page } = await open();
    const link = page.getByRole("navigation").getByRole("link", { name: "Register an agent" });
    await link.focus();
    assert.equal(await link.evaluate((one) => getComputedStyle(one).outlineStyle), "solid");
    await page.keyboard.press("Enter");
    await page.waitForURL(/#createAgent$/);
    const heading = page.getByRole("heading", { name: "Register an agent" });
    const top = () => heading.evaluate((one) => one.getBoundingClientRect().top);
    const at_top = async () => (await top()) >= 0 && (await top()) < 100;
    assert.ok(await eventually(at_top)); // scrolled to when the next frame is drawn
    await page.keyboard.press("Tab"); // from the heading's own link on
    await page.getByRole("link", { name: "Back to the list of operations" }).first().click();
    await page.waitForURL(/#operations$/);
    await context.close();
});

test("an operation is a region with its tables, also where they are one above the other", async () => {
    for (const options of [windows["of usual size"], windows["320 px wide"]]) {
        const { context, page } = await open("#createAgent", options);
        const operation = page.getByRole("article", { name: "Register an agent" });
        const row = operation.getByRole("row").filter({ has: page.getByText("allowedRedirectUris") });
        await row.first().getByRole("cell", { name: "optional" }).waitFor();
        await operation.getByRole("rowheader", { name: "name", exact: true }).first().waitFor();
        assert.match(await operation.locator("pre").innerText(), /^curl '\S+\/v1\/agents' \\\n/);
        await context.close();
    }
});
