// The rows that a server has stored, as something to compare: before a request and after it.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, rmSync } from "node:fs";

import { database_of } from "./data_files.mjs";
import { run_sql } from "./database.mjs";
import { temporary_directory } from "./server.mjs";

let directory;

// Tables in which jobs write by themselves, whatever is asked meanwhile.
const of_jobs = ["deliveries", "mails", "notifications", "usage_days"];
const is_of_jobs = (name) => of_jobs.includes(name) || name.startsWith("anomal");
// What detection announces, it announces some seconds after its cause.
const is_announced = (line) => /^INSERT INTO events .*'anomaly\.\w+'/.test(line);

// {table: "<count> <hash of its rows>"} of a running server that has nothing to do, but for the
// tables of jobs. Its file is never opened by another process; a copy is.
export function content(data_dir) {
    directory ??= temporary_directory();
    const copy = database_of(directory);
    // The write-ahead log after the file that it completes; its index is made anew.
    for (const ending of ["-shm", "", "-wal"]) {
        rmSync(copy + ending, { force: true });
        const source = database_of(data_dir) + ending;
        if (ending !== "-shm" && existsSync(source)) copyFileSync(source, copy + ending);
    }
    run_sql(directory, "PRAGMA wal_checkpoint(TRUNCATE)");
    const text = execFileSync("sqlite3", [copy, ".dump"], { encoding: "utf8", maxBuffer: 1 << 28 });
    const tables = {};
    for (const line of text.split("\n")) {
        const name = /^INSERT INTO (\w+)/.exec(line)?.[1];
        if (name && !is_of_jobs(name) && !is_announced(line)) (tables[name] ??= []).push(line);
    }
    const digest = (lines) => createHash("sha256").update(lines.join("\n")).digest("hex");
    return Object.fromEntries(
        Object.entries(tables).map(([name, lines]) => [name, `${lines.length} ${digest(lines)}`]),
    );
}
