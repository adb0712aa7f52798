// The write-ahead log of SQLite as its recovery reads it (sqlite.org/fileformat2.html#walformat):
// up to the first frame whose checksum does not follow from those before it, and of that as far as
// the last commit.
const header_bytes = 32;
const frame_header_bytes = 24;
const little_endian_magic = 0x377f0682;

// The running checksum over an even number of 32-bit words.
function add_to_checksum([a, b], bytes, is_little) {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at + 8 <= bytes.length; at += 8) {
        a = (a + view.getUint32(at, is_little) + b) >>> 0;
        b = (b + view.getUint32(at + 4, is_little) + a) >>> 0;
    }
    return [a, b];
}

const says = (bytes, at, [a, b]) =>
    bytes.readUInt32BE(at) === a && bytes.readUInt32BE(at + 4) === b;

// {commits: the ends in bytes of the commits that a recovery finds, lost: how many commits of the
// same log stand behind them}. A crash can tear the last transaction alone, since each is on disk
// before the next one is written: a log with two commits that a recovery does not reach is damaged.
export function read_log(bytes) {
    const commits = [];
    if (bytes.length < header_bytes) return { commits, lost: 0 };
    const page_bytes = bytes.readUInt32BE(8);
    const is_little = bytes.readUInt32BE(0) === little_endian_magic;
    let sum = add_to_checksum([0, 0], bytes.subarray(0, 24), is_little);
    let follows = says(bytes, 24, sum);
    let lost = 0;
    const salts = bytes.subarray(16, 24);
    const step = frame_header_bytes + page_bytes;
    if (page_bytes < 512 || page_bytes > 65536) return { commits, lost };
    for (let at = header_bytes; at + step <= bytes.length; at += step) {
        const frame = bytes.subarray(at, at + step);
        const is_of_this_log = frame.subarray(8, 16).equals(salts);
        const is_commit = frame.readUInt32BE(4) !== 0;
        if (follows && is_of_this_log) {
            sum = add_to_checksum(sum, frame.subarray(0, 8), is_little);
            sum = add_to_checksum(sum, frame.subarray(frame_header_bytes), is_little);
        }
        follows &&= is_of_this_log && says(frame, 16, sum);
        if (follows && is_commit) commits.push(at + step);
        if (!follows && is_of_this_log && is_commit) ++lost;
    }
    return { commits, lost };
}
