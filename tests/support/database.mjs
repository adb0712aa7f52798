// The database of a server that is not running, through the command line program of SQLite: to look
// at what is stored, and to change it as someone with the disk would.
import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";

import { database_of } from "./data_files.mjs";

const install = fileURLToPath(new URL("../../server/install", import.meta.url));
let is_installed = false;

// Runs SQL and gives what it prints, a line a row, columns separated by "|".
export function run_sql(data_dir, sql) {
    if (!is_installed) execFileSync(install, ["sqlite3"], { stdio: "ignore" });
    is_installed = true;
    const args = ["-batch", "-bail", database_of(data_dir), sql];
    return execFileSync("sqlite3", args, { encoding: "utf8", stdio: "pipe" }).trimEnd();
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
