// A wall clock that a test sets, under the dynamic program: libfaketime reads it from a file at
// each look. The monotonic clock, by which the program waits, goes on as ever.
import { execFileSync } from "node:child_process";
import { readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { Server, temporary_directory } from "./server.mjs";

const install = fileURLToPath(new URL("../../server/install", import.meta.url));

function library() {
    execFileSync(install, ["faketime"], { stdio: "ignore" });
    const folders = readdirSync("/usr/lib").map((name) => join("/usr/lib", name, "faketime"));
    for (const folder of folders)
        try {
            const name = readdirSync(folder).find((each) => each.startsWith("libfaketimeMT.so"));
            if (name) return join(folder, name);
        } catch {
            // most folders have none
        }
    throw new Error("libfaketime is not installed");
}

export class FakedClock {
    constructor() {
        this.file = join(temporary_directory(), "clock");
        this.set(0);
    }
    // Seconds ahead of the real time. The file is replaced whole, since it may be read at any time.
    set(seconds) {
        this.seconds = seconds;
        writeFileSync(`${this.file}.new`, `${seconds < 0 ? "" : "+"}${seconds}\n`);
        renameSync(`${this.file}.new`, this.file);
    }
    now() {
        return Date.now() + this.seconds * 1000;
    }
    get env() {
        return {
            LD_PRELOAD: library(),
            FAKETIME_TIMESTAMP_FILE: this.file,
            FAKETIME_NO_CACHE: "1",
            FAKETIME_DONT_FAKE_MONOTONIC: "1",
        };
    }
    // GRANTEXD_DEV_BINARY names the program: the released one loads no library.
    start_server({ env = {} } = {}) {
        const file = process.env.GRANTEXD_DEV_BINARY;
        if (!file)
            throw new Error("GRANTEXD_DEV_BINARY names no program. Try: ./tests/run process");
        return new Server({ file, env: { ...env, ...this.env } }).start();
    }
}
