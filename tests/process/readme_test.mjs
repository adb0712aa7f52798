// README.md: every command in it is run, in the order in which it stands there.
// Runs alone, since it builds, as package_test.mjs does.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";

import { run_program, sandbox_key, Server, temporary_directory } from "../support/server.mjs";

const top = fileURLToPath(new URL("../..", import.meta.url));
const readme = readFileSync(join(top, "README.md"), "utf8");
const blocks = [...readme.matchAll(/```sh\n([\s\S]*?)```/g)].map((match) => match[1].trim());

// Which test runs which block; a block that none of them takes fails the first test.
const starts = "./server/run";
const tests = "./tests/run";
const is_program = (block) => block.startsWith(".build/release/grantexd ");
const is_install = (block) => block.startsWith("apt install "); // package_test.mjs runs it
const is_curl = (block) =>
    block !== starts && block !== tests && !is_program(block) && !is_install(block);

test("every block of commands is run by one of these tests", () => {
    assert.equal(blocks.filter((block) => block === starts).length, 1);
    assert.equal(blocks.filter((block) => block === tests).length, 1);
    assert.equal(blocks.filter(is_install).length, 1);
    assert.ok(blocks.filter(is_program).length >= 2);
    assert.ok(blocks.filter(is_curl).length >= 6);
});

test("./server/run builds and starts a development server that prints its banner", async () => {
    const environment = {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        GRANTEXD_LISTEN: "127.0.0.1:0",
        GRANTEXD_DATA_DIR: join(temporary_directory(), "data"),
    };
    const child = spawn(starts, { cwd: top, env: environment, stdio: ["ignore", "pipe", "ignore"] });
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (piece) => (text += piece));
    const ended = once(child, "exit").then(([code]) => assert.fail(`ended with ${code}:\n${text}`));
    while (!/^Or: /m.test(text)) await Promise.race([once(child.stdout, "data"), ended]);
    ended.catch(() => {});
    child.kill("SIGTERM");
    const [code] = await once(child, "exit");
    assert.equal(code, 0);
    for (const line of [/ready in \d+ ms/, /API +http/, /Live key +gx_live_/, /Sandbox key +gx_test_/])
        assert.match(text, line);
});

test("./tests/run is what CI runs, and explains itself when it does not know a tier", async () => {
    assert.match(readFileSync(join(top, ".ci/run"), "utf8"), /exec \.\/tests\/run\n/);
    const { code, stderr } = await run_program([tests, "nonsense"], { cwd: top });
    assert.notEqual(code, 0);
    assert.match(stderr, /there is no tier "nonsense"/);
});

test("the main job in curl ends with a token that was valid and is not any more", async () => {
    const server = await new Server().start();
    const script = ["set -eu", ...blocks.filter(is_curl)].join("\n");
    const { code, stdout, stderr } = await run_program(["sh", "-c", script], {
        env: { KEY: sandbox_key, URL: server.base },
    });
    await server.stop();
    assert.equal(code, 0, stderr);
    const first = stdout.indexOf('{"valid":true');
    const last = stdout.lastIndexOf('{"valid":false}');
    assert.ok(first >= 0 && last > first, stdout);
    assert.match(stdout, /"delegationDepth|"refreshToken":"ref_/);
    assert.match(stdout, /"action":"calendar\.read"/);
    assert.match(stdout, /"remaining":"237\.5000"/);
    assert.match(stdout, /"secret":"whsec_/);
    assert.match(stdout, /: connected/);
    assert.doesNotMatch(stdout, /"statusCode":4/);
});

test("the program's own commands in the README work", async () => {
    for (const block of blocks.filter(is_program)) {
        const { code, stderr } = await run_program(["sh", "-c", block], { cwd: top });
        assert.equal(code, 0, `${block}\n${stderr}`);
    }
});
