// A file system of a few megabytes in memory for a server's data, which a test fills and empties.
// It lives in a mount namespace of its own, held by a child process: nothing is left when that ends.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";

import { temporary_directory } from "./server.mjs";

const holders = new Set();
process.on("exit", () => {
    for (const holder of holders) holder.kill("SIGKILL");
});

export class SmallDisk {
    // undefined where mounting is not permitted.
    static async open(megabytes) {
        const disk = new SmallDisk();
        disk.path = temporary_directory();
        const mount = 'mount -t tmpfs -o "size=$1m" tmpfs "$0"';
        const script = `${mount} && echo mounted && exec sleep 86400`;
        const command = ["--mount", "sh", "-c", script, disk.path, `${megabytes}`];
        disk.holder = spawn("unshare", command, { stdio: ["ignore", "pipe", "ignore"] });
        holders.add(disk.holder);
        const ended = once(disk.holder, "close").then(() => []);
        ended.catch(() => {});
        const [said] = await Promise.race([once(disk.holder.stdout, "data"), ended]);
        return said ? disk : undefined;
    }
    close() {
        this.holder.kill("SIGKILL");
        holders.delete(this.holder);
    }

    // What makes a program see the disk, before its name.
    get wrapper() {
        return ["nsenter", `--mount=/proc/${this.holder.pid}/ns/mnt`];
    }
    // The same path for us, who are not in the namespace.
    seen(path) {
        return join(`/proc/${this.holder.pid}/root`, path);
    }

    // Until so many bytes are left.
    fill(bytes_left = 0) {
        const path = this.seen(join(this.path, "filler"));
        const file = openSync(path, "a");
        for (const size of [65_536, 4096, 1]) {
            const zeros = Buffer.alloc(size);
            try {
                for (;;) writeSync(file, zeros);
            } catch (error) {
                if (error.code !== "ENOSPC") throw error;
            }
        }
        closeSync(file);
        truncateSync(path, Math.max(0, statSync(path).size - bytes_left));
    }
    free() {
        rmSync(this.seen(join(this.path, "filler")), { force: true });
    }
}
