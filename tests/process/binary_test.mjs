// The program as a file: one static executable that needs nothing of the machine it runs on.
import assert from "node:assert/strict";
import { copyFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import {
    binary,
    run_grantexd,
    run_program,
    start_server,
    temporary_directory,
} from "../support/server.mjs";

const megabyte = 1024 * 1024;

test("the program is one static executable", async () => {
    const { stdout } = await run_program(["file", "--brief", "--dereference", binary()]);
    assert.match(stdout, /^ELF 64-bit .*\b(static-pie|statically) linked\b/);
    const { stdout: needed } = await run_program(["readelf", "--dynamic", binary()]);
    assert.doesNotMatch(needed, /\(NEEDED\)/);
    const { stdout: segments } = await run_program(["readelf", "--program-headers", binary()]);
    assert.doesNotMatch(segments, /INTERP/);
});

// The target is 12; what came with webhooks, streams and domains is still to be trimmed.
const stripped_megabytes_max = 16;

test("stripped it has at most 16 MB", async (t) => {
    const stripped = join(temporary_directory(), "grantexd");
    copyFileSync(binary(), stripped);
    assert.equal((await run_program(["strip", stripped])).code, 0);
    const bytes = statSync(stripped).size;
    t.diagnostic(`stripped: ${(bytes / megabyte).toFixed(1)} MB`);
    assert.ok(bytes <= stripped_megabytes_max * megabyte, `${bytes} bytes`);
    assert.equal((await run_program([stripped, "version"])).code, 0);
});

test("it starts in an empty root directory, with no file of any system around it", async (t) => {
    const root = temporary_directory();
    copyFileSync(binary(), join(root, "grantexd"));
    const { code, stdout, stderr } = await run_program(["chroot", root, "/grantexd", "version"]);
    if (/Operation not permitted/.test(stderr)) return t.skip("only root may change the root");
    assert.equal(code, 0);
    assert.match(stdout, /^grantexd \d+\.\d+\.\d+\n$/);
});

// glibc would load these modules into the static program, which can end in a crash.
test("it runs on a machine whose name services are modules", async (t) => {
    const allowed = await run_program(["unshare", "--mount", "true"]);
    if (allowed.code !== 0) return t.skip("a mount namespace of our own is not permitted here");
    const hostile = join(temporary_directory(), "nsswitch.conf");
    const modules = "mymachines resolve [!UNAVAIL=return] files myhostname dns";
    const databases = ["hosts", "passwd", "group", "shadow", "services", "networks", "protocols"];
    writeFileSync(hostile, databases.map((name) => `${name}: ${modules}\n`).join(""));
    const bind = `mount --bind ${hostile} /etc/nsswitch.conf && exec "$@"`;
    const server = await start_server({
        wrapper: ["unshare", "--mount", "sh", "-c", bind, "sh"],
        listen: "localhost:0",
    });
    const agent_id = await server.api().agent_id();
    assert.match(agent_id, /^ag_/);
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

// The demo looks its server's name up, which is getaddrinfo in the same static program.
test("it resolves names there, from the files of the machine", async (t) => {
    const allowed = await run_program(["unshare", "--mount", "true"]);
    if (allowed.code !== 0) return t.skip("a mount namespace of our own is not permitted here");
    const folder = temporary_directory();
    writeFileSync(join(folder, "hosts"), "127.0.0.1 grantexd-by-name.test\n");
    writeFileSync(join(folder, "nsswitch.conf"), "hosts: mymachines resolve files myhostname dns\n");
    const bind =
        'mount --bind "$0/hosts" /etc/hosts && ' +
        'mount --bind "$0/nsswitch.conf" /etc/nsswitch.conf && exec "$@"';
    const server = await start_server();
    const port = new URL(server.base).port;
    const ask = (name) =>
        run_program(
            ["unshare", "--mount", "sh", "-c", bind, folder, binary(), "demo", "--yes"].concat(
                ["--url", `http://${name}:${port}`],
            ),
            { env: { GRANTEXD_API_KEY: server.sandbox_key } },
        );
    const known = await ask("grantexd-by-name.test");
    assert.equal(known.code, 0, known.stdout + known.stderr);
    assert.match(known.stdout, /All 13 steps went as they should/);
    const unknown = await ask("grantexd-unknown.invalid");
    assert.equal(unknown.code, 1);
    assert.equal(unknown.signal, null);
    await server.stop();
});

// Time zones come from a library of their own, which has to be inside the program like all others.
test("it knows time zones", async () => {
    const server = await start_server();
    const policy = { name: "Office hours", effect: "deny", timeOfDayStart: "18:00" };
    const times = { timeOfDayEnd: "08:00", timeZone: "Europe/Berlin" };
    const answer = await server.sandbox().post("/v1/policies", { ...policy, ...times });
    assert.equal(answer.status, 201, answer.text);
    assert.equal(answer.body.timeZone, "Europe/Berlin");
    assert.ok(await server.sandbox().agent_id());
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

test("help and version answer without touching anything", async () => {
    const cwd = temporary_directory();
    for (const args of [["help"], ["--help"], ["version"], ["--version"], ["serve", "--help"]]) {
        const { code, stdout, stderr } = await run_grantexd(args, { cwd });
        assert.equal(code, 0, args.join(" "));
        assert.match(stdout, /grantexd/);
        assert.equal(stderr, "");
    }
    const { stdout } = await run_program(["ls", "-A", cwd]);
    assert.equal(stdout, "");
});

test("a wrong command or flag ends with 2 and says what to try", async () => {
    const rows = [
        [["sevre"], /no command "sevre".*Try: grantexd help/],
        [["serve", "--prot", "1"], /'?--prot'?.*Try: grantexd serve --help/],
        [["serve", "--data-dir"], /data-dir.*Try: grantexd serve --help/],
        [["serve", "here"], /flags only.*Try: grantexd serve --help/],
        // A secret on the command line could be read by every user of the machine.
        [["serve", "--master-key", "a".repeat(64)], /master-key.*Try: grantexd serve --help/],
    ];
    const cwd = temporary_directory();
    for (const [args, sentence] of rows) {
        const { code, stdout, stderr } = await run_grantexd(args, { cwd });
        assert.equal(code, 2, args.join(" "));
        assert.equal(stdout, "");
        assert.match(stderr, sentence);
        assert.doesNotMatch(stderr, /aaaa/);
    }
});
