// Takes a picture of every state of the pages:  node tests/browser/screenshots.mjs FOLDER [STATE...]
// GRANTEXD_BINARY names the program. Nobody but a person can say whether a page looks good.
import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { open_browser, start_chromium } from "./chromium.mjs";
import { start_consent_server } from "./consent.mjs";
import { levels, reach_state, states } from "./page_states.mjs";
import { permissions_states, reach_permissions } from "./permissions.mjs";

const looks = {
    desktop: { viewport: { width: 1280, height: 800 } },
    narrow: { viewport: { width: 320, height: 640 }, deviceScaleFactor: 2 },
    dark: { viewport: { width: 1280, height: 800 }, colorScheme: "dark" },
    zoom: { viewport: { width: 320, height: 256 }, deviceScaleFactor: 4 },
};

const [folder, ...chosen] = process.argv.slice(2);
if (!folder) {
    console.error("Usage: node tests/browser/screenshots.mjs FOLDER [STATE...]");
    process.exit(2);
}

await mkdir(folder, { recursive: true });
const chromium = await start_chromium();
const servers = {};
for (const level of levels) servers[level] = await start_consent_server(level);
for (const state of chosen.length ? chosen : [...states, ...permissions_states]) {
    for (const [look, options] of Object.entries(looks)) {
        const { context, page } = await open_browser(chromium, { origins: [], ...options });
        if (permissions_states.includes(state)) await reach_permissions(page, servers.none, state);
        else await reach_state(page, servers, state);
        // What is seen first, and the whole length of it.
        await page.screenshot({ path: join(folder, `${state}-${look}.png`) });
        if (look !== "zoom") {
            // A window as long as the page: the buttons stay in sight, so they would float in the
            // middle of a picture that is longer than the window.
            const height = await page.evaluate(() => document.documentElement.scrollHeight);
            await page.setViewportSize({ width: options.viewport.width, height });
            await page.screenshot({ path: join(folder, `${state}-${look}-whole.png`) });
        }
        await context.close();
    }
}
await chromium.close();
for (const server of Object.values(servers)) await server.stop();
