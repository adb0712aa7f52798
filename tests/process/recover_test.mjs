// A damaged database is refused where it is damaged, and `grantexd recover` goes on with the rest.
import assert from "node:assert/strict";
import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { test } from "node:test";

import { read_log } from "../crash/write_ahead_log.mjs";
import { database_of, sha256_of, snapshot } from "../support/data_files.mjs";
import { run_grantexd, Server, start_server } from "../support/server.mjs";

const page_bytes = 4096;

const ask = async (data_dir, ...args) => {
    const { code, stdout, stderr } = await run_grantexd([...args, "--data-dir", data_dir, "--json"]);
    assert.equal(stderr, "");
    return { code, ...JSON.parse(stdout) };
};
const recover = (data_dir) => ask(data_dir, "recover");

async function diagnosis(data_dir) {
    const { stdout } = await run_grantexd(["doctor", "--data-dir", data_dir, "--json"]);
    return JSON.parse(stdout).find(({ check }) => check === "database");
}

function write_at(file, at, bytes) {
    const descriptor = openSync(file, "r+");
    writeSync(descriptor, bytes, 0, bytes.length, at);
    closeSync(descriptor);
}

const name = "a name that stands in one place";

async function server_with_agent() {
    const server = await start_server();
    server.named = await server.sandbox().must(201, "POST", "/v1/agents", { name });
    await server.sandbox().log_audit();
    return server;
}

test("R-21 a changed letter is refused to whoever reads it, until someone takes it as it is", async () => {
    const first = await server_with_agent();
    await first.stop();
    const { data_dir } = first;
    const file = database_of(data_dir);
    const at = readFileSync(file).indexOf(name);
    write_at(file, at, Buffer.from("A"));

    const second = await new Server({ data_dir }).start();
    const refused = await second.sandbox().get(`/v1/agents/${first.named.agentId}`);
    assert.equal(refused.status, 503, refused.text);
    assert.ok(!refused.text.includes(name.slice(1)), refused.text);
    assert.equal((await fetch(`${second.base}/.well-known/jwks.json`)).status, 200);
    await second.stop();
    const { state, text } = await diagnosis(data_dir);
    assert.equal(state, "problem");
    assert.match(text, /damaged/);

    const damaged = sha256_of(file);
    const found = await recover(data_dir);
    assert.deepEqual(
        [found.code, found.damagedPages, found.lostTransactions, found.damage],
        [0, [Math.floor(at / page_bytes) + 1], 0, []],
    );
    assert.equal(found.kept, `${file}.before-recover`);
    assert.equal(sha256_of(found.kept), damaged);
    assert.equal(found.auditChains.entries, 1);
    assert.equal((await diagnosis(data_dir)).state, "good");

    const third = await new Server({ data_dir }).start();
    const agent = await third.sandbox().must(200, "GET", `/v1/agents/${first.named.agentId}`);
    assert.equal(agent.name, name.replace("a", "A"));
    await third.sandbox().log_audit();
    await third.stop();
});

test("R-21 a log with a hole is refused, and recover goes on without what is behind it", async () => {
    const first = await server_with_agent();
    await first.stop(); // its log is taken in: the next one is short, without the first page
    await first.start();
    for (let i = 0; i < 10; ++i) await first.sandbox().log_audit();
    await first.kill9();
    const { data_dir } = first;
    const log = `${database_of(data_dir)}-wal`;
    const { commits } = read_log(readFileSync(log));
    write_at(log, commits.at(-6) + 100, Buffer.from("damage"));

    const second = new Server({ data_dir });
    await assert.rejects(second.start());
    assert.equal((await second.program.ended).code, 78);
    assert.match(second.stderr, /transactions in it cannot be read.+ Try: .+grantexd recover/);

    const found = await recover(data_dir);
    assert.equal(found.code, 0);
    assert.ok(found.lostTransactions >= 4, JSON.stringify(found));
    assert.equal(found.auditChains.entries + found.lostTransactions, 11);
    assert.deepEqual([found.damagedPages, found.damage], [[], []]);
    assert.ok(existsSync(`${found.kept}-wal`));
    const third = await new Server({ data_dir }).start();
    await third.sandbox().must(200, "GET", `/v1/agents/${first.named.agentId}`);
    await third.stop();
});

test("a database that is whole is left as it is", async () => {
    const server = await server_with_agent();
    await server.stop();
    const before = snapshot(server.data_dir);
    const { code, stdout } = await run_grantexd(["recover", "--data-dir", server.data_dir]);
    assert.equal(code, 0);
    assert.match(stdout, /was not damaged where that can be told\n {2}verified: .* 1 entries/);
    assert.deepEqual(snapshot(server.data_dir), before);
});

test("what cannot be read at all is kept, and the way back is named", async () => {
    const server = await server_with_agent();
    await server.stop();
    const file = database_of(server.data_dir);
    write_at(file, 100, Buffer.alloc(page_bytes - 100, 0xff)); // where the schema begins
    const { code, stdout, stderr } = await run_grantexd(["recover", "--data-dir", server.data_dir]);
    assert.deepEqual([code, stdout], [1, ""]);
    assert.match(stderr, /^grantexd: .+ cannot be read .+before-recover\. Try: grantexd restore .+\n$/);
    assert.ok(existsSync(`${file}.before-recover`));
});

test("recover takes its hands off the database of a running server", async () => {
    const server = await server_with_agent();
    const { code, stderr } = await run_grantexd(["recover", "--data-dir", server.data_dir]);
    assert.equal(code, 78);
    assert.match(stderr, /^grantexd: .+ Try: .+\n$/);
    assert.equal((await server.stop()).code, 0);
});
