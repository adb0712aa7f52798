// The benchmark of the server:  ./tests/run bench
//
// GRANTEXD_TEST_ROUNDS multiplies how long each thing is driven (2 seconds by default);
// GRANTEXD_BENCH_ROWS lists the numbers of rows of which growth is measured (10000,100000 by
// default; 10,000,000 take 25 GB and half an hour). The results are in .build/bench.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { memory_of } from "../support/process_state.mjs";
import { rounds } from "../support/server.mjs";
import { median } from "../support/statistics.mjs";
import { measure_growth } from "./growth.mjs";
import { disk, rsa_of_core, rsa_of_machine, start_nginx_limit } from "./limits.mjs";
import { read_loop_lag } from "./loop_lag.mjs";
import { describe_machine, program_megabytes } from "./machine.mjs";
import { measure_memory } from "./memory.mjs";
import { operations } from "./operations.mjs";
import { draw_plot } from "./plot.mjs";
import { measure_revocation } from "./revocation.mjs";
import { measure_start_up } from "./start_up.mjs";
import { write_table } from "./table.mjs";
import { judge } from "./targets.mjs";
import { new_server, World } from "./world.mjs";

const folder = fileURLToPath(new URL("../../.build/bench", import.meta.url));
const seconds = rounds(2);
const connections = [64, 16, 1];

const start = performance.now();
const say = (what) =>
    console.error(`${((performance.now() - start) / 1000).toFixed(0).padStart(4)} s  ${what}`);

// What is compared is measured next to each other: RSA and nginx beside the most connections, the
// disk beside a single one.
async function measure_operation({ id, title, limit, has_half, run }, world, nginx) {
    say(title);
    const result = { id, title };
    if (limit === "rsa") {
        result.all_cores = await rsa_of_machine();
        result.rsa = await rsa_of_core();
    }
    result.nginx = await nginx.run({ connections: 64, seconds: 1 });
    result.runs = [];
    for (const count of connections)
        result.runs.unshift(await run(world, { connections: count, seconds }));
    if (limit === "disk") result.disk = await disk(world.server.data_dir);
    if (has_half) result.half = await run_at_half(run, world, result.runs.at(-1));
    return result;
}

// At half of the highest rate: each connection pauses, on average, for as long as that takes.
function run_at_half(run, world, { rate, connections: width }) {
    const delay = Math.round((width / (rate / 2)) * 1000);
    return run(world, { connections: width, seconds }, delay);
}

// Everything that is driven with wrk on one server.
async function measure_load(nginx) {
    const server = await new_server().start();
    const world = await new World(server, (await rsa_of_machine()).signs).prepare();
    const results = { operations: [] };
    for (const operation of operations)
        results.operations.push(await measure_operation(operation, world, nginx));
    results.loaded_mb = memory_of(server.pid).peak;
    results.loop = await read_loop_lag(server);
    results.disk = results.operations.find((each) => each.disk).disk;
    const signs = results.operations.filter((each) => each.rsa).map((each) => each.rsa.signs);
    results.rsa = { signs: median(signs) };
    await server.stop();
    return results;
}

async function measure_trees(nginx) {
    say("trees of grants, and deliveries");
    const beside = await nginx.run({ connections: 64, seconds: 1 });
    const { signs } = await rsa_of_machine();
    return { nginx: beside, ...(await measure_revocation(signs, rounds(2))) };
}

async function measure_all() {
    const machine = describe_machine();
    const nginx = await start_nginx_limit();
    const load = await measure_load(nginx);
    const revocation = await measure_trees(nginx);
    await nginx.stop();
    say("memory and start-up");
    const memory = await measure_memory();
    const start_up = await measure_start_up(5);
    say("growth");
    const growth = await measure_growth((await rsa_of_machine()).signs, rounds(1));
    return {
        machine,
        ...load,
        revocation,
        memory,
        start_up,
        growth,
        program_mb: program_megabytes(),
    };
}

function write_results(results) {
    const judgements = judge(results);
    const table = write_table(results, judgements);
    mkdirSync(folder, { recursive: true });
    writeFileSync(
        join(folder, "results.json"),
        JSON.stringify({ ...results, judgements }, null, 2),
    );
    writeFileSync(join(folder, "table.md"), table);
    writeFileSync(join(folder, "plot.svg"), draw_plot(results));
    console.log(`${table}\nWritten to ${folder}: results.json, table.md, plot.svg`);
}

// Whatever was started ends with this process.
try {
    write_results(await measure_all());
    process.exitCode = 0;
} catch (error) {
    console.error(error);
    process.exitCode = 1;
}
process.exit();
