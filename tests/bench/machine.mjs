// What the numbers were measured on.
import { readFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";

import { binary } from "../support/server.mjs";

const read = (path) => {
    try {
        return readFileSync(path, "utf8").trim();
    } catch {
        return "unknown";
    }
};

export function describe_machine() {
    return {
        cpu: cpus()[0].model.trim(),
        cores: cpus().length,
        system: `Debian ${read("/etc/debian_version")}`,
        kernel: release(),
        load_before: loadavg()[0], // of the last minute: who else is busy here
        at: new Date().toISOString(),
    };
}

// Megabytes of the program without what only a debugger reads: the loaded segments of the ELF file.
export function program_megabytes() {
    const file = readFileSync(binary());
    const [offset, size, count] = [
        Number(file.readBigUInt64LE(32)),
        file.readUInt16LE(54),
        file.readUInt16LE(56),
    ];
    const load = 1;
    let bytes = 0;
    for (let i = 0; i < count; ++i) {
        const header = offset + i * size;
        if (file.readUInt32LE(header) === load) bytes += Number(file.readBigUInt64LE(header + 32));
    }
    return bytes / 1024 / 1024;
}
