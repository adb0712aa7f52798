// What rows do to the hot operations: servers with few and with many, measured in turn.
import { execFileSync } from "node:child_process";
import { statSync } from "node:fs";

import { database_of } from "../support/data_files.mjs";
import { memory_of } from "../support/process_state.mjs";
import { median } from "../support/statistics.mjs";
import { bench_fill } from "./limits.mjs";
import { audit_kind, operations } from "./operations.mjs";
import { measure_start_up } from "./start_up.mjs";
import { new_server, World } from "./world.mjs";

export const row_counts = () =>
    (process.env.GRANTEXD_BENCH_ROWS ?? "10000,100000").split(",").map(Number);

const of_another = {
    id: "audit_of_another",
    title: "POST audit/log of another developer",
    run: (world, load) => {
        const other = { ...world, agent: world.live_agent, key: world.server.live_key };
        return world.run({ kinds: [audit_kind(other)] }, load);
    },
};
const hot = ["verify", "get_grant", "list_grants", "authorize", "exchange", "audit", "list_audit"];
const measured = [...operations.filter(({ id }) => hot.includes(id)), of_another];

// A server whose sandbox developer has so many rows in each of the tables that grow.
async function start_filled(rows, signs_per_second) {
    const server = await new_server().start();
    const { developerId } = await server.sandbox().must(200, "GET", "/v1/me");
    await server.stop();
    const file = database_of(server.data_dir);
    execFileSync(bench_fill(), ["fill", file, developerId, String(rows)]);
    await server.restart();
    const world = await new World(server, signs_per_second).prepare();
    return { rows, server, world, file_mb: statSync(file).size / 1024 / 1024 };
}

function median_of(runs) {
    const of = (name) => median(runs.map((run) => run[name]));
    return { cpu_us: of("cpu_us"), p50_us: of("p50_us"), p99_us: of("p99_us"), rate: of("rate") };
}

// {operations: [{id, title, by_rows: [{rows, cpu_us, p50_us, p99_us, rate}]}], servers: [{rows,
// file_mb, memory_mb, start_up}]}. Each operation on all servers in turn, three times, of which the
// median counts: a sync of the disk that takes long is most of the p99 of the run it falls into.
export async function measure_growth(signs_per_second, seconds) {
    const filled = [];
    for (const rows of row_counts()) filled.push(await start_filled(rows, signs_per_second));
    const load = { connections: 64, seconds };
    const results = [];
    for (const { id, title, run } of measured) {
        const runs = filled.map(() => []);
        for (let pass = 0; pass < 3; ++pass)
            for (const [i, { world }] of filled.entries()) runs[i].push(await run(world, load));
        const by_rows = runs.map((each, i) => ({ rows: filled[i].rows, ...median_of(each) }));
        results.push({ id, title, by_rows });
    }
    const servers = [];
    for (const { rows, server, file_mb } of filled) {
        const memory_mb = memory_of(server.pid).peak;
        servers.push({ rows, file_mb, memory_mb, start_up: await measure_start_up(3, server) });
    }
    return { operations: results, servers };
}
