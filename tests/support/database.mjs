// What is in the database, read and changed with SQLite's own program (Debian package sqlite3). The
// file is never opened while a server runs on it: a stopped server's is, or a copy is.
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { database_of } from "./data_files.mjs";
import { temporary_directory } from "./server.mjs";

const install = fileURLToPath(new URL("../../server/install", import.meta.url));
let is_installed = false;

function sqlite(file, text, ...options) {
    if (!is_installed) execFileSync(install, ["sqlite3"], { stdio: "ignore" });
    is_installed = true;
    const { error, status, stdout, stderr } = spawnSync("sqlite3", ["-bail", ...options, file], {
        input: text,
        encoding: "utf8",
        maxBuffer: 1 << 28,
    });
    if (error) throw error;
    if (status !== 0) throw new Error(`sqlite3: ${stderr}`);
    return stdout;
}

// The rows of a query of a stopped server's database, as objects.
export const query = (data_dir, text) =>
    JSON.parse(sqlite(database_of(data_dir), text, "-json") || "[]");
// The same as texts, a list a row.
export const read_rows = (data_dir, text) =>
    query(data_dir, text).map((row) => Object.values(row).map((value) => `${value ?? ""}`));
export const change = (data_dir, text) => void sqlite(database_of(data_dir), text);

// Someone who can write the file can also take away the triggers that forbid it.
export const change_without_triggers = (data_dir, text) =>
    change(
        data_dir,
        "DROP TRIGGER audit_entries_are_never_changed;" +
            "DROP TRIGGER audit_entries_are_never_removed;" +
            text,
    );

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
