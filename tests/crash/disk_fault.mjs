// Orders the faults of a program's disk while it runs (tests/faults/disk_fault.hpp).
import { closeSync, openSync, readSync, writeFileSync, writeSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";

import { temporary_directory } from "../support/server.mjs";

const bytes = 88;
const calls_of = { read: 1, write: 2, sync: 4, truncate: 8 };
export const for_ever = 2 ** 32 - 1;

export class DiskFault {
    constructor() {
        const path = join(temporary_directory(), "order");
        writeFileSync(path, Buffer.alloc(bytes));
        this.variables = { DISK_FAULT: path };
        this.file = openSync(path, "r+");
    }
    // The first-th call of a kind from now on, and the ones after it, as often as it says, fail on
    // files whose path has this ending.
    order({ call, ending = "", first = 1, times = 1, error = "EIO" }) {
        this.cancel();
        const order = Buffer.alloc(bytes);
        order.writeUInt32LE(calls_of[call], 4);
        order.writeUInt32LE(first, 8);
        order.writeUInt32LE(times, 12);
        order.writeInt32LE(constants.errno[error], 16);
        order.write(ending, 20);
        writeSync(this.file, order, 4, bytes - 4, 4);
        this.#arm(1);
    }
    cancel() {
        this.#arm(0);
    }
    #arm(value) {
        writeSync(this.file, Buffer.from([value, 0, 0, 0]), 0, 4, 0);
    }
    // What has come of the order: at, of the first failure, in nanoseconds of process.hrtime.
    get outcome() {
        const order = Buffer.alloc(bytes);
        readSync(this.file, order, 0, bytes, 0);
        const [seen, failed, synced_again] = [64, 68, 72].map((at) => order.readUInt32LE(at));
        return { seen, failed, synced_again, at: order.readBigUInt64LE(80) };
    }
    close() {
        closeSync(this.file);
    }
}
