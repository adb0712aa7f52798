// Drives a server with wrk and says what the server spent on each request.
import { mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { cpu_milliseconds } from "../support/process_state.mjs";
import { run_program, temporary_directory } from "../support/server.mjs";

const script = fileURLToPath(new URL("load.lua", import.meta.url));

let folder;

// A file of its own below a directory that goes with this process.
export function new_file(name) {
    folder ??= temporary_directory();
    return join(mkdtempSync(join(folder, "load-")), name);
}

export function write_values(values) {
    const file = new_file("values");
    writeFileSync(file, values.map((value) => `${value}\n`).join(""));
    return file;
}

// Strings without control characters but \n are the same in JSON and in Lua.
function lua(value) {
    if (Array.isArray(value)) return `{${value.map(lua).join(", ")}}`;
    if (typeof value !== "object") return JSON.stringify(value);
    const members = Object.entries(value).filter(([, each]) => each !== undefined);
    return `{${members.map(([name, each]) => `[${lua(name)}] = ${lua(each)}`).join(", ")}}`;
}

// A kind of requests for a plan. Each takes its value (where $VALUE stands) from the file `values`:
// use "cycle" takes them again and again, "once" each one once; a load ends when nothing is left.
export function kind(name, method, path, { key, body, values, use = "cycle", weight } = {}) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    return { name, method, path, key, body: text, values, use, weight };
}

// plan: {kinds, answers: [{pattern, feeds, file}], delay}. Of the answers' rules the first one that
// matches counts: its capture becomes a value of the kind `feeds`, a line of `file`. `delay` is the
// mean pause of a connection between two requests, in milliseconds. An answer that refuses is an
// error unless the load `may_refuse`.
// Gives what was measured; times are microseconds, cpu_us that of the processes `pids` a request.
export async function drive(base, pids, plan, { connections, seconds, may_refuse = false }) {
    const file = new_file("plan.lua");
    writeFileSync(file, `return ${lua(plan)}\n`);
    const spent = () => pids.reduce((sum, pid) => sum + cpu_milliseconds(pid), 0);
    const before = spent();
    const load = ["-t1", `-c${connections}`, `-d${seconds}s`, "-s", script, base, file];
    const { code, stdout, stderr } = await run_program(["wrk", ...load]);
    const milliseconds = spent() - before;
    const [, text] = /^RESULT (.*)$/m.exec(stdout) ?? [];
    if (code !== 0 || !text) throw new Error(`wrk ended with ${code}: ${stdout}${stderr}`);
    const result = JSON.parse(text);
    const names = plan.kinds.map((each) => each.name).join(", ");
    const unwanted = result.failed || (result.refused && !may_refuse);
    if (unwanted || !result.requests) throw new Error(`${names}: ${text}`);
    return {
        connections,
        requests: result.requests,
        refused: result.refused,
        rate: result.requests / (result.microseconds / 1e6),
        p50_us: result.p50,
        p99_us: result.p99,
        cpu_us: (milliseconds * 1000) / result.requests,
        generator_us: (result.generator_seconds * 1e6) / result.requests,
    };
}
