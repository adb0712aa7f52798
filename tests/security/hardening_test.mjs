// The process and the program file against someone else on the machine.
import assert from "node:assert/strict";
import { chmodSync, chownSync, copyFileSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { binary, run_program, start_server, temporary_directory } from "../support/server.mjs";

const nobody = 65534;
const is_root = process.getuid() === 0;
// The tests often run as root, who may look into everything: the server and who tries to look into
// it are then both `nobody`.
const as_nobody = is_root
    ? ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"]
    : [];

async function server_of_nobody() {
    const directory = temporary_directory();
    const program = join(directory, "grantexd");
    copyFileSync(binary(), program);
    mkdirSync(join(directory, "data"), { mode: 0o700 });
    for (const path of [directory, program]) chmodSync(path, 0o755);
    if (is_root) chownSync(join(directory, "data"), nobody, nobody);
    const before = process.env.GRANTEXD_BINARY;
    process.env.GRANTEXD_BINARY = program;
    try {
        const data_dir = join(directory, "data");
        return await start_server({
            data_dir,
            wrapper: ["sh", "-c", 'ulimit -c unlimited; cd "$0" && exec "$@"', data_dir, ...as_nobody],
        });
    } finally {
        process.env.GRANTEXD_BINARY = before;
    }
}

test("S-129 who has the same user id can neither read nor trace the process", async () => {
    const server = await server_of_nobody();
    await server.sandbox().grant(await server.sandbox().agent_id());
    const proc = `/proc/${server.pid}`;
    for (const name of ["environ", "mem", "maps", "auxv", "stack"]) {
        const read = await run_program([...as_nobody, "head", "-c", "1", `${proc}/${name}`]);
        assert.notEqual(read.code, 0, name);
        assert.match(read.stderr, /Permission denied|not permitted/, name);
    }
    const listed = await run_program([...as_nobody, "ls", `${proc}/fd`]);
    assert.notEqual(listed.code, 0);
    // The same commands do work on a process that does not guard itself.
    const script = 'sleep 5 & head -c 1 "/proc/$!/environ" && ls "/proc/$!/fd"; kill "$!"';
    const open = await run_program([...as_nobody, "sh", "-c", script]);
    assert.equal(open.stderr, "");
    await server.stop();
});

test("S-129 a process that is made to crash leaves no core file", async () => {
    const server = await server_of_nobody();
    const limits = readFileSync(`/proc/${server.pid}/limits`, "utf8");
    assert.match(limits, /^Max core file size +0 +0 +bytes/m);
    const { signal } = await server.stop("SIGABRT");
    assert.equal(signal, "SIGABRT");
    const names = readdirSync(server.data_dir).filter((name) => name.includes("core"));
    assert.deepEqual(names, []);
});

async function readelf(...flags) {
    const { code, stdout } = await run_program(["readelf", "--wide", ...flags, binary()]);
    assert.equal(code, 0);
    return stdout;
}

test("S-130 the program is built so that a mistake in it is hard to use", async (t) => {
    const dynamic = await readelf("--dynamic");
    if (/\(NEEDED\)/.test(dynamic)) return t.skip("this is a development build");
    assert.match(await readelf("--file-header"), /Type: +DYN/, "loaded at a random address");
    assert.match(dynamic, /\(FLAGS(_1)?\).*\bPIE\b/);
    assert.match(dynamic, /\b(BIND_)?NOW\b/, "full RELRO");
    const segments = await readelf("--program-headers");
    assert.match(segments, /GNU_RELRO/);
    assert.match(segments, /GNU_STACK .* RW +0x/, "no executable stack");
    for (const [, flags] of segments.matchAll(/^ +LOAD .* ([R ][W ][E ]) +0x/gm))
        assert.ok(!(flags.includes("W") && flags.includes("E")), "nothing writable is executable");
    const symbols = await readelf("--symbols");
    assert.match(symbols, /\b__stack_chk_fail\b/);
    assert.match(symbols, /\b__(memcpy|snprintf|read|vsnprintf)_chk\b/, "_FORTIFY_SOURCE");
});
