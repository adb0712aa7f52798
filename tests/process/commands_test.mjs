// The commands of the operator: against the running server over its admin socket, and on the
// database itself when no server runs.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { connect } from "node:net";
import { join } from "node:path";
import { test } from "node:test";

import {
    binary, live_key, run_grantexd, run_program, start_server, temporary_directory,
} from "../support/server.mjs";

async function command(server, ...args) {
    const result = await run_grantexd([...args, "--data-dir", server.data_dir]);
    assert.equal(result.code, 0, result.stderr + result.stdout);
    return result.stdout;
}

const json = async (server, ...args) => JSON.parse(await command(server, ...args, "--json"));

test("every command explains itself, with examples, flags and exit codes", async () => {
    const overview = (await run_grantexd(["help"])).stdout;
    const names = [...overview.matchAll(/^ {2}(\w+) {2,}\S/gm)].map(([, name]) => name);
    assert.ok(names.length >= 12, overview);
    for (const name of names) {
        const { code, stdout, stderr } = await run_grantexd([name, "--help"]);
        assert.equal(code, 0, stderr);
        assert.match(stdout, new RegExp(`^Usage: grantexd ${name}`, "m"));
        for (const part of [/^Examples:$/m, /^Flags:$/m, /^Exit codes: 0 /m, /--help/])
            assert.match(stdout, part, name);
        for (const line of stdout.split("\n")) assert.ok(line.length <= 80, `${name}: ${line}`);
        const unknown = await run_grantexd([name, "--no-such-flag"]);
        assert.equal(unknown.code, 2, name);
        assert.match(unknown.stderr, new RegExp(`Try: grantexd ${name} --help`));
    }
});

test("developers are listed, made, rotated and disabled while the server runs", async () => {
    const server = await start_server();
    const made = await json(
        server, "developers", "create", "--name", "Acme Travel", "--email", "it@acme.example",
        "--mode", "sandbox",
    );
    assert.match(made.id, /^dev_/);
    assert.match(made.apiKey, /^gx_test_/);
    const me = (key) => server.api(key).get("/v1/me");
    assert.equal((await me(made.apiKey)).body.name, "Acme Travel");

    const { developers } = await json(server, "developers", "list");
    assert.equal(developers.length, 3);
    assert.deepEqual(
        (({ name, email, mode, keys }) => ({ name, email, mode, keys }))(developers[0]),
        { name: "Acme Travel", email: "it@acme.example", mode: "sandbox", keys: 1 },
    );

    const rotated = await json(server, "developers", "rotate", made.id);
    assert.equal(rotated.removedKeys, 1);
    assert.equal((await me(made.apiKey)).status, 401);
    assert.equal((await me(rotated.apiKey)).status, 200);

    assert.equal((await json(server, "developers", "disable", made.id)).removedKeys, 1);
    assert.equal((await me(rotated.apiKey)).status, 401);
    const table = await command(server, "developers");
    assert.match(table, new RegExp(`^ *${made.id} +Acme Travel +sandbox +enterprise +0 `, "m"));
    assert.doesNotMatch(server.log(), new RegExp(made.apiKey));
    await server.stop();
});

