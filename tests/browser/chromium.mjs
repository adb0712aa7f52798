// Debian's Chromium, driven by playwright-core, and a record of everything a page must not do.
import { createRequire } from "node:module";

const { chromium } = createRequire(new URL("../clients/package.json", import.meta.url))(
    "playwright-core",
);

export function start_chromium() {
    return chromium.launch({
        executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
        args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
        ],
    });
}

function watch(context, origins, troubles) {
    const trouble = (kind, text) => troubles.push(`${kind}: ${text}`);
    context.on("dialog", async (dialog) => {
        trouble("dialog", dialog.message());
        await dialog.dismiss();
    });
    context.on("weberror", (error) => trouble("script", error.error().message));
    context.on("console", (message) => {
        // A 4xx answer to the form is a page like any other, though Chromium logs it as an error.
        const answer = /^Failed to load resource: the server responded with a status of 4/;
        if (!answer.test(message.text())) trouble("console", message.text());
    });
    context.on("request", (request) => {
        const { origin, protocol } = new URL(request.url());
        if (protocol.startsWith("http") && !origins.includes(origin))
            trouble("request", request.url());
    });
}

// A person's browser: a context with its own cookies. `troubles` lists dialogs, script errors,
// every console message (violations of the Content-Security-Policy are such) and requests to other
// places than `origins`.
export async function open_browser(chromium_process, { origins, ...options }) {
    const context = await chromium_process.newContext(options);
    context.setDefaultTimeout(10_000);
    const troubles = [];
    watch(context, origins, troubles);
    return { context, page: await context.newPage(), troubles };
}

// Presses Enter and waits for the page it leads to: a click waits by itself, a key does not.
export const enter_and_arrive = (page) =>
    Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
