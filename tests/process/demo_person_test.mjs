// `grantexd demo` with a live key: a person reads the consent page and decides.
import assert from "node:assert/strict";
import { chmodSync, existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { Demo, run_demo } from "../support/demo_program.mjs";
import { press, visit } from "../support/person.mjs";
import { eventually } from "../support/process_state.mjs";
import { live_key, start_server, temporary_directory } from "../support/server.mjs";

async function server_with_links(t) {
    const server = await start_server({ args: ["--dev", "--consent-auth", "link"] });
    t.after(() => server.stop());
    return server;
}

const live_demo = (server, ...args) =>
    new Demo(["--url", server.base, "--no-open", ...args], { GRANTEXD_API_KEY: live_key });

// Presses the button on the page; gives where the browser is sent.
async function decide(server, demo, decision) {
    const page = await visit(await demo.consent_link());
    assert.match(page.html, /Trip Planner/);
    const { status, location } = await press(server.base, page, decision);
    assert.equal(status, 303);
    return new URL(location);
}

test("a person allows, and the demo goes on to its end", async (t) => {
    const server = await server_with_links(t);
    const demo = live_demo(server);
    const target = await decide(server, demo, "approve");
    assert.equal(target.hostname, "127.0.0.1");

    const window = await fetch(target);
    assert.equal(window.status, 200);
    assert.equal(window.headers.get("content-type"), "text/html; charset=utf-8");
    assert.match(await window.text(), /You can close this window/);
    assert.equal(await demo.ended, 0, demo.output);
    assert.match(demo.prose, /You allowed it\./);
    assert.match(demo.prose, /All 13 steps went as they should/);
    const code = target.searchParams.get("code");
    assert.ok(code.length === 53 && !demo.output.includes(code));
    assert.ok(!demo.output.includes(live_key));
});

test("a person refuses, and nothing is given", async (t) => {
    const server = await server_with_links(t);
    const demo = live_demo(server);
    const target = await decide(server, demo, "deny");
    assert.match(await (await fetch(target)).text(), /You did not allow it/);
    assert.equal(await demo.ended, 1);
    assert.match(demo.prose, /You did not allow it, so nothing was given/);
    assert.equal((await server.api().get("/v1/grants")).body.total, 0);
});

test("only the browser that comes back from this request is believed", async (t) => {
    const server = await server_with_links(t);
    const demo = live_demo(server);
    const target = await decide(server, demo, "approve");
    const changed = (change) => {
        const url = new URL(target);
        change(url);
        return url;
    };
    const refused = [
        [400, changed((url) => url.searchParams.set("state", "A".repeat(43)))],
        [400, changed((url) => url.searchParams.delete("state"))],
        [400, changed((url) => url.searchParams.delete("code"))],
        [400, changed((url) => url.searchParams.set("error", "access_denied"))],
        [404, changed((url) => (url.pathname = "/favicon.ico"))],
    ];
    for (const [status, url] of refused) {
        const answer = await fetch(url);
        assert.equal(answer.status, status, url.href);
        await answer.text();
    }
    assert.equal((await fetch(target, { method: "POST" })).status, 404);
    assert.equal((await fetch(target)).status, 200);
    assert.equal(await demo.ended, 0, demo.output);
});

test("--json gives the consent link before it waits, and says what was refused", async (t) => {
    const server = await server_with_links(t);
    const demo = live_demo(server, "--json");
    const { consentUrl } = JSON.parse((await demo.until(/^.*"name":"ask".*\n/m))[0]).facts;
    const page = await visit(consentUrl);
    await fetch((await press(server.base, page, "deny")).location);
    assert.equal(await demo.ended, 1);
    assert.equal(demo.stderr, "");
    const last = JSON.parse(demo.stdout.trimEnd().split("\n").at(-1));
    assert.deepEqual([last.name, last.ok], ["decision", false]);
    assert.match(last.message, /You did not allow it/);
});

test("the wait ends by itself", async () => {
    const demo = await run_demo(["--timeout", "1"]);
    assert.equal(demo.code, 1);
    assert.match(demo.prose, /Nobody decided within 1 second\. Nothing was given/);
    assert.match(demo.prose, /Try: --timeout/);
    assert.deepEqual(readdirSync(demo.directory), []);
});

for (const signal of ["SIGINT", "SIGTERM"])
    test(`${signal} during the wait ends the demo and its server`, async () => {
        const demo = new Demo([]);
        await demo.until(/Waiting up to/);
        demo.child.kill(signal);
        assert.equal(await demo.ended, 1, demo.output);
        assert.match(demo.prose, /You stopped it before deciding/);
        assert.deepEqual(readdirSync(demo.directory), []);
    });

test("the browser is opened where there is a display, unless --no-open is given", async () => {
    const directory = temporary_directory();
    const opened = join(directory, "opened");
    const program = join(directory, "xdg-open");
    // Renamed when it is complete, so that no half of it is read.
    const script = `printf '%s' "$1" > ${opened}.new && mv ${opened}.new ${opened}`;
    writeFileSync(program, `#!/bin/sh\n${script}\n`);
    chmodSync(program, 0o755);
    const env = { PATH: `${directory}:${process.env.PATH}`, DISPLAY: ":9" };
    await run_demo(["--timeout", "1", "--no-open"], env);
    await run_demo(["--timeout", "1"], { ...env, DISPLAY: "" });
    assert.ok(!existsSync(opened));
    const demo = await run_demo(["--timeout", "2"], env);
    assert.match(demo.prose, /Your browser opens this page/);
    assert.ok(await eventually(() => existsSync(opened)));
    assert.equal(readFileSync(opened, "utf8"), await demo_link(demo));
});

const demo_link = (demo) => /http:\S+\/consent\?req=\S+/.exec(demo.stdout)[0];
