// Random damage to a file, as disks, cables and memory do it: {kind, place} says what was done.
import { closeSync, ftruncateSync, openSync, readFileSync, statSync, writeSync } from "node:fs";

const page = 4096;
const sector = 512;

// Most of a young database is empty. Half of the small damage hits a place with something in it.
function place_in(bytes, random) {
    let at = random.below(bytes.length);
    if (random.chance(0.5))
        for (let i = 0; i < 200 && bytes[at] === 0; ++i) at = random.below(bytes.length);
    return at;
}

const kinds = {
    bit: (bytes, random) => {
        const at = place_in(bytes, random);
        return { at, bytes: Buffer.of(bytes[at] ^ (1 << random.below(8))) };
    },
    byte: (bytes, random) => {
        const at = place_in(bytes, random);
        return { at, bytes: Buffer.of((bytes[at] + 1 + random.below(255)) & 0xff) };
    },
    sector: (bytes, random) => {
        const at = place_in(bytes, random);
        return { at: at - (at % sector), bytes: Buffer.alloc(sector) };
    },
    page: (bytes, random) => {
        const at = place_in(bytes, random);
        const from = place_in(bytes, random);
        const start = from - (from % page);
        return { at: at - (at % page), bytes: bytes.subarray(start, start + page) };
    },
    truncation: (bytes, random) => ({ at: random.below(bytes.length), bytes: null }),
};
const weights = { bit: 40, byte: 20, sector: 15, page: 15, truncation: 10 };

export function damage_file(path, random) {
    const before = readFileSync(path);
    if (before.length === 0) return undefined;
    const kind = random.weighted(weights);
    const { at, bytes } = kinds[kind](before, random);
    const descriptor = openSync(path, "r+");
    if (bytes) writeSync(descriptor, bytes, 0, Math.min(bytes.length, before.length - at), at);
    else ftruncateSync(descriptor, at);
    closeSync(descriptor);
    const is_changed = statSync(path).size !== before.length || !readFileSync(path).equals(before);
    return is_changed ? { kind, place: at } : undefined;
}
