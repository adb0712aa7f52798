// What a test says about times and random bytes.
export const median = (numbers) => percentile(numbers, 0.5);
// Where half of the calls wait for others' turns, the quarter of the quickest tells what they cost.
export const lower_quartile = (numbers) => percentile(numbers, 0.25);

export function percentile(numbers, part) {
    const sorted = [...numbers].sort((a, b) => a - b);
    return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

// The slowest tenth says more about the machine than about the server.
export const without_slowest = (numbers) =>
    [...numbers].sort((a, b) => a - b).slice(0, Math.ceil(numbers.length * 0.9));

// Welch's t of two samples: below 4.5 nobody tells them apart.
export function welch_t(a, b) {
    const mean = (numbers) => numbers.reduce((sum, x) => sum + x, 0) / numbers.length;
    const spread = (numbers, m) =>
        numbers.reduce((sum, x) => sum + (x - m) ** 2, 0) / (numbers.length - 1) / numbers.length;
    const [mean_a, mean_b] = [mean(a), mean(b)];
    return Math.abs(mean_a - mean_b) / Math.sqrt(spread(a, mean_a) + spread(b, mean_b));
}

// How far the share of set bits is from a half, in standard deviations.
export function bit_imbalance(buffers) {
    let [ones, bits] = [0, 0];
    for (const buffer of buffers)
        for (const byte of buffer) {
            for (let rest = byte; rest !== 0; rest >>= 1) ones += rest & 1;
            bits += 8;
        }
    return Math.abs(ones - bits / 2) / (Math.sqrt(bits) / 2);
}

// Microseconds of each of the calls, made in turn: {name: [..]}. What changes on the machine in the
// meantime changes for all of them.
export async function time_in_turn(count, calls) {
    const names = Object.keys(calls);
    const times = Object.fromEntries(names.map((name) => [name, []]));
    for (let i = 0; i < count; ++i)
        for (const name of names) {
            const start = process.hrtime.bigint();
            await calls[name](i);
            times[name].push(Number(process.hrtime.bigint() - start) / 1000);
        }
    return times;
}
