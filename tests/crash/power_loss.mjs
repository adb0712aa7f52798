// Power losses without a machine to switch off: a server works while the log of its disk is kept;
// then the log is cut at some step, the files that a disk can be left with are made, and a server
// that starts on them is asked for everything that had been acknowledged by then.
import assert from "node:assert/strict";
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

import { snapshot } from "../support/data_files.mjs";
import { Random, mixed } from "../support/random.mjs";
import { Server, temporary_directory } from "../support/server.mjs";
import { Disk } from "./disk_image.mjs";
import { dev_binary, read_disk_log, watching } from "./disk_log.mjs";
import { write_evidence } from "./evidence.mjs";
import { Oracle } from "./oracle.mjs";
import { faults_of_files } from "./recount.mjs";
import { check_single_use } from "./single_use.mjs";

const subsets_a_cut = 4;
const cuts_a_recording = 5;
const kept_folder = fileURLToPath(new URL("../../.build/crash/images", import.meta.url));

// A disk that is watched: a directory for the data directory of one program, and what was in it.
export class Recording {
    // more: variables of the program.
    constructor(more = {}) {
        this.root = temporary_directory();
        this.data_dir = join(this.root, "data");
        this.more = more;
        this.begin();
    }
    // A program that starts now finds what is there, all of it durable.
    begin() {
        const names = existsSync(this.data_dir) ? readdirSync(this.data_dir) : [];
        const here = names.filter((name) => /\.(db|db-wal|key|lock)$/.test(name));
        this.files = here.map((name) => [`data/${name}`, readFileSync(join(this.data_dir, name))]);
        this.log = join(temporary_directory(), "disk.log");
        this.variables = watching(this.data_dir, { DISK_LOG: this.log, ...this.more });
    }
    server({ env, ...options } = {}) {
        const all = { GRANTEXD_RATE_PROFILE: "off", ...env, ...this.variables };
        return new Server({ data_dir: this.data_dir, file: dev_binary(), ...options, env: all });
    }
    // Of a program that has ended.
    read() {
        this.steps = read_disk_log(this.log);
        const paths = new Map();
        for (const step of this.steps)
            if (step.kind === "open") paths.set(step.handle, step.path);
            else step.path ??= paths.get(step.handle);
        // A log without a kind of step would make images that no power loss can leave.
        const whole = make_image(this.before(this.steps.length), new Random(0), "everything");
        assert.deepEqual(snapshot(whole.data_dir), snapshot(this.data_dir));
        rmSync(whole.root, { recursive: true });
        return this;
    }
    before(cut) {
        const disk = new Disk();
        for (const [path, content] of this.files) disk.add(path, content);
        for (const step of this.steps.slice(0, cut)) disk.take(step);
        return disk;
    }
    // What was answered before this moment was answered before the loss.
    moment(cut) {
        return this.steps[cut]?.time ?? process.hrtime.bigint();
    }
    // The numbers of the steps that were taken between two moments.
    between(begin, end) {
        const is_between = ({ time }) => begin <= time && time <= end;
        return [...this.steps.keys()].filter((index) => is_between(this.steps[index]));
    }
}

function make_image(disk, random, loss) {
    const root = temporary_directory();
    const figures = disk.write_image(root, random, loss);
    return { root, data_dir: join(root, "data"), figures };
}

// What of a team (round.mjs) a started server does not hold as it was acknowledged before a moment.
export async function faults_of_team(server, { made_at, apiKey, clients }, moment) {
    if (made_at >= moment) return []; // it may not be there either
    const then = clients.map((client) => client.at(moment));
    const oracle = await new Oracle(server.api(apiKey), then).check();
    await check_single_use(oracle);
    return oracle.faults;
}

// Starts a server on an image, asks it, kills it, and looks at its files: sentences on what is
// wrong. `look` comes before the start, for files that the server does not open.
async function faults_of_image({ data_dir }, moment, { options, look, ask }) {
    const faults = (await look?.(data_dir, moment)) ?? [];
    const env = { GRANTEXD_RATE_PROFILE: "off", ...options.env };
    const server = new Server({ ...options, data_dir, env });
    try {
        await server.start();
        faults.push(...(await ask(server, moment)));
        await server.kill9();
        faults.push(...faults_of_files(data_dir));
    } catch (error) {
        faults.push(error.stack);
        await server.kill9();
    }
    return faults;
}

// A power loss before a step. loss: one of those of tests/crash/disk_image.mjs.
export async function lose_power(recorded, at, random, name, loss) {
    const { recording } = recorded;
    const image = make_image(recording.before(at), random, loss);
    // A server changes what it starts on; whoever looks into a fault wants the image.
    const kept = join(kept_folder, name);
    rmSync(kept, { recursive: true, force: true });
    mkdirSync(dirname(kept), { recursive: true });
    cpSync(image.root, kept, { recursive: true });
    const start = performance.now();
    const faults = await faults_of_image(image, recording.moment(at), recorded);
    const took = Math.round(performance.now() - start);
    rmSync(image.root, { recursive: true });
    if (faults.length === 0) rmSync(kept, { recursive: true });
    return { ...image.figures, took, faults };
}

// Cuts recordings and makes images of each cut. record(random): {recording, steps?: those at which
// it may be cut, options: of the servers that start on images, ask(server, moment), look?(data_dir,
// moment)}, both of which give faults. The figures of all images.
export async function cut_recordings({ test, phase, seed, cuts, record }) {
    const totals = { images: 0, pending: 0, kept: 0, torn: 0 };
    for (let cut = 0, recorded; cut < cuts; ++cut) {
        const random = new Random(mixed(seed, cut));
        if (cut % cuts_a_recording === 0) recorded = await record(random);
        const at = random.pick(recorded.steps ?? [...recorded.recording.steps.keys()]);
        for (let subset = 0; subset < subsets_a_cut; ++subset) {
            const name = `${test}-${phase}-${seed}-${cut}-${subset}`;
            const figures = await lose_power(recorded, at, random, name);
            write_evidence(test, { phase, seed, cut, step: at, subset, ...figures });
            assert.deepEqual(figures.faults, [], name);
            ++totals.images;
            for (const figure of ["pending", "kept", "torn"]) totals[figure] += figures[figure];
        }
    }
    return totals;
}
