// Memory of an idle server, and what 10,000 idle connections add to it.
import { memory_of } from "../support/process_state.mjs";
import { open_idle } from "../support/raw_connection.mjs";
import { in_parallel, new_server } from "./world.mjs";

const connections = 10_000;

// Each of the connections has had one answer and waits for the next request.
export async function measure_memory() {
    const server = await new_server().start();
    (await open_idle(server.base)).end();
    const idle_mb = memory_of(server.pid).now;
    const open = await in_parallel(connections, 64, () => open_idle(server.base));
    const all_mb = memory_of(server.pid).now;
    const closed = open.filter((each) => each.is_closed).length;
    if (closed) throw new Error(`${closed} of ${connections} connections were closed`);
    for (const each of open) each.end();
    await server.stop();
    return {
        idle_mb,
        connections,
        bytes_a_connection: ((all_mb - idle_mb) * 1024 * 1024) / connections,
    };
}
