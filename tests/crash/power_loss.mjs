// Power losses without a machine to switch off: a server works while the log of its disk is kept;
// then the log is cut at some step, the files that a disk can be left with are made, and a server
// that starts on them is asked for everything that had been acknowledged by then.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";

import { Server, temporary_directory } from "../support/server.mjs";
import { Disk } from "./disk_image.mjs";
import { dev_binary, read_disk_log, watching } from "./disk_log.mjs";
import { Oracle } from "./oracle.mjs";
import { faults_of_files } from "./recount.mjs";
import { check_single_use } from "./single_use.mjs";

export const subsets_a_cut = 4;

const kept_folder = new URL("../../.build/crash/images", import.meta.url).pathname;

// A disk that is watched: a directory with nothing in it but what is put there, before the start.
export class Recording {
    constructor() {
        this.root = temporary_directory();
        this.data_dir = join(this.root, "data");
        this.log = join(temporary_directory(), "disk.log");
        this.variables = watching(this.data_dir, { DISK_LOG: this.log });
    }
    // Of a server that runs on it; for a command, the variables suffice.
    server(options) {
        const env = { GRANTEXD_RATE_PROFILE: "off", ...options?.env, ...this.variables };
        return new Server({ data_dir: this.data_dir, file: dev_binary(), ...options, env });
    }
    read() {
        this.steps = read_disk_log(this.log);
        const opened = this.steps.filter(({ kind }) => kind === "open");
        const paths = new Map(opened.map(({ handle, path }) => [handle, path]));
        for (const step of this.steps) step.path ??= paths.get(step.handle);
        return this;
    }
    // The disk before this step; `files` were there at the beginning: {path: content}.
    before(cut, files = {}) {
        const disk = new Disk();
        for (const [path, content] of Object.entries(files)) disk.add(path, content);
        for (const step of this.steps.slice(0, cut)) disk.take(step);
        return disk;
    }
    // What was answered before this moment was answered before the loss.
    moment(cut) {
        return this.steps[cut]?.time ?? this.steps.at(-1).time + 1_000_000_000n;
    }
    // Steps that were taken between two moments.
    between(begin, end) {
        return [...this.steps.keys()].filter((index) => {
            const { time } = this.steps[index];
            return begin <= time && time <= end;
        });
    }
}

// A directory with what the disk may hold, and the name of the data directory in it.
export function make_image(disk, random, options) {
    const root = temporary_directory();
    const figures = disk.write_image(root, random, options);
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
// wrong. An image with something wrong is kept.
export async function faults_of_image({ root, data_dir }, options, ask, name) {
    // What a server finds is what it may not have damaged: a copy is for whoever looks into it.
    const faults = [];
    const kept = join(kept_folder, name);
    rmSync(kept, { recursive: true, force: true });
    mkdirSync(kept_folder, { recursive: true });
    cpSync(root, kept, { recursive: true });
    const server = new Server({ ...options, data_dir });
    try {
        await server.start();
        faults.push(...(await ask(server)));
        await server.kill9();
        faults.push(...faults_of_files(data_dir));
    } catch (error) {
        faults.push(`${error.stack}`);
        await server.program?.child.kill("SIGKILL");
    }
    if (faults.length === 0) rmSync(kept, { recursive: true });
    rmSync(root, { recursive: true });
    return faults;
}
