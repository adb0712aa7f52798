// The route table of the program, read from its source: what a test goes through so that no new
// operation can be forgotten.
import { readFileSync } from "node:fs";

const table = new URL("../../server/http/routes.cpp", import.meta.url);
const row = /^\s*\{verb::(\w+?)_?,\s*"([^"]+)",\s*Auth::(\w+?)_?,\s*Limit::(\w+?)_?,.*\bon<(\w+)>\}/gm;

// [{method, path, auth, limit, handler}] in the order of the table; parameters stand as {agentId}.
export function read_routes() {
    const routes = [...readFileSync(table, "utf8").matchAll(row)].map(
        ([, verb, path, auth, limit, handler]) => ({
            method: verb.toUpperCase(),
            path,
            auth,
            limit,
            handler,
        }),
    );
    if (routes.length < 30) throw new Error(`only ${routes.length} routes found in the table`);
    return routes;
}

// The path with every parameter replaced by what `value(name)` says.
export const fill_path = (path, value) =>
    path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(value(name)));
