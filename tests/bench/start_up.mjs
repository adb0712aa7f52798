// How long a server needs to its first answer, counted from the start of the process.
import { once } from "node:events";
import { connect } from "node:net";

import { median } from "../support/statistics.mjs";
import { new_server } from "./world.mjs";

const request = "GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n";

// Whether an answer came; false while nobody listens.
async function asks(port) {
    const socket = connect(port, "127.0.0.1");
    try {
        await once(socket, "connect");
        socket.write(request);
        const [answer] = await once(socket, "data");
        return answer.toString("latin1").startsWith("HTTP/1.1 200");
    } catch {
        return false;
    } finally {
        socket.destroy();
    }
}

// Milliseconds of `count` starts on a database that exists: the first start makes keys.
export async function measure_start_up(count, server) {
    server ??= await new_server().start();
    const port = Number(new URL(server.base).port);
    const times = [];
    for (let i = 0; i < count; ++i) {
        await server.stop();
        server.listen = `127.0.0.1:${port}`;
        const start = performance.now();
        const banner = server.start();
        while (!(await asks(port))) await new Promise((resolve) => setTimeout(resolve, 1));
        times.push(performance.now() - start);
        await banner;
    }
    await server.stop();
    return { ms: median(times), slowest_ms: Math.max(...times) };
}
