// A port of this machine that nobody listens on, for programs that cannot choose one themselves, or
// that come back to theirs. Below those that the kernel hands out, or somebody who asks it for any
// could have it by then.
import { randomInt } from "node:crypto";
import { createServer } from "node:net";

const is_free = (port) =>
    new Promise((resolve) => {
        const server = createServer();
        server.on("error", () => resolve(false));
        server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
    });

export async function free_port() {
    for (;;) {
        const port = randomInt(10_000, 32_768);
        if (await is_free(port)) return port;
    }
}
