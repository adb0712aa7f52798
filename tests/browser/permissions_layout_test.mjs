// The permissions page fits small windows, great zoom, dark rooms and fingers.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { open_browser, start_chromium } from "./chromium.mjs";
import { permissions_states, reach_permissions } from "./permissions.mjs";
import { hidden_to_the_side, windows } from "./windows.mjs";
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

const open = async (state, options) => {
    const browser = await open_browser(chromium, { origins: [server.base], ...options });
    await reach_permissions(browser.page, server, state);
    return browser;
};

// The control that has the focus: whether all of it can be seen with its outline.
const focus_of = (page) =>
    page.evaluate(() => {
        const focused = document.activeElement;
        const box = focused.getBoundingClientRect();
        const style = getComputedStyle(focused);
        const outline = 6; // and its distance
        const middle = [box.left + box.width / 2, box.top + box.height / 2];
        return {
            is_control: ["BUTTON", "INPUT"].includes(focused.tagName),
            in_sight: box.top - outline >= 0 && box.bottom + outline <= innerHeight,
            on_top: focused.contains(document.elementFromPoint(...middle)),
            outline: `${style.outlineStyle} ${style.outlineWidth}`,
            high: box.height >= 44 && box.width >= 44,
        };
    });

for (const [what, options] of Object.entries(windows)) {
    describe(`in a window ${what}`, () => {
        for (const state of permissions_states) {
            test(`${state} needs no scrolling sideways, and the focus is seen`, async () => {
                const { context, page, troubles } = await open(state, options);
                assert.deepEqual(await hidden_to_the_side(page), [0]);
                assert.equal(await page.locator("h1").count(), 1);
                const controls = await page.locator("button, input:not([type=hidden])").count();
                for (let i = 0; i < Math.min(controls, 8); ++i) {
                    await page.keyboard.press("Tab");
                    assert.deepEqual(await focus_of(page), {
                        is_control: true,
                        in_sight: true,
                        on_top: true,
                        outline: "solid 3px",
                        high: true,
                    });
                }
                assert.deepEqual(troubles, []);
                await context.close();
            });
        }
    });
}

test("text of twice the size still fits", async () => {
    for (const state of permissions_states) {
        const { context, page } = await open(state, { viewport: { width: 640, height: 800 } });
        await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
        assert.deepEqual(await hidden_to_the_side(page), [0], state);
        await context.close();
    }
});

// WCAG 2.2, 1.4.12: these spacings must not cost a word.
test("wider text spacing cuts nothing off", async () => {
    const { context, page } = await open("permissions_list", windows["320 px wide"]);
    const cut = await page.evaluate(() => {
        for (const { style } of document.querySelectorAll("body *")) {
            style.lineHeight = "1.5";
            style.letterSpacing = "0.12em";
            style.wordSpacing = "0.16em";
        }
        const cut_off = (one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0;
        return [...document.querySelectorAll("button, h1, h3, dd, li")].filter(cut_off).length;
    });
    assert.equal(cut, 0);
    assert.deepEqual(await hidden_to_the_side(page), [0]);
    await context.close();
});

test("with the reader's own colours buttons keep an edge and marks a shape", async () => {
    const { context, page } = await open("permissions_list", { forcedColors: "active" });
    const button = page.getByRole("button").first();
    assert.equal(await button.evaluate((one) => getComputedStyle(one).borderTopWidth), "2px");
    const mark = page.locator(".mark.failed").first();
    assert.equal(await mark.evaluate((one) => getComputedStyle(one).borderTopStyle), "solid");
    await context.close();
});
