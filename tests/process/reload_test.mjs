// Reading the settings again while the server runs, and what systemd hears of it.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import {
    binary, run_program, start_server, temporary_directory,
} from "../support/server.mjs";

async function until(condition, what) {
    for (let i = 0; i < 1200; ++i) {
        if (condition()) return;
        await new Promise((resolve) => setTimeout(resolve, 25));
    }
    assert.fail(`${what} did not happen`);
}

function settings_file(text) {
    const file = join(temporary_directory(), "grantexd.conf");
    writeFileSync(file, text);
    return file;
}

async function reload(server, lines_before = server.log().split("settings.re").length) {
    server.program.child.kill("SIGHUP");
    await until(() => server.log().split("settings.re").length > lines_before, "the reload");
}

test("SIGHUP applies what is live and names what needs a restart", async () => {
    const file = settings_file("max_delegation_depth = 3\n");
    const server = await start_server({ args: ["--dev", "--config", file] });
    const depth = async () => (await server.api().get("/v1/me")).body.maxDelegationDepth;
    assert.equal(await depth(), 3);
    writeFileSync(file, "max_delegation_depth = 5\nmetrics_enabled = false\n");
    await reload(server);
    assert.equal(await depth(), 5);
    assert.match(server.log(), /event=setting.applied name=GRANTEXD_MAX_DELEGATION_DEPTH/);
    assert.match(server.log(), /event=setting.needs_restart name=GRANTEXD_METRICS_ENABLED/);
    assert.match(server.log(), /event=settings.reloaded applied=1/);
    await server.stop();
});

test("a reload that would be refused changes nothing and does not end the server", async () => {
    const file = settings_file("max_delegation_depth = 4\n");
    const server = await start_server({ args: ["--dev", "--config", file] });
    for (const text of ["max_delegation_depth = 40\n", "max_delegation_dept = 4\n", "rate_ip = 0\n"]) {
        writeFileSync(file, text);
        await reload(server);
        assert.equal((await server.api().get("/v1/me")).body.maxDelegationDepth, 4);
    }
    assert.match(server.log(), /event=settings.refused why=.*max_delegation_depth must be/);
    assert.match(server.log(), /Did you mean max_delegation_depth/);
    await server.stop();
});

test("reloads under load cost no request", async () => {
    const file = settings_file("rate_ip = 1000000\n");
    const server = await start_server({ args: ["--dev", "--config", file] });
    let running = true;
    let answers = 0;
    const load = Array.from({ length: 8 }, async () => {
        while (running) {
            assert.equal((await server.api().get("/v1/me")).status, 200);
            ++answers;
        }
    });
    for (let i = 0; i < 20; ++i) {
        writeFileSync(file, `rate_ip = ${1_000_000 + i}\n`);
        await reload(server);
    }
    running = false;
    await Promise.all(load);
    assert.ok(answers > 20);
    await server.stop();
});

// What a service with Type=notify says, received as systemd would.
async function receive_notifications() {
    const path = join(temporary_directory(), "notify");
    const receiver = spawn("socat", ["-u", `UNIX-RECV:${path}`, "-"], {
        stdio: ["ignore", "pipe", "inherit"],
    });
    const heard = { path, text: "", receiver };
    receiver.stdout.setEncoding("utf8").on("data", (text) => (heard.text += text + "\n"));
    await until(() => existsSync(path), "that socat listens");
    return heard;
}

test("systemd hears when the server is ready, alive, reloading and stopping", async () => {
    const heard = await receive_notifications();
    const file = settings_file("rate_ip = 10\n");
    const server = await start_server({
        args: ["--dev", "--config", file],
        env: { NOTIFY_SOCKET: heard.path, WATCHDOG_USEC: "400000" },
    });
    await until(() => /READY=1\nSTATUS=serving \d+ agents, \d+ grants/.test(heard.text), "READY");
    await until(() => heard.text.split("WATCHDOG=1").length > 3, "the watchdog's ping");
    await reload(server);
    await until(
        () => /RELOADING=1\nMONOTONIC_USEC=\d+[\s\S]*READY=1/.test(heard.text), "RELOADING",
    );
    await server.stop();
    await until(() => heard.text.includes("STOPPING=1"), "STOPPING");
    heard.receiver.kill();
});

test("a loop that hangs pings no more", async () => {
    const heard = await receive_notifications();
    const server = await start_server({
        env: { NOTIFY_SOCKET: heard.path, WATCHDOG_USEC: "200000" },
    });
    await until(() => heard.text.includes("WATCHDOG=1"), "the first ping");
    server.program.child.kill("SIGSTOP");
    await new Promise((resolve) => setTimeout(resolve, 1000)); // what it said before has come
    const before = heard.text.length;
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(heard.text.length, before);
    server.program.child.kill("SIGCONT");
    await server.stop();
    heard.receiver.kill();
});

test("a log that nobody reads costs lines, never an answer", async () => {
    // A pipe that is full: 64 KiB of lines, then no room.
    const server = await start_server();
    server.program.child.stderr.pause();
    const api = server.api();
    for (let i = 0; i < 3000; ++i) assert.equal((await api.get("/v1/me")).status, 200);
    server.program.child.stderr.resume();
    await new Promise((resolve) => setTimeout(resolve, 200));
    await api.get("/v1/me");
    await until(() => /event=log.dropped lines=\d+/.test(server.log()), "the count of lost lines");
    await server.stop();
});

test("the log is one JSON object a line when asked for", async () => {
    const server = await start_server({ args: ["--dev", "--log-format", "json"] });
    await server.api().get("/v1/me");
    await server.api("wrong-key-0123456789").get("/v1/me");
    await server.stop();
    const lines = server.stderr.trimEnd().split("\n").map((line) => JSON.parse(line));
    const requests = lines.filter(({ route }) => route === "/v1/me");
    assert.deepEqual(requests.map(({ method, status }) => [method, status]), [
        ["GET", 200], ["GET", 401],
    ]);
    for (const { time, request, microseconds } of requests) {
        assert.ok(Math.abs(Date.parse(time) - Date.now()) < 60_000);
        assert.ok(request.length > 10 && Number.isInteger(microseconds));
    }
    assert.ok(lines.some(({ event }) => event === "stopping"));
});

test("under systemd lines carry a priority and no time", async () => {
    const data_dir = join(temporary_directory(), "data");
    const log = join(temporary_directory(), "log");
    // As systemd does: the device and inode of what standard error is.
    const script = `exec 2>"$2"; export JOURNAL_STREAM=$(stat -L -c %d:%i /proc/self/fd/2)
        "$1" serve --dev --listen 127.0.0.1:0 --data-dir "$3" >"$3.out" &
        until grep -q "^Or:" "$3.out"; do sleep 0.1; done; kill $!; wait $!`;
    await run_program(["sh", "-c", script, "sh", binary(), log, data_dir]);
    assert.match(readFileSync(log, "utf8"), /^<5>event=stopping signal=SIGTERM$/m);
});
