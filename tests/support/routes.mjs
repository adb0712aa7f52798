// The server's own list of what it does: [{method, path}]. From the document that it serves, or
// else from the text of the route table.
import { readFileSync } from "node:fs";

export function routes_in_table() {
    const table = new URL("../../server/http/routes.cpp", import.meta.url);
    const rows = readFileSync(table, "utf8").matchAll(/^\s*\{verb::(\w+?)_?,\s*"([^"]+)"/gm);
    const routes = [...rows].map(([, verb, path]) => ({ method: verb.toUpperCase(), path }));
    if (routes.length < 30) throw new Error(`${routes.length} routes found in the table`);
    return routes;
}

export async function routes_of(server) {
    const { status, body } = await server.api().get("/openapi.json");
    if (status === 404) return routes_in_table();
    const methods = ["get", "put", "post", "patch", "delete"];
    return Object.entries(body.paths).flatMap(([path, item]) =>
        methods.filter((name) => item[name]).map((name) => ({ method: name.toUpperCase(), path })),
    );
}
