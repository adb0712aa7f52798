// The log of a program's steps on its disk (tests/faults/disk_log.hpp), and what of the program has
// to be set so that it is kept.
import { readFileSync } from "node:fs";
import { dirname } from "node:path";

const kinds = [, "open", "write", "truncate", "sync", "rename", "unlink", "mkdir", "link"];
const head_bytes = 32;

export function disk_faults() {
    const path = process.env.GRANTEXD_DISK_FAULTS;
    if (!path) throw new Error("GRANTEXD_DISK_FAULTS names no library. Try: ./tests/run process");
    return path;
}
// The program that it can be preloaded into: the released one is static.
export function dev_binary() {
    const path = process.env.GRANTEXD_DEV_BINARY;
    if (!path) throw new Error("GRANTEXD_DEV_BINARY names no program. Try: ./tests/run process");
    return path;
}

// The variables of a program whose data directory is watched, with its name and its parent's.
export const watching = (data_dir, variables) => ({
    LD_PRELOAD: disk_faults(),
    DISK_ROOT: dirname(data_dir),
    ...variables,
});

// The steps in the order in which they were done: {kind, handle, at, time, path | data | from, to}.
// A step that the end of the program cut off is not in it.
export function read_disk_log(path) {
    const log = readFileSync(path);
    const steps = [];
    for (let next = 0; next + head_bytes <= log.length; ) {
        const bytes = Number(log.readBigUInt64LE(next + 24));
        const data = log.subarray(next + head_bytes, next + head_bytes + bytes);
        if (data.length < bytes) break;
        const step = {
            kind: kinds[log.readUInt32LE(next)],
            handle: log.readUInt32LE(next + 4),
            time: log.readBigUInt64LE(next + 8),
            at: Number(log.readBigUInt64LE(next + 16)),
        };
        if (step.kind === "write") step.data = data;
        else if (["rename", "link"].includes(step.kind))
            [step.from, step.to] = data.toString().split("\0");
        else if (!["truncate", "sync"].includes(step.kind)) step.path = data.toString();
        steps.push(step);
        next += head_bytes + bytes;
    }
    return steps;
}
