// What a power loss can leave of the files whose log of steps is known. What a sync has made
// durable stays; of what came later each write, each new size and each change of a name may be
// there or not, and a write in part: the disk writes sectors, in any order.
import { mkdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";

const sector_bytes = 512;
const truncates = 0o1000; // O_TRUNC

// A copy in memory of its own, with room for more: a log is appended to thousands of times.
function copied(content, room = content.length) {
    const copy = Buffer.from(new ArrayBuffer(room)).subarray(0, content.length);
    content.copy(copy);
    return copy;
}
function resized(content, size) {
    if (size <= content.length) return content.subarray(0, size);
    const grown = size > content.buffer.byteLength ? copied(content, 2 * size) : content;
    return Buffer.from(grown.buffer, 0, size).fill(0, content.length);
}
function changed(content, { kind, at, data }) {
    if (kind === "truncate") return resized(content, at);
    const next = resized(content, Math.max(content.length, at + data.length));
    data.copy(next, at);
    return next;
}

// A file or a directory: what is durable of it, and the steps that may be. The content of a
// directory is a Map of names.
class Node {
    constructor(content) {
        this.durable = content;
        this.pending = []; // {number, ...step}
    }
    get is_directory() {
        return this.durable instanceof Map;
    }
    #apply(content, step) {
        if (!this.is_directory) return changed(content, step);
        for (const [name, node] of step.names) node ? content.set(name, node) : content.delete(name);
        return content;
    }
    // Steps before this number are on disk.
    sync(number) {
        while (this.pending.length > 0 && this.pending[0].number < number)
            this.durable = this.#apply(this.durable, this.pending.shift());
    }
    with(steps) {
        const copy = this.is_directory ? new Map(this.durable) : copied(this.durable);
        return steps.reduce((content, step) => this.#apply(content, step), copy);
    }
    // For a program that runs: everything is there.
    get seen() {
        return this.with(this.pending);
    }
}

// A write of which some sectors are on disk, as one write a sector.
function torn({ at, data, ...step }, random) {
    const share = random.fraction();
    const parts = [];
    for (let start = 0; start < data.length; ) {
        const end = Math.min(data.length, start + sector_bytes - ((at + start) % sector_bytes));
        if (random.chance(share))
            parts.push({ ...step, at: at + start, data: data.subarray(start, end) });
        start = end;
    }
    return parts;
}

// How a disk can lose: nothing of what is not synced is there, all of it, its beginning, or any.
const losses = {
    nothing: () => () => false,
    everything: () => () => true,
    beginning: (random, count) => {
        let left = random.below(count + 1);
        return () => left-- > 0;
    },
    few: (random) => () => random.chance(0.15),
    half: (random) => () => random.chance(0.5),
    most: (random) => () => random.chance(0.85),
};
const kinds_of_loss = Object.keys(losses);

export class Disk {
    constructor() {
        this.root = new Node(new Map());
        this.handles = new Map();
        this.steps = 0;
    }

    // Files that are there, and durable, before the first step: {path: content}.
    add(path, content) {
        this.#directory(dirname(path), true).durable.set(basename(path), new Node(copied(content)));
    }

    #directory(path, may_make = false) {
        const step = (node, name) => {
            if (!node.seen.has(name) && may_make) node.durable.set(name, new Node(new Map()));
            return node.seen.get(name);
        };
        return path === "." || path === "" ? this.root : path.split("/").reduce(step, this.root);
    }
    #find(path) {
        return path === "" ? this.root : this.#directory(dirname(path)).seen.get(basename(path));
    }
    // Changes of names, of one directory each: rename() within it is one step.
    #name(changes) {
        const by_directory = new Map();
        for (const [path, node] of changes) {
            const directory = this.#directory(dirname(path));
            by_directory.set(directory, [
                ...(by_directory.get(directory) ?? []),
                [basename(path), node],
            ]);
        }
        for (const [directory, names] of by_directory)
            directory.pending.push({ number: this.steps, names });
    }

    take(step) {
        this[step.kind](step);
        ++this.steps;
    }
    open({ path, handle, at: flags }) {
        let node = this.#find(path);
        if (!node) {
            node = new Node(copied(Buffer.alloc(0)));
            this.#name([[path, node]]);
        }
        if (flags & truncates) node.pending.push({ number: this.steps, kind: "truncate", at: 0 });
        this.handles.set(handle, node);
    }
    write({ handle, at, data }) {
        const step = { number: this.steps, kind: "write", at, data };
        this.handles.get(handle).pending.push(step);
    }
    truncate({ handle, at }) {
        this.handles.get(handle).pending.push({ number: this.steps, kind: "truncate", at });
    }
    sync({ handle, at: began }) {
        this.handles.get(handle).sync(began);
    }
    rename({ from, to }) {
        const node = this.#find(from);
        this.#name([[from, undefined], [to, node]]);
    }
    link({ from, to }) {
        this.#name([[to, this.#find(from)]]);
    }
    unlink({ path }) {
        this.#name([[path, undefined]]);
    }
    mkdir({ path }) {
        this.#name([[path, new Node(new Map())]]);
    }

    // Writes one of the possible images into an empty directory: what was kept of how many steps.
    write_image(target, random, loss = random.pick(kinds_of_loss)) {
        const figures = { loss, pending: 0, kept: 0, torn: 0 };
        const survivors = (node) => {
            const keeps = losses[loss](random, node.pending.length);
            figures.pending += node.pending.length;
            const kept = node.pending.filter(keeps);
            figures.kept += kept.length;
            return kept.flatMap((step) => {
                const whole = step.kind !== "write" || loss === "everything";
                if (whole || random.chance(0.7)) return [step];
                ++figures.torn;
                return torn(step, random);
            });
        };
        const write = (directory, path) => {
            for (const [name, node] of directory.with(survivors(directory))) {
                const below = join(path, name);
                // The index of a log is made anew; what of it is on disk counts for nothing.
                if (name.endsWith("-shm")) continue;
                if (node.is_directory) {
                    mkdirSync(below, { mode: 0o700 });
                    write(node, below);
                } else writeFileSync(below, node.with(survivors(node)), { mode: 0o600 });
            }
        };
        write(this.root, target);
        return figures;
    }
}