test("a refused command changes nothing and says what to try", async () => {
    const server = await start_server();
    const rows = [
        [["rotate", "dev_unknown"], 1, /there is no developer "dev_unknown". Try: /],
        [["create", "--name", " "], 1, /--name must have/],
        [["create", "--name", "A", "--mode", "both"], 1, /--mode must be one of live, sandbox/],
        [["create", "--name", "A", "--email", "nobody"], 1, /--email must be/],
        [["create"], 2, /create needs --name/],
        [["rotate"], 2, /needs the developer's id/],
        [["remove"], 2, /developers knows list, create/],
    ];
    for (const [args, expected, sentence] of rows) {
        const { code, stderr } = await run_grantexd(
            ["developers", ...args, "--data-dir", server.data_dir],
        );
        assert.equal(code, expected, args.join(" "));
        assert.match(stderr, sentence);
    }
    assert.equal((await json(server, "developers")).developers.length, 2);
    await server.stop();
});

test("without a server the commands use the database, and two of them do not meet", async () => {
    const server = await start_server();
    await server.stop();
    const made = await json(server, "developers", "create", "--name", "Offline Ltd");
    await server.restart();
    assert.equal((await server.api(made.apiKey).get("/v1/me")).body.name, "Offline Ltd");
    await server.stop();
});

test("where there is neither a server nor a database nothing is made", async () => {
    const data_dir = join(temporary_directory(), "nothing");
    const { code, stderr } = await run_grantexd(["developers", "--data-dir", data_dir]);
    assert.equal(code, 1);
    assert.match(stderr, /there is no database .*nothing\/grantexd.db. Try: grantexd init/);
    assert.throws(() => statSync(data_dir));
});

test("init makes the first developer once", async () => {
    const data_dir = join(temporary_directory(), "data");
    const init = async () =>
        JSON.parse((await run_grantexd(["init", "--json", "--data-dir", data_dir])).stdout);
    const first = await init();
    assert.equal(first.created, true);
    assert.match(first.apiKey, /^gx_live_/);
    assert.deepEqual(await init(), { created: false, developers: 1, database: first.database });
    const server = await start_server({ args: [], data_dir });
    assert.equal((await server.api(first.apiKey).get("/v1/me")).status, 200);
    await server.stop();
});

test("the admin socket is the owner's alone, and takes no nonsense", async () => {
    const server = await start_server();
    const path = join(server.data_dir, "admin.sock");
    assert.equal(statSync(path).mode & 0o777, 0o600);
    const converse = async (text) => {
        const socket = connect(path);
        let answer = "";
        socket.on("data", (data) => (answer += data));
        socket.on("error", () => {});
        socket.end(text);
        await new Promise((resolve) => socket.on("close", resolve)); // a reset ends it too
        return answer;
    };
    for (const text of ["{}\n", "[]\n", "nonsense\n", '{"command":1,"arguments":{}}\n'])
        assert.match(await converse(text), /^{"refused":"/, text);
    assert.match(
        await converse('{"command":"format.disk","arguments":{}}\n'), /knows no command/,
    );
    assert.equal(await converse("x".repeat(70_000)), "");
    assert.equal((await json(server, "developers")).developers.length, 2);
    // What a killed server left is no obstacle.
    await server.kill9();
    await server.restart();
    assert.equal((await json(server, "developers")).developers.length, 2);
    await server.stop();
    assert.throws(() => statSync(path));
});

test("explain says why a grant, a token and a request are as they are", async () => {
    const server = await start_server();
    const api = server.sandbox();
    const agent = await api.agent_id();
    const granted = await api.grant(agent);
    const explained = await json(server, "explain", granted.grantId);
    assert.equal(explained.kind, "grant");
    assert.equal(explained.verdict, "active");
    assert.deepEqual(explained.chain, [granted.grantId]);

    const token_file = join(temporary_directory(), "token");
    writeFileSync(token_file, granted.grantToken + "\n");
    const explain_token = async () =>
        (await run_program([
            "sh", "-c", `"$1" explain - --data-dir "$2" < "$3"`, "sh", binary(), server.data_dir,
            token_file,
        ])).stdout;
    assert.match(await explain_token(), /^token tok_\w+: active\n/);
    await api.revoke(granted.grantId);
    assert.match(
        await explain_token(), /^token tok_\w+: revoked\n[\s\S]*The grant was revoked on /,
    );
    writeFileSync(token_file, granted.grantToken.replace(/.$/, (c) => (c === "A" ? "B" : "A")));
    assert.match(await explain_token(), /: malformed\n/);

    const unknown = await run_grantexd(["explain", "grnt_x", "--data-dir", server.data_dir]);
    assert.equal(unknown.code, 1);
    assert.match(unknown.stderr, /there is no grant or request "grnt_x"/);
    await server.stop();
});

test("an exported audit chain verifies offline; the first bad entry is named", async () => {
    const server = await start_server();
    const api = server.sandbox();
    const agent = await api.agent_id();
    const { grantId } = await api.grant(agent);
    for (let i = 0; i < 250; ++i)
        await api.post("/v1/audit/log", {
            agentId: agent, grantId, action: `calendar.read ${i}`, metadata: { i, x: 0.1, "é": "😀" },
        });
    const developer = (await api.get("/v1/me")).body.developerId;
    const file = join(temporary_directory(), "audit.jsonl");
    await command(server, "audit", "export", "--developer", developer, "--out", file);
    await server.stop();

    const verify = async (text) => {
        const changed = join(temporary_directory(), "changed.jsonl");
        writeFileSync(changed, text);
        const { code, stdout } = await run_grantexd(["audit", "verify", changed, "--json"]);
        return { code, ...JSON.parse(stdout) };
    };
    const whole = readFileSync(file, "utf8");
    const lines = whole.trimEnd().split("\n");
    assert.ok(lines.length >= 250);
    assert.deepEqual(await verify(whole), { code: 0, entries: lines.length, intact: true });

    const bad = async (index, text) => {
        const result = await verify(text);
        assert.deepEqual(
            [result.code, result.intact, result.line], [1, false, index + 1], result.fault,
        );
        return result;
    };
    const with_line = (index, line) => lines.with?.(index, line) ??
        lines.map((old, i) => (i === index ? line : old));
    const edited = lines[100].replace("calendar.read", "calendar.edit");
    assert.equal(
        (await bad(100, with_line(100, edited).join("\n"))).entryId, JSON.parse(edited).id,
    );
    await bad(7, lines.filter((_, i) => i !== 7).join("\n"));
    await bad(0, lines.slice(1).join("\n"));
    await bad(50, with_line(50, "{").join("\n"));
    await bad(31, [...lines.slice(0, 31), lines[30], ...lines.slice(31)].join("\n"));
});

test("tail shows what happens as it happens", async () => {
    const server = await start_server();
    const api = server.sandbox();
    const child = spawn(binary(), ["tail", "--json", "--data-dir", server.data_dir], {
        env: { PATH: process.env.PATH },
        stdio: ["ignore", "pipe", "inherit"],
    });
    const ended = once(child, "close");
    let text = "";
    child.stdout.setEncoding("utf8").on("data", (part) => (text += part));
    // It tells of what comes after it has connected.
    const made = [];
    for (let i = 0; i < 100 && !text.includes("grant.created"); ++i) {
        made.push((await api.grant(await api.agent_id())).grantId);
        await new Promise((resolve) => setTimeout(resolve, 100));
    }
    const events = text.slice(0, text.lastIndexOf("\n")).split("\n").map((line) => JSON.parse(line));
    const told = events.find(({ type }) => type === "grant.created");
    assert.ok(made.includes(told.data.grantId));
    await server.stop(); // ends the follower too
    const [code] = await ended;
    assert.equal(code, 1);
});

test("config shows where each value comes from, and no secret", async () => {
    const directory = temporary_directory();
    const file = join(directory, "grantexd.conf");
    writeFileSync(file, "grant_max_ttl = 7d\nrate_ip = 10\n");
    const env = { GRANTEXD_RATE_IP: "20", GRANTEXD_ADMIN_API_KEY: live_key };
    const args = ["--config", file, "--listen", "127.0.0.1:0"];
    const { stdout, code } = await run_grantexd(["config", "show", "--json", ...args], { env });
    assert.equal(code, 0);
    const rows = Object.fromEntries(JSON.parse(stdout).map((row) => [row.name, row]));
    assert.deepEqual(
        ["grant_max_ttl", "rate_ip", "listen", "admin_api_key", "token_max_ttl"].map((name) => [
            rows[name].value, rows[name].origin,
        ]),
        [
            ["7d", `${file}:1 grant_max_ttl`], ["20", "GRANTEXD_RATE_IP"],
            ["127.0.0.1:0", "--listen"], ["set", "GRANTEXD_ADMIN_API_KEY"], ["24h", "default"],
        ],
    );
    const table = await run_grantexd(["config", ...args], { env });
    assert.match(table.stdout, /^ *rate_ip +20 +5000 +GRANTEXD_RATE_IP$/m);
    assert.doesNotMatch(stdout + table.stdout, new RegExp(live_key));

    writeFileSync(file, "grant_max_tl = 7d\n");
    const wrong = await run_grantexd(["config", "check", "--config", file]);
    assert.equal(wrong.code, 78);
    assert.match(wrong.stderr, /grantexd.conf:1: "grant_max_tl" is not a setting. Did you mean grant_max_ttl\?/);
});

test("the sample file is accepted as it is and with every default written out", async () => {
    const { stdout } = await run_grantexd(["config", "sample"]);
    const file = join(temporary_directory(), "grantexd.conf");
    const check = async (text) => {
        writeFileSync(file, text);
        return run_grantexd(["config", "check", "--config", file]);
    };
    assert.equal((await check(stdout)).code, 0);
    const with_defaults = stdout.replace(/^#(\w+ = \S.*)$/gm, "$1");
    assert.notEqual(with_defaults, stdout);
    const { code, stderr } = await check(with_defaults.replace(/^metrics_require_auth.*$/m, ""));
    assert.equal(code, 0, stderr);
});

test("health tells a script by its exit code", async () => {
    const server = await start_server();
    const healthy = await run_grantexd(["health", "--url", server.base]);
    assert.equal(healthy.code, 0);
    assert.match(healthy.stdout, /is healthy/);
    await server.stop();
    const gone = await run_grantexd(["health", "--url", server.base, "--json"]);
    assert.equal(gone.code, 3);
    assert.equal(JSON.parse(gone.stdout).healthy, false);
});

test("health tells of a server that answers but cannot store", async () => {
    const full = createServer((request, response) =>
        response.end('{"status":"degraded","database":"error","redis":"ok"}'),
    );
    await new Promise((resolve) => full.listen(0, "127.0.0.1", resolve));
    const base = `http://127.0.0.1:${full.address().port}`;
    const { code, stderr } = await run_grantexd(["health", "--url", base]);
    assert.equal(code, 3);
    assert.equal(
        stderr,
        `grantexd: ${base} answers, but its disk refuses what it writes. Try: grantexd doctor\n`,
    );
    full.close();
});

test("doctor names what is left to do, with a command each", async () => {
    const server = await start_server({ args: [] });
    const listen = new URL(server.base).host;
    const look = async (...args) =>
        run_grantexd(["doctor", "--data-dir", server.data_dir, ...args], {
            env: { GRANTEXD_LISTEN: listen },
        });
    const { code, stdout } = await look("--json");
    assert.equal(code, 0, stdout);
    const found = Object.fromEntries(JSON.parse(stdout).map((row) => [row.check, row]));
    assert.equal(found.server.state, "good");
    assert.equal(found.health.state, "good");
    assert.equal(found.disk.state, "good");
    assert.equal(found.backups.state, "advice");
    assert.match(found.backups.try, /grantexd backup/);
    assert.equal(found.mail.state, "advice");
    await server.stop();

    const after = await look();
    assert.equal(after.code, 3);
    assert.match(after.stdout, /^PROBLEM +server +no server runs on /m);
    assert.match(after.stdout, /Try: systemctl start grantexd/);
});

test("the page of the manual is one that man accepts", async () => {
    const { stdout, code } = await run_grantexd(["man"]);
    assert.equal(code, 0);
    for (const part of [".TH GRANTEXD 1", ".SH SETTINGS", ".B grant_max_ttl", ".SS developers"])
        assert.ok(stdout.includes(part), part);
    assert.doesNotMatch(stdout, /^\.(?!TH |SH |SS |TP|PP|B |I |nf|fi)/m);
});
