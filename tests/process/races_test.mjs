// Many callers at the same instant: exactly one wins, and nothing outlives a revocation.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { chain_faults, fetch_chain } from "../clients/audit_chain.mjs";
import { RawConnection, request_text } from "../support/raw_connection.mjs";
import { rounds, start_server } from "../support/server.mjs";

const parallel = 20;
const delegations = 50;

let server, api, agent_id;
before(async () => {
    server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } });
    api = server.sandbox();
    agent_id = await api.agent_id();
    await together(64, () => api.get("/health")); // connections for everybody
});
after(() => server.stop());

const together = (count, start) => Promise.all(Array.from({ length: count }, (_, i) => start(i)));

// The one answer with this status; all others must have the other status.
function only_winner(answers, won, lost) {
    const count = (status) => answers.filter((answer) => answer.status === status).length;
    assert.equal(count(won), 1, answers.map(({ status }) => status).join(" "));
    assert.equal(count(lost), answers.length - 1, answers.map(({ text }) => text).join("\n"));
    return answers.find((answer) => answer.status === won);
}

test("S-021 of 20 exchanges of one code exactly one succeeds, with one grant", async () => {
    const grants_of = async (principal) =>
        (await api.must(200, "GET", `/v1/grants?principalId=${principal}`)).grants;
    for (let round = 0; round < rounds(20); ++round) {
        const principalId = `exchange_${round}`;
        const asked = await api.authorize(agent_id, { principalId });
        const answers = await together(parallel, () => api.exchange(agent_id, asked));
        const { body } = only_winner(answers, 201, 400);
        const grants = await grants_of(principalId);
        assert.deepEqual(grants.map(({ grantId }) => grantId), [body.grantId]);
        assert.equal(await api.is_valid(body.grantToken), true);
    }
});

test("S-032 of 20 refreshes of one token exactly one succeeds; its successor works", async () => {
    let { refreshToken, grantId } = await api.grant(agent_id);
    for (let round = 0; round < rounds(20); ++round) {
        const answers = await together(parallel, () => api.refresh(agent_id, refreshToken));
        const { body } = only_winner(answers, 201, 400);
        assert.equal(body.grantId, grantId);
        refreshToken = body.refreshToken;
    }
    assert.equal((await api.refresh(agent_id, refreshToken)).status, 201);
});

const soon = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 6));

// One root with a child; both delegate at random moments, and the root is revoked at another.
async function delegate_while_revoking() {
    const root = await api.grant(agent_id);
    const child = (await api.delegate(root.grantToken, agent_id)).body;
    const made = [root, child];
    let revoked_at_once;
    await together(delegations + 1, async (i) => {
        await soon();
        if (i === delegations) {
            assert.equal((await api.revoke(root.grantId)).status, 204);
            // The answer has arrived: from now on nothing known verifies, whoever else is busy.
            const known = made.map(({ grantToken }) => api.is_valid(grantToken));
            revoked_at_once = await Promise.all(known);
            return;
        }
        const parent = i % 2 ? root : child;
        const { status, body } = await api.delegate(parent.grantToken, agent_id);
        assert.ok(status === 201 || status === 400, `${status}`);
        if (status === 201) made.push(body);
    });
    assert.ok(revoked_at_once.every((valid) => valid === false));
    return made;
}

test("S-045 after a revocation no delegated token verifies, however they raced", async (t) => {
    let delegated = 0;
    let refused = 0;
    for (let round = 0; round < rounds(20); ++round) {
        const made = await delegate_while_revoking();
        delegated += made.length - 2;
        refused += delegations - (made.length - 2);
        const valid = await Promise.all(made.map(({ grantToken }) => api.is_valid(grantToken)));
        assert.ok(valid.every((each) => each === false), `${valid}`);
        for (const { grantId } of made)
            assert.equal((await api.get(`/v1/grants/${grantId}`)).body.status, "revoked");
        for (const { refreshToken } of made.slice(-2))
            assert.equal((await api.refresh(agent_id, refreshToken)).status, 400);
    }
    t.diagnostic(`${delegated} delegations were before the revocation, ${refused} after`);
    assert.ok(delegated > 0 && refused > 0, "there was no race");
});

