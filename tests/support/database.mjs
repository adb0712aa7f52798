// What is in the database, read and changed with SQLite's own program (Debian package sqlite3). The
// file is never opened while a server runs on it: a stopped server's is, or a copy is.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";

import { database_of } from "./data_files.mjs";
import { temporary_directory } from "./server.mjs";

function sqlite(file, text, ...options) {
    const { error, status, stdout, stderr } = spawnSync("sqlite3", ["-bail", ...options, file], {
        input: text,
        encoding: "utf8",
        maxBuffer: 1 << 28,
    });
    if (error)
        throw new Error(`sqlite3 does not start (${error.code}). Try: ./server/install sqlite3`);
    if (status !== 0) throw new Error(`sqlite3: ${stderr}`);
    return stdout;
}

// The rows of a query of a stopped server's database, as objects.
export const query = (data_dir, text) =>
    JSON.parse(sqlite(database_of(data_dir), text, "-json") || "[]");
export const change = (data_dir, text) => void sqlite(database_of(data_dir), text);

let copy;
// The rows of every table of a running, idle server: {table: "<count> <hash of the content>"}. What
// differs between two of them was changed.
export function content(data_dir) {
    copy ??= join(temporary_directory(), "copy.db");
    for (const ending of ["", "-wal", "-shm"]) {
        rmSync(copy + ending, { force: true });
        const source = database_of(data_dir) + ending;
        // The write-ahead log comes after the file it completes: the other way round, a checkpoint
        // between the two could lose rows. Its index is made anew.
        if (ending !== "-shm" && existsSync(source)) copyFileSync(source, copy + ending);
    }
    const tables = {};
    for (const line of sqlite(copy, ".dump").split("\n")) {
        const name = /^INSERT INTO (\w+)/.exec(line)?.[1];
        if (name) (tables[name] ??= []).push(line);
    }
    const digest = (lines) => createHash("sha256").update(lines.join("\n")).digest("hex");
    return Object.fromEntries(
        Object.entries(tables).map(([name, lines]) => [name, `${lines.length} ${digest(lines)}`]),
    );
}
