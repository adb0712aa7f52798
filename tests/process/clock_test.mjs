// A wall clock that somebody sets, forwards and back, while the server runs. It believes its clock:
// what has expired by it is refused, and what has not is accepted, at once, also when the token was
// signed in a time that has not come yet. Nothing else may depend on the clock going forwards.
import assert from "node:assert/strict";
import { test } from "node:test";

import { chain_faults, fetch_chain } from "../clients/audit_chain.mjs";
import { SseClient } from "../support/event_stream.mjs";
import { FakedClock } from "../support/faked_clock.mjs";
import { eventually } from "../support/process_state.mjs";
import { early_in_a_window } from "../support/rate_window.mjs";
import { Receiver, local_receivers } from "../support/receiver.mjs";
import { rounds } from "../support/server.mjs";

const hour = 3600;
const ten_years = 10 * 365 * 24 * hour;
const env = { ...local_receivers, GRANTEXD_RATE_PROFILE: "off" };

// A server whose ids and audit entries are noted in the order in which they were made.
class Scene {
    static async open(t) {
        const scene = new Scene();
        scene.clock = new FakedClock();
        scene.refuses = false;
        const reply = (_, response) => scene.refuses && response.writeHead(500).end();
        scene.receiver = await new Receiver({
            reply: (...args) => reply(...args) || undefined,
        }).listen();
        scene.server = await scene.clock.start_server({ env });
        t.after(async () => {
            await scene.server.stop();
            scene.receiver.close();
        });
        scene.agent_id = await scene.api.agent_id();
        const url = scene.receiver.url;
        await scene.api.must(201, "POST", "/v1/webhooks", { url, events: ["grant.created"] });
        scene.made = { grnt: [], alog: [] };
        return scene;
    }
    get api() {
        return this.server.sandbox();
    }
    async grant(expiresIn) {
        const granted = await this.api.grant(this.agent_id, { expiresIn });
        this.made.grnt.push(granted.grantId);
        return granted;
    }
    async log() {
        const { grantId } = await this.grant("1h");
        const answer = await this.api.log_audit({ agentId: this.agent_id, grantId });
        assert.equal(answer.status, 201, answer.text);
        this.made.alog.push(answer.body.entryId);
    }
    async are_valid(tokens) {
        const valid = await Promise.all(
            tokens.map(({ grantToken }) => this.api.is_valid(grantToken)),
        );
        return valid.map(Number).join("");
    }
    // The chain is whole, in the order in which its entries were made, and ids only grow.
    async check() {
        const chain = await fetch_chain(this.server.base, this.api.key);
        assert.deepEqual(chain_faults(chain), []);
        const logged = new Set(this.made.alog);
        const order = chain.map(({ entryId }) => entryId);
        assert.deepEqual(
            order.filter((id) => logged.has(id)),
            this.made.alog,
        );
        for (const ids of [order, ...Object.values(this.made)]) {
            assert.deepEqual(ids, [...ids].sort());
            assert.equal(new Set(ids).size, ids.length);
        }
    }
    async until_delivered(grantId) {
        const is_there = () =>
            this.receiver.received.filter(({ event }) => event.data.grantId === grantId);
        const came = await eventually(() => is_there().length > 0, 15_000);
        assert.ok(came, `${grantId} was not delivered\n${this.server.stderr}`);
    }
}

