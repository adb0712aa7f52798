// Runs a case in a world of its own.
import { World, ask, start_closed, start_narrow, start_quiet, start_roomy } from "./world.mjs";
import { request_examples } from "./contract.mjs";

const starts = {
    roomy: start_roomy,
    narrow: start_narrow,
    closed: start_closed,
    quiet: start_quiet,
};
const started = new Map();

// One server of each kind for all cases of a file, started when the first case needs it.
export function server_of(kind = "roomy") {
    if (!started.has(kind)) started.set(kind, starts[kind]());
    return started.get(kind);
}
export async function stop_servers() {
    for (const starting of started.values()) {
        const server = await starting;
        await server.stop();
        server.outside?.close();
    }
}

// The request example a case replays: the named one, else the only one.
const example_of = ({ id, request }) => {
    const examples = request_examples(id);
    return structuredClone(examples[request ?? ""] ?? Object.values(examples)[0]);
};

// {world, call, answer}: what was sent, as {api, path, query, body, headers}, and what came back.
// `before_it` sees the call just before it is made, and may change it.
export async function run_case(item, headers, before_it) {
    const world = await new World(await server_of(item.server)).open();
    const sent = await item.send(world, example_of(item));
    const call = { api: world.api, ...sent, headers: { ...sent?.headers, ...headers } };
    await before_it?.(call);
    return { world, call, answer: await ask(call.api, item.id, call) };
}

export function title_of({ id, status, code, why, request, response }) {
    if (code) return `${id} refuses ${why}: ${status} ${code}`;
    const names = [request && `to ${request}`, response && `as ${response}`].filter(Boolean);
    return [`${id} answers ${status}`, ...names].join(" ");
}
