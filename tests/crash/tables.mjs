// What SQLite itself reads from the files of a server that does not run, by table.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";

import { database_of } from "../support/data_files.mjs";
import { copy_of_database } from "../support/database.mjs";

// {table: hash of its rows}; {"?": why} when it cannot read them all.
export function tables_of(data_dir) {
    let text;
    try {
        const copy = copy_of_database(data_dir);
        const options = { encoding: "utf8", maxBuffer: 1 << 28, stdio: "pipe" };
        text = execFileSync("sqlite3", ["-bail", database_of(copy), ".dump"], options);
    } catch (failure) {
        return { "?": String(failure.stderr ?? failure.message).slice(0, 200) };
    }
    const rows = {};
    let name = "";
    for (const line of text.split("\n")) {
        name = /^INSERT INTO (\w+)/.exec(line)?.[1] ?? (/^CREATE|^COMMIT/.test(line) ? "" : name);
        if (name) (rows[name] ??= []).push(line);
    }
    const hash = (lines) => createHash("sha256").update(lines.join("\n")).digest("hex");
    return Object.fromEntries(Object.entries(rows).map(([table, lines]) => [table, hash(lines)]));
}
