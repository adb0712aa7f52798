// A server on the rows of a full world of which some were damaged, with everybody to whom it
// delivers.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";

import { run_sql } from "./database.mjs";
import { full_world_env } from "./full_world.mjs";
import { cpu_milliseconds, eventually } from "./process_state.mjs";
import { Receiver } from "./receiver.mjs";
import { Server, temporary_directory } from "./server.mjs";
import { SmtpServer } from "./smtp_server.mjs";

export function damaged_copy(world, sql) {
    const data_dir = join(temporary_directory(), "data");
    mkdirSync(data_dir, { mode: 0o700 });
    for (const name of ["grantexd.db", "master.key"])
        copyFileSync(join(world.data_dir, name), join(data_dir, name));
    run_sql(data_dir, `PRAGMA ignore_check_constraints = 1; ${sql}`);
    return data_dir;
}

const quiet_milliseconds = 200;

class Scene {
    constructor(world) {
        this.world = world;
    }
    async open(sql) {
        const { port, smtp_port } = this.world;
        this.receiver = await new Receiver().listen(port);
        this.smtp = await new SmtpServer().listen(smtp_port);
        const data_dir = damaged_copy(this.world, sql);
        this.server = new Server({ data_dir, env: full_world_env(port, smtp_port) });
        this.server.listen = new URL(this.world.server.base).host; // tokens name it
        await this.server.start();
        this.api = this.server.sandbox();
        return this;
    }

    // The ids of events that came to a receiver, repeats and all.
    received(name) {
        return this.receiver.received
            .filter(({ url }) => url === `/${name}`)
            .map(({ headers }) => headers["x-grantex-event-id"]);
    }
    // Exactly these, each once.
    async until_received(name, expected) {
        await eventually(() => expected.every((id) => this.received(name).includes(id)));
        assert.deepEqual(this.received(name).sort(), [...expected].sort(), this.server.stderr);
    }
    async until_logged(pattern) {
        const logged = await eventually(() => pattern.test(this.server.stderr));
        assert.ok(logged, `${pattern} is not in\n${this.server.stderr}`);
    }
    // Refused, and the log says why under the id of the request.
    async must_fail(status, answer) {
        assert.equal(answer.status, status, answer.text);
        await this.until_logged(
            new RegExp(`event=error request=${answer.body.requestId} .*cause=.`),
        );
    }

    // Nothing loops: neither in what the process spends nor in what it sends and says.
    async is_quiet() {
        let more;
        const lines = () => this.server.stderr.split("\n").length + this.receiver.received.length;
        const quiet = await eventually(async () => {
            const [spent, said] = [cpu_milliseconds(this.server.pid), lines()];
            await new Promise((resolve) => setTimeout(resolve, quiet_milliseconds));
            more = { cpu: cpu_milliseconds(this.server.pid) - spent, lines: lines() - said };
            return more.cpu < quiet_milliseconds / 10 && more.lines < 5;
        });
        assert.ok(
            quiet,
            `it does not come to rest: ${JSON.stringify(more)} in ${quiet_milliseconds} ms`,
        );
    }
    async close() {
        const end = await this.server.stop();
        this.receiver.close();
        this.smtp.close();
        return end;
    }
}

// Acts on a server that stands on these rows; afterwards it has nothing to do, and stops.
export async function with_damage(world, sql, act) {
    const scene = await new Scene(world).open(sql);
    try {
        await act(scene);
        await scene.is_quiet();
    } catch (failure) {
        await scene.close();
        throw failure;
    }
    assert.deepEqual(await scene.close(), { code: 0, signal: null }, scene.server.stderr);
    return scene.server.data_dir;
}
