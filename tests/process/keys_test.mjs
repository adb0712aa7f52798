// Keys that are replaced while the server runs, through the commands of the operator.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import {
    rounds, run_grantexd, run_program, start_server, temporary_directory,
} from "../support/server.mjs";

async function keys(server, ...args) {
    const { code, stdout, stderr } = await run_grantexd(
        ["keys", ...args, "--json", "--data-dir", server.data_dir],
    );
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout);
}

const published = async (server) =>
    (await server.api("").get("/.well-known/jwks.json")).body.keys.map(({ kid }) => kid);

const kid_of = (token) => JSON.parse(Buffer.from(token.split(".")[0], "base64url")).kid;

test("a new signing key is published before it signs", async () => {
    const server = await start_server();
    const api = server.sandbox();
    const { grantToken } = await api.grant(await api.agent_id());
    const before = kid_of(grantToken);

    const next = await keys(server, "rotate");
    assert.equal(next.made, true);
    const hour = 3_600_000;
    assert.ok(Math.abs(Date.parse(next.signsFrom) - Date.now() - hour) < 60_000);
    assert.deepEqual((await published(server)).sort(), [before, next.kid].sort());
    assert.equal(kid_of((await api.grant(await api.agent_id())).grantToken), before);

    // Asked again, the one that waits is named; also after a restart.
    await server.restart();
    assert.deepEqual(await keys(server, "rotate"), { ...next, made: false });
    const { signingKeys } = await keys(server);
    assert.deepEqual(
        Object.fromEntries(signingKeys.map(({ kid, state }) => [kid, state])),
        { [before]: "active", [next.kid]: "next" },
    );
    const table = await run_grantexd(["keys", "--data-dir", server.data_dir]);
    assert.match(table.stdout, new RegExp(`^ *${before} +active `, "m"));
    await server.stop();
});

test("after a leak every token signed so far is dead at once", async () => {
    const server = await start_server();
    const api = server.sandbox();
    const agent = await api.agent_id();
    const { grantToken, refreshToken } = await api.grant(agent);
    const verify = async (token) => (await api.post("/v1/tokens/verify", { token })).body.valid;
    assert.equal(await verify(grantToken), true);

    const { kid } = await keys(server, "rotate", "--now");
    assert.deepEqual(await published(server), [kid]);
    assert.equal(await verify(grantToken), false);
    const refreshed = await api.post("/v1/token/refresh", { refreshToken, agentId: agent });
    assert.equal(kid_of(refreshed.body.grantToken), kid);
    assert.equal(await verify(refreshed.body.grantToken), true);
    await server.stop();
});

test("a key made elsewhere is imported; a bad one is refused with a reason", async () => {
    const server = await start_server();
    const file = join(temporary_directory(), "signing.pem");
    const make = (bits) =>
        run_program(["sh", "-c", `umask 077; openssl genrsa ${bits} 2>/dev/null > "$1"`, "sh", file]);
    await make(2048);
    const { kid, made } = await keys(server, "import", file);
    assert.equal(made, true);
    assert.ok((await published(server)).includes(kid));

    const refused = async (sentence, code = 1) => {
        const result = await run_grantexd(["keys", "import", file, "--data-dir", server.data_dir]);
        assert.equal(result.code, code);
        assert.match(result.stderr, sentence);
    };
    await make(1024);
    await refused(/2048/);
    writeFileSync(file, "no key");
    await refused(/PEM/);
    await run_program(["chmod", "644", file]);
    await refused(/can be read by others. Try: chmod 600/, 2);
    assert.equal((await published(server)).length, 2);
    await server.stop();
});

test("the master key is replaced while the server runs, and the old one opens nothing then", async () => {
    const server = await start_server();
    const api = server.sandbox();
    const agent = await api.agent_id();
    const { refreshToken } = await api.grant(agent);
    await server.stop();
    const key_file = join(server.data_dir, "master.key");
    const old_key = readFileSync(key_file, "utf8").trim();
    unlinkSync(key_file);
    const new_key = randomBytes(32).toString("hex");

    server.env = {
        ...server.env, GRANTEXD_MASTER_KEY: new_key, GRANTEXD_MASTER_KEYS_OLD: old_key,
    };
    await server.start();
    const before = await keys(server, "list");
    assert.ok(before.serverKeysUnderOld > 0);
    const done = await keys(server, "rewrap");
    assert.ok(done.serverKeys >= before.serverKeysUnderOld);
    const after = await keys(server, "list");
    assert.deepEqual([after.serverKeysUnderOld, after.dataKeysUnderOld], [0, 0]);
    await server.stop();

    delete server.env.GRANTEXD_MASTER_KEYS_OLD;
    await server.start();
    const refreshed = await server.sandbox().post("/v1/token/refresh", { refreshToken, agentId: agent });
    assert.equal(refreshed.status, 201, JSON.stringify(refreshed.body));
    await server.stop();

    server.env.GRANTEXD_MASTER_KEY = old_key;
    await assert.rejects(server.start(), /the master key does not open/);
});

// Kills the server within a command about keys, and waits for the end of both.
async function kill_during(server, milliseconds, ...args) {
    const command = run_grantexd(["keys", ...args, "--data-dir", server.data_dir]);
    await new Promise((resolve) => setTimeout(resolve, milliseconds));
    await server.kill9();
    await command;
}

test("S-116 a rotation that is killed leaves the old keys or the old and the new one", async () => {
    const server = await start_server();
    const api = server.sandbox();
    const { grantToken } = await api.grant(await api.agent_id());
    let before = await published(server);
    for (let round = 0; round < rounds(20); ++round) {
        await kill_during(server, Math.random() * 200, "rotate");
        await server.restart();
        const now = await published(server);
        assert.ok(before.every((kid) => now.includes(kid)), `${before} became ${now}`);
        assert.ok(now.length <= 2);
        assert.equal(await server.sandbox().is_valid(grantToken), true);
        before = now;
    }
    await server.stop();
});

test("S-115 a new wrapping that is killed goes on with the next call", async () => {
    const server = await start_server();
    const { refreshToken, agentId } = await (async () => {
        const agent_id = await server.sandbox().agent_id();
        return { agentId: agent_id, ...(await server.sandbox().grant(agent_id)) };
    })();
    await server.stop();
    const key_file = join(server.data_dir, "master.key");
    let key = readFileSync(key_file, "utf8").trim();
    unlinkSync(key_file);
    for (let round = 0; round < rounds(20); ++round) {
        const next = randomBytes(32).toString("hex");
        server.env = {
            ...server.env, GRANTEXD_MASTER_KEY: next, GRANTEXD_MASTER_KEYS_OLD: key,
        };
        await server.restart();
        await kill_during(server, Math.random() * 30, "rewrap");
        await server.restart();
        await keys(server, "rewrap");
        await server.stop();
        key = next;
    }
    delete server.env.GRANTEXD_MASTER_KEYS_OLD;
    await server.restart();
    assert.equal((await server.sandbox().refresh(agentId, refreshToken)).status, 201);
    await server.stop();
});
