// The route table of the program, read from its source: what a test goes through so that no new
// operation can be forgotten.
import { readdirSync, readFileSync } from "node:fs";

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

// Answers with what there is now; the streams of events answer with what will be.
export const is_list = ({ method, path }) =>
    method === "GET" && !path.includes("{") && !path.startsWith("/v1/events/");

// The path with every parameter replaced by what `value(name)` says.
export const fill_path = (path, value) =>
    path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(value(name)));

// The members that the body of an operation may have, by handler: read from the headers of the API.
export function read_body_fields() {
    const folder = new URL("../../server/api/", import.meta.url);
    const text = readdirSync(folder)
        .filter((name) => name.endsWith(".hpp"))
        .map((name) => readFileSync(new URL(name, folder), "utf8"))
        .join("\n");
    const described = /BOOST_DESCRIBE_STRUCT\(\s*(\w+),\s*\(([\w, ]*)\),\s*\(([\w,\s]*)\)\s*\)/g;
    const structs = new Map();
    for (const [, name, base, members] of text.matchAll(described))
        structs.set(name, { base, members: members.split(",").map((each) => each.trim()) });
    const fields_of = (name) => {
        const { base, members } = structs.get(name);
        return [...(base ? fields_of(base) : []), ...members];
    };
    const handler = /(\w+)\(\s*http::Request& \w+,\s*(\w+) const& \w+\s*\)/g;
    const fields = new Map();
    for (const [, name, body] of text.matchAll(handler))
        if (structs.has(body)) fields.set(name, fields_of(body));
    if (fields.size < 14) throw new Error(`only ${fields.size} bodies found`);
    return fields;
}

// What a running server says it does: [{method, path}] of the document that it serves.
export async function routes_of(server) {
    const { body } = await server.api().get("/openapi.json");
    const methods = ["get", "put", "post", "patch", "delete"];
    return Object.entries(body.paths).flatMap(([path, item]) =>
        methods.filter((name) => item[name]).map((name) => ({ method: name.toUpperCase(), path })),
    );
}
