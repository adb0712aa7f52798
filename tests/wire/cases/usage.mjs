// What a developer used, and the numbers of the server.
import { eventually } from "../../support/process_state.mjs";
import { refusal, success } from "./case.mjs";

// An authorization and an exchange, until they are counted.
async function use_something(w) {
    await w.grant();
    const is_counted = async () =>
        (await w.api.must(200, "GET", "/v1/usage")).totalRequests === 2;
    if (!(await eventually(is_counted))) throw new Error("not counted");
}

export const usage = [
    success("getUsage", 200, use_something),
    success("getUsageHistory", 200, async (w) => {
        await use_something(w);
        return { query: { days: 7 } };
    }),
    ...["180", "0", "many"].map((days) =>
        success("getUsageHistory", 200, () => ({ query: { days } }), {
            response: `to ${days} days`,
        }),
    ),

    success("getMetrics", 200, (w) => ({ api: w.scraper })),
    refusal(
        "getMetrics",
        404,
        "NOT_FOUND",
        "everybody where they are off",
        (w) => ({ api: w.scraper }),
        { server: "quiet" },
    ),
    refusal(
        "getMetrics",
        503,
        "SERVICE_UNAVAILABLE",
        "everybody where there is no key",
        (w) => ({ api: w.scraper }),
        { server: "closed" },
    ),
];
