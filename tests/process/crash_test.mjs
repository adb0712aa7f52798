// kill -9 in the middle of writes: whatever was acknowledged is there afterwards.
import assert from "node:assert/strict";
import { test } from "node:test";

import { chain_faults, fetch_chain } from "../clients/audit_chain.mjs";
import { Server, rounds, start_server } from "../support/server.mjs";

const writers = 8;

// Only what was answered is written down here; a write without an answer may have happened or not.
class Ledger {
    agents = [];
    granted = [];
    refreshed = [];
    revoked = [];
    entries = [];

    get size() {
        return Object.values(this).reduce((sum, list) => sum + list.length, 0);
    }
}

// One writer: registers, gets granted, logs, refreshes, revokes, until the server is gone.
async function write_until_gone(api, ledger, acknowledged) {
    const keep = (list, answer, value = answer.body) => {
        assert.ok(answer.status < 300, `${answer.status} ${answer.text}`);
        list.push(value);
        acknowledged();
        return value;
    };
    try {
        for (;;) {
            const agent = keep(ledger.agents, await api.post("/v1/agents", { name: "Agent" }));
            const asked = await api.authorize(agent.agentId);
            const granted = keep(ledger.granted, await api.exchange(agent.agentId, asked));
            Object.assign(granted, { asked, agentId: agent.agentId });
            keep(ledger.entries, await api.log_audit({ grantId: granted.grantId }));
            const other = await api.grant(agent.agentId);
            keep(ledger.revoked, await api.revoke(other.grantId), other);
            keep(ledger.refreshed, await api.refresh(agent.agentId, granted.refreshToken));
        }
    } catch (error) {
        if (!["ECONNRESET", "ECONNREFUSED", "EPIPE"].includes(error.code)) throw error;
    }
}

async function load_and_kill(server, ledger) {
    const api = server.sandbox();
    const enough = ledger.size + 1 + Math.floor(Math.random() * 60);
    let killed;
    const acknowledged = () => {
        if (ledger.size >= enough) killed ??= server.kill9();
    };
    await Promise.all(
        Array.from({ length: writers }, () => write_until_gone(api, ledger, acknowledged)),
    );
    assert.deepEqual(await killed, { code: null, signal: "SIGKILL" });
}

async function check_grants(api, ledger) {
    for (const granted of ledger.granted) {
        assert.equal(await api.is_valid(granted.grantToken), true);
        // A code that was exchanged stays exchanged.
        const again = await api.exchange(granted.agentId, granted.asked);
        assert.equal(again.status, 400, again.text);
    }
    for (const { grantToken } of ledger.refreshed)
        assert.equal(await api.is_valid(grantToken), true);
    for (const revoked of ledger.revoked) {
        assert.equal(await api.is_valid(revoked.grantToken), false);
        const { body } = await api.get(`/v1/grants/${revoked.grantId}`);
        assert.equal(body.status, "revoked");
    }
}

async function check(server, ledger) {
    const api = server.sandbox();
    for (const agent of ledger.agents)
        assert.deepEqual((await api.get(`/v1/agents/${agent.agentId}`)).body, agent);
    await check_grants(api, ledger);
    const entries = await fetch_chain(server.base, api.key);
    assert.deepEqual(chain_faults(entries), []);
    const by_id = new Map(entries.map((entry) => [entry.entryId, entry]));
    for (const entry of ledger.entries) assert.deepEqual(by_id.get(entry.entryId), entry);
}

test("kill -9 loses nothing that was acknowledged, and the audit chain stays whole", async (t) => {
    const server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } });
    let checked = 0;
    for (let round = 0; round < rounds(20); ++round) {
        const ledger = new Ledger();
        await load_and_kill(server, ledger);
        await server.restart();
        await check(server, ledger);
        checked += ledger.size;
    }
    t.diagnostic(`${checked} acknowledged writes checked after ${rounds(20)} kills`);
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
});

test("the successor of a refresh token that was acknowledged works after kill -9", async () => {
    const server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } });
    const agent_id = await server.sandbox().agent_id();
    let { refreshToken } = await server.sandbox().grant(agent_id);
    for (let round = 0; round < rounds(20); ++round) {
        const { status, body } = await server.sandbox().refresh(agent_id, refreshToken);
        assert.equal(status, 201);
        await server.kill9();
        await server.restart();
        const old = await server.sandbox().refresh(agent_id, refreshToken);
        assert.equal(old.status, 400);
        refreshToken = body.refreshToken;
    }
    await server.stop();
});

test("kill -9 during the very first start leaves nothing that stops the next one", async () => {
    for (let round = 0; round < rounds(20); ++round) {
        const first = new Server();
        const started = first.start().catch(() => {}); // it ends before its banner, or not
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
        await first.kill9();
        await started;
        const second = await start_server({ data_dir: first.data_dir });
        assert.ok(await second.api().agent_id());
        assert.equal((await second.stop()).code, 0);
    }
});
