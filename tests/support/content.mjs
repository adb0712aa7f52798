// The rows that a server has stored, as something to compare: before a request and after it.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";

import { database_of } from "./data_files.mjs";
import { copy_of_database } from "./database.mjs";

// Tables in which jobs write by themselves, whatever is asked meanwhile.
const of_jobs = ["deliveries", "mails", "notifications", "usage_days"];
const is_of_jobs = (name) => of_jobs.includes(name) || name.startsWith("anomal");
// What detection announces, it announces some seconds after its cause.
const is_announced = (line) => /^INSERT INTO events .*'anomaly\.\w+'/.test(line);

// {table: "<count> <hash of its rows>"} of a running server that has nothing to do, but for the
// tables of jobs. Its file is never opened by another process; a copy is.
export function content(data_dir) {
    const copy = copy_of_database(data_dir);
    const text = execFileSync("sqlite3", [database_of(copy), ".dump"], { encoding: "utf8", maxBuffer: 1 << 28 });
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
