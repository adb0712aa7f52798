// The database of a server that is not running, through the command line program of SQLite: to look
// at what is stored, and to change it as someone with the disk would.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { database_of } from "./data_files.mjs";
import { temporary_directory } from "./server.mjs";

const install = fileURLToPath(new URL("../../server/install", import.meta.url));
let is_installed = false;

// Runs SQL and gives what it prints, a line a row, columns separated by "|". What is written has the
// checksums that the server expects.
export function run_sql(data_dir, sql) {
    if (!is_installed) execFileSync(install, ["sqlite3"], { stdio: "ignore" });
    is_installed = true;
    const layer = process.env.GRANTEXD_CHECKED_PAGES;
    if (!layer) throw new Error("GRANTEXD_CHECKED_PAGES is not set: start this by ./tests/run");
    const commands = [`.load ${layer}`, `.open ${database_of(data_dir)}`];
    const args = ["-batch", "-bail", ...commands.flatMap((one) => ["-cmd", one]), ":memory:", sql];
    const options = { encoding: "utf8", stdio: "pipe", maxBuffer: 1 << 28 };
    return execFileSync("sqlite3", args, options).trimEnd();
}

let directory;
// A directory with a copy of the database, good until the next call: of a server that runs but has
// nothing to do, or of one that was killed, whose files its next start must find as they are.
export function copy_of_database(data_dir) {
    directory ??= temporary_directory();
    const copy = database_of(directory);
    // The write-ahead log after the file that it completes; its index is made anew.
    for (const ending of ["-shm", "", "-wal"]) {
        rmSync(copy + ending, { force: true });
        const source = database_of(data_dir) + ending;
        if (ending !== "-shm" && existsSync(source)) copyFileSync(source, copy + ending);
    }
    run_sql(directory, "PRAGMA wal_checkpoint(TRUNCATE)");
    return directory;
}

export const read_rows = (data_dir, sql) =>
    run_sql(data_dir, sql)
        .split("\n")
        .filter((line) => line !== "")
        .map((line) => line.split("|"));

// Someone who can write the file can also take away the triggers that forbid it.
export const run_sql_without_triggers = (data_dir, sql) =>
    run_sql(
        data_dir,
        "DROP TRIGGER audit_entries_are_never_changed;" +
            "DROP TRIGGER audit_entries_are_never_removed;" +
            sql,
    );
