// The page fits small windows, great zoom, dark rooms and fingers.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";

import { open_browser, start_chromium } from "./chromium.mjs";
import { allow_button, deny_button, start_consent_server } from "./consent.mjs";
import { levels, reach_state, states } from "./page_states.mjs";
import { hidden_to_the_side, windows } from "./windows.mjs";

let chromium;
const servers = {};
before(async () => {
    chromium = await start_chromium();
    for (const level of levels) servers[level] = await start_consent_server(level);
});
after(async () => {
    await chromium?.close();
    for (const server of Object.values(servers)) await server.stop();
});

const open = async (state, options) => {
    const origins = Object.values(servers).map((server) => server.base);
    const browser = await open_browser(chromium, { origins, ...options });
    await reach_state(browser.page, servers, state);
    return browser;
};

for (const [what, options] of Object.entries(windows)) {
    describe(`in a window ${what}`, () => {
        for (const state of states) {
            test(`${state} needs no scrolling sideways`, async () => {
                const { context, page, troubles } = await open(state, options);
                assert.deepEqual(await hidden_to_the_side(page), [0]);
                assert.equal(await page.locator("h1").count(), 1);
                assert.deepEqual(troubles.filter((one) => !one.includes(" 4")), []);
                await context.close();
            });
        }

        test("both buttons have one size, at least 44 px each way", async () => {
            const { context, page } = await open("consent_link", options);
            const [deny, allow] = [
                await deny_button(page).boundingBox(),
                await allow_button(page).boundingBox(),
            ];
            assert.ok(deny.height >= 44 && deny.width >= 44, JSON.stringify(deny));
            assert.equal(deny.height, allow.height);
            assert.ok(Math.abs(deny.width - allow.width) < deny.width / 3, "of equal weight");
            assert.ok(deny.x < allow.x || deny.y < allow.y, "the refusal comes first");
            const looks = await page.getByRole("button").evaluateAll((buttons) =>
                buttons.map((button) => {
                    const { backgroundColor, color, fontWeight, borderColor } =
                        getComputedStyle(button);
                    return `${backgroundColor} ${color} ${fontWeight} ${borderColor}`;
                }),
            );
            assert.equal(looks[0], looks[1]);
            await context.close();
        });

        test("the focus is seen and not hidden", async () => {
            const { context, page } = await open("consent_link", options);
            for (const value of ["deny", "approve"]) {
                await page.keyboard.press("Tab");
                const focus = await page.evaluate(() => {
                    const focused = document.activeElement;
                    const box = focused.getBoundingClientRect();
                    const style = getComputedStyle(focused);
                    return {
                        value: focused.value,
                        in_sight: box.top >= 0 && box.bottom <= innerHeight,
                        on_top: focused.contains(
                            document.elementFromPoint(
                                box.left + box.width / 2,
                                box.top + box.height / 2,
                            ),
                        ),
                        outline: `${style.outlineStyle} ${style.outlineWidth}`,
                    };
                });
                const expected = { value, in_sight: true, on_top: true, outline: "solid 3px" };
                assert.deepEqual(focus, expected);
            }
            await context.close();
        });
    });
}

test("text of twice the size still fits", async () => {
    for (const state of states) {
        const { context, page } = await open(state, { viewport: { width: 640, height: 800 } });
        await page.evaluate(() => (document.documentElement.style.fontSize = "200%"));
        assert.deepEqual(await hidden_to_the_side(page), [0]);
        await context.close();
    }
});

// WCAG 2.2, 1.4.12: these spacings must not cost a word.
test("wider text spacing cuts nothing off", async () => {
    const { context, page } = await open("consent_link", windows["320 px wide"]);
    const cut = await page.evaluate(() => {
        for (const { style } of document.querySelectorAll("body *")) {
            style.lineHeight = "1.5";
            style.letterSpacing = "0.12em";
            style.wordSpacing = "0.16em";
        }
        const cut_off = (one) => one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0;
        return [...document.querySelectorAll("button, h1, dd, li")].filter(cut_off).length;
    });
    assert.equal(cut, 0);
    assert.deepEqual(await hidden_to_the_side(page), [0]);
    await context.close();
});

test("the page is dark where the reader asks for it, and light otherwise", async () => {
    for (const [colorScheme, dark] of [["light", false], ["dark", true]]) {
        const { context, page } = await open("consent_link", { colorScheme });
        const [surface, ink] = await page.evaluate(() => {
            const style = getComputedStyle(document.querySelector("main"));
            const brightness = (color) =>
                color.match(/\d+/g).slice(0, 3).reduce((sum, part) => sum + Number(part), 0) / 765;
            return [brightness(style.backgroundColor), brightness(style.color)];
        });
        assert.ok(dark ? surface < 0.2 && ink > 0.8 : surface > 0.8 && ink < 0.2, colorScheme);
        await context.close();
    }
});

test("with the reader's own colours the buttons keep an edge and the marks a shape", async () => {
    const { context, page } = await open("consent_link", { forcedColors: "active" });
    const [edge] = await page.getByRole("button").evaluateAll((buttons) =>
        buttons.map((button) => getComputedStyle(button).borderTopWidth),
    );
    assert.equal(edge, "2px");
    const mark = page.locator(".mark.caution").first();
    assert.equal(await mark.evaluate((one) => getComputedStyle(one).borderTopStyle), "solid");
    await context.close();
});
