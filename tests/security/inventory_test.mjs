// What a server offers when nobody has set anything: exactly its table, and no way in.
import assert from "node:assert/strict";
import { test } from "node:test";

import { fill_path, read_routes } from "../support/routes.mjs";
import { Server, start_server } from "../support/server.mjs";

const production = { args: [], env: {} };

test("S-131 what the program serves is its table, in development and without", async () => {
    const routes = read_routes();
    const paths = [...new Set(routes.map(({ path }) => path))];
    for (const options of [production, {}]) {
        const server = await start_server(options);
        const nobody = server.api("");
        for (const path of paths) {
            const methods = routes.filter((each) => each.path === path).map((each) => each.method);
            const expected = [...methods, ...(methods.includes("GET") ? ["HEAD"] : [])];
            const unused = ["PUT", "PATCH", "DELETE"].find((method) => !methods.includes(method));
            const target = fill_path(path, () => "x");
            const answer = await nobody.call(unused, target);
            assert.equal(answer.status, 405, `${unused} ${path}`);
            // Another line of the table may have the same path with a parameter.
            const allowed = answer.headers.allow.split(/, */);
            for (const method of expected) assert.ok(allowed.includes(method), `${method} ${path}`);
        }
        const absent = ["/debug", "/debug/pprof", "/_debug", "/trace", "/env", "/config", "/status"];
        absent.push("/v1/debug", "/v1/internal", "/admin", "/console", "/phpinfo.php", "/.git/HEAD");
        absent.push("/.env", "/server-status", "/actuator", "/v1/test", "/v1/reset", "/v1/seed");
        absent.push("/grantexd.db", "/master.key", "/assets/../master.key", "/swagger", "/graphql");
        absent.push("/v1/agents/..%2f..%2fmaster.key", "/assets/x/..%2f..%2fmaster.key");
        for (const path of absent) {
            const answer = await server.api().get(path);
            assert.ok([401, 404].includes(answer.status), `${path}: ${answer.status}`);
        }
        const described = await nobody.get("/openapi.json");
        if (described.status === 200) {
            const documented = Object.entries(described.body.paths).flatMap(([path, operations]) =>
                Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
            );
            const served = routes.map(({ method, path }) => `${method} ${path}`);
            for (const each of documented) assert.ok(served.includes(each), `${each} is not served`);
        }
        await server.stop();
    }
});

test("S-132 no key works that nobody has made, and none is shown twice", async () => {
    const server = await start_server(production);
    const guesses = ["admin", "password", "changeme", "secret", "test", "grantex", "grantexd"];
    guesses.push(server.live_key, server.sandbox_key, "gx_live_", "gx_test_", "sk_test_dev", "dev");
    guesses.push("dev-api-key", "dev-sandbox-key", "gx_live_" + "A".repeat(43), "0".repeat(64));
    guesses.push("undefined", "null", "[object Object]", "Bearer", "* OR 1=1");
    for (const guess of guesses.flatMap((each) => [each, each.padEnd(16, "0"), each.repeat(16)])) {
        const key = guess.slice(0, 512);
        for (const path of ["/v1/me", "/v1/principal/grants"])
            assert.equal((await server.api(key).get(path)).status, 401, key);
    }
    assert.equal((await server.api("").post("/v1/signup", { name: "N" })).status, 403);
    await server.stop();
    assert.doesNotMatch(server.log(), /gx_(live|test)_|BEGIN|eyJ|[0-9a-f]{64}/);

    // With --dev the first start makes two keys and shows each where it is used, once.
    const dev = new Server();
    dev.env = {}; // no seeds
    await dev.start();
    const keys = dev.stdout.match(/gx_(live|test)_[\w-]{43}/g);
    assert.equal(new Set(keys).size, 2);
    assert.equal(dev.stdout.match(/^ {2}(Live|Sandbox) key +gx_/gm).length, 2);
    await dev.restart();
    await dev.stop();
    assert.equal(dev.log().match(/gx_(live|test)_[\w-]{43}/g).length, keys.length);
    assert.ok(!dev.stderr.includes("gx_"));
});

test("S-133 numbers of the server are for nobody without their key", async () => {
    const server = await start_server(production);
    for (const key of ["", server.live_key, "metrics", "prometheus-scraper"])
        for (const path of ["/metrics", "/v1/metrics", "/metrics/", "/debug/vars"]) {
            const answer = await server.api(key).get(path);
            assert.ok([401, 403, 404, 503].includes(answer.status), `${path}: ${answer.status}`);
            assert.doesNotMatch(answer.text, /# (HELP|TYPE)/);
        }
    await server.stop();
});