test("of two rotations of one key exactly one succeeds", async () => {
    const { apiKey } = await api.must(201, "POST", "/v1/signup", { name: "Rotating" });
    let key = apiKey;
    for (let round = 0; round < rounds(50); ++round) {
        const paths = ["/v1/keys/rotate", "/v1/me/rotate-key"];
        const answers = await together(2, (i) => server.api(key).post(paths[i]));
        const { body } = only_winner(answers, 200, 401);
        assert.equal((await server.api(key).get("/v1/me")).status, 401);
        key = body.apiKey;
    }
    assert.equal((await server.api(key).get("/v1/me")).status, 200);
});

test("of 20 sign-ups with one e-mail address exactly one succeeds", async () => {
    for (let round = 0; round < rounds(30); ++round) {
        const email = `Ops${round}@Nimbus.example`;
        const answers = await together(parallel, (i) =>
            server.api("").post("/v1/signup", {
                name: "Nimbus Travel",
                email: i % 2 ? email : email.toLowerCase(),
            }),
        );
        only_winner(answers, 201, 409);
    }
});

test("of 20 decisions about one request exactly one counts", async () => {
    const live = server.api(); // in development the request id is enough to decide
    const id = await live.agent_id();
    for (let round = 0; round < rounds(30); ++round) {
        const { authRequestId, verifier } = await live.authorize(id);
        const answers = await together(parallel, (i) =>
            server.api("").post(`/v1/consent/${authRequestId}/${i % 2 ? "approve" : "deny"}`),
        );
        const { body } = only_winner(answers, 200, 410);
        if (!body.code) continue;
        const exchanged = await live.exchange(id, { code: body.code, verifier });
        assert.equal(exchanged.status, 201);
    }
});

test("S-079 forty writers append to one linear audit chain", async () => {
    const { apiKey } = await api.must(201, "POST", "/v1/signup", { name: "Forty writers" });
    const writer = server.api(apiKey);
    const each = rounds(50);
    const acknowledged = new Map();
    await together(40, async (i) => {
        for (let n = 0; n < each; ++n) {
            const { status, body } = await writer.log_audit({ metadata: { writer: i, n } });
            assert.equal(status, 201);
            acknowledged.set(body.entryId, body);
        }
    });
    const entries = await fetch_chain(server.base, apiKey);
    assert.equal(entries.length, 40 * each);
    assert.deepEqual(chain_faults(entries), []);
    for (const entry of entries) assert.deepEqual(entry, acknowledged.get(entry.entryId));
    for (let i = 0; i < 40; ++i) {
        const own = entries.filter(({ metadata }) => metadata.writer === i);
        assert.deepEqual(own.map(({ metadata }) => metadata.n), [...Array(each).keys()]);
    }
});

test("what is sent right behind a revocation on one connection sees it", async () => {
    const headers = {
        Authorization: `Bearer ${server.sandbox_key}`, "Content-Type": "application/json",
    };
    const connection = await RawConnection.open(server.base);
    for (let round = 0; round < rounds(50); ++round) {
        const { grantId, grantToken } = await api.grant(agent_id);
        const path = `/v1/grants/${grantId}`;
        const body = JSON.stringify({ token: grantToken });
        connection.write(
            request_text("DELETE", path, { headers }) + request_text("GET", path, { headers }) +
                request_text("POST", "/v1/tokens/verify", { headers, body }),
        );
        assert.equal((await connection.answer()).status, 204);
        assert.equal((await connection.answer()).body.status, "revoked");
        assert.equal((await connection.answer()).body.valid, false);
    }
    connection.end();
});
