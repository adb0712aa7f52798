// What is in a data directory: compared before and after, or searched for what must not be there.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";

export const database_of = (data_dir) => join(data_dir, "grantexd.db");

export const mode_of = (path) => (statSync(path).mode & 0o777).toString(8);

export const sha256_of = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");

// Those in directories below it too. The admin socket of a running server is none.
function files_in(directory, below = "") {
    return readdirSync(join(directory, below), { withFileTypes: true })
        .flatMap((entry) => {
            const name = join(below, entry.name);
            return entry.isDirectory() ? files_in(directory, name) : entry.isSocket() ? [] : [name];
        })
        .sort();
}

// Every file with the hash of its content; a change of any byte, name or number shows.
// But for the memory that the connections of a database share (-shm): a reader writes there, too.
export function snapshot(directory) {
    if (!existsSync(directory)) return [];
    const names = files_in(directory).filter((name) => !name.endsWith("-shm"));
    return names.map((name) => `${name} ${sha256_of(join(directory, name))}`);
}

// The names of the files that hold one of the needles (strings or bytes), with which.
export function find_in_files(directory, needles) {
    const found = [];
    for (const name of files_in(directory)) {
        const content = readFileSync(join(directory, name));
        for (const [label, needle] of needles)
            if (content.includes(needle)) found.push(`${label} in ${name}`);
    }
    return found;
}