test("R-11 tokens live by the clock, wherever it is set, and nothing else does", async (t) => {
    const scene = await Scene.open(t);
    const { clock } = scene;
    for (let round = 0; round < rounds(1); ++round) {
        const [short, long] = [await scene.grant("30m"), await scene.grant("12h")];
        await scene.log();
        assert.equal(await scene.are_valid([short, long]), "11");

        clock.set(hour);
        const later = await scene.grant("30m");
        await scene.log();
        assert.equal(await scene.are_valid([short, long, later]), "011");

        clock.set(-hour);
        await scene.log();
        const earlier = await scene.grant("30m");
        assert.equal(await scene.are_valid([short, long, later, earlier]), "1111");

        clock.set(0);
        assert.equal(await scene.are_valid([short, long, later, earlier]), "1110");

        clock.set(ten_years);
        const far = await scene.grant("30m");
        await scene.log();
        assert.equal(await scene.are_valid([short, long, later, earlier, far]), "00001");
        const refused = await scene.api.refresh(scene.agent_id, long.refreshToken);
        assert.equal(refused.status, 400);

        clock.set(0);
        assert.equal(await scene.are_valid([short, long, later, earlier, far]), "11101");
        const refreshed = await scene.api.refresh(scene.agent_id, long.refreshToken);
        assert.equal(refreshed.status, 201, refreshed.text);
        await scene.log();
        await scene.check();
        await scene.until_delivered(far.grantId);
    }
});

test("R-11 a clock that is set back every second stops nothing", async (t) => {
    const scene = await Scene.open(t);
    const { clock } = scene;
    const long = await scene.grant("12h");
    const end = performance.now() + rounds(2) * 1000;
    for (let i = 0; performance.now() < end; ++i) {
        clock.set(-Math.floor(i / 4));
        await scene.log();
        assert.equal(await scene.are_valid([long]), "1");
        await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await scene.check();
    for (const grantId of scene.made.grnt) await scene.until_delivered(grantId);
});

test("R-11 what failed while the clock was ahead does not wait until then", async (t) => {
    const scene = await Scene.open(t);
    scene.refuses = true;
    const before = scene.receiver.received.length;
    scene.clock.set(hour);
    const { grantId } = await scene.grant("30m");
    assert.ok(await eventually(() => scene.receiver.received.length > before));
    await scene.server.stop(); // what became of it is on disk
    scene.receiver.received = [];
    scene.refuses = false;
    scene.clock.set(0);
    await scene.server.restart();
    await scene.until_delivered(grantId);
});

test("R-11 a start in the past goes on after ids of the future: streams, detection", async (t) => {
    const scene = await Scene.open(t);
    scene.clock.set(ten_years);
    await scene.log();
    await scene.server.stop();
    scene.clock.set(0);
    await scene.server.restart();
    const stream = await SseClient.open(scene.api);
    await stream.until_text("connected");
    const { grantId } = await scene.grant("30m");
    await stream.until_text(grantId);
    stream.close();
    await scene.log();
    await scene.check();
    for (let i = 0; i < 51; ++i)
        await scene.api.log_audit({ agentId: scene.agent_id, grantId, action: "calendar.read" });
    const { anomalies } = await scene.api.must(200, "POST", "/v1/anomalies/detect");
    assert.ok(
        anomalies.some(({ ruleId }) => ruleId === "AD-011"),
        JSON.stringify(anomalies),
    );
});

test("R-11 a limit opens when the clock goes on, and not again when it is set back", async () => {
    const clock = new FakedClock();
    await early_in_a_window();
    const server = await clock.start_server({ env: { GRANTEXD_RATE_PROFILE: "reference" } });
    const api = server.api();
    const ask = async () => (await api.post("/v1/authorize", {})).status;
    const statuses = async (count) => {
        const all = [];
        for (let i = 0; i < count; ++i) all.push(await ask());
        return all;
    };
    const one_window = [...Array(10).fill(400), 429];
    assert.deepEqual(await statuses(11), one_window);
    clock.set(hour);
    assert.deepEqual(await statuses(11), one_window);
    clock.set(0);
    assert.equal(await ask(), 429);
    const answer = await api.post("/v1/authorize", {});
    assert.ok(Number(answer.headers["retry-after"]) <= 60, answer.headers["retry-after"]);
    if (rounds(1) > 1) {
        // An hour would have to pass by that clock; a window passes by another one.
        await new Promise((resolve) => setTimeout(resolve, 61_000));
        assert.equal(await ask(), 400);
    }
    await server.stop();
});
