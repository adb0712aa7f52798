// How late the loop of a server came to its timer, from the histogram that the server keeps.
import { read_exposition } from "../support/exposition.mjs";
import { metrics_key } from "../support/server.mjs";

// Upper bounds of the ranges into which the values fell: {samples, p999_ms, worst_ms}.
export async function read_loop_lag(server) {
    const text = (await server.api(metrics_key).get("/metrics")).text;
    const { samples } = read_exposition(text).grantex_loop_lag_seconds;
    const buckets = samples
        .filter(({ name }) => name.endsWith("_bucket"))
        .map(({ labels, value }) => ({
            ms: Number(labels.le.replace("+Inf", "Infinity")) * 1000,
            count: value,
        }));
    const total = buckets.at(-1).count;
    const bound = (part) => buckets.find(({ count }) => count >= part * total).ms;
    return { samples: total, p999_ms: bound(0.999), worst_ms: bound(1) };
}
