// Security checklist G3: a refresh token works once, for its owner, and never beyond its grant.
// S-032 is in tests/process/races_test.mjs; the failing signer of S-035 in tests/server/api.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { read_rows, run_sql } from "../support/database.mjs";
import { claims_of } from "../support/forge.mjs";
import { Server, start_server } from "../support/server.mjs";

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const keyed = (value) => ({ "idempotency-key": value });

let server, api, agent_id;
before(async () => {
    server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } });
    api = server.sandbox();
    agent_id = await api.agent_id();
});
after(() => server.stop());

function assert_refused({ status, body }, message) {
    assert.equal(status, 400, JSON.stringify(body));
    assert.equal(body.code, "BAD_REQUEST");
    if (message) assert.equal(body.message, message);
}
async function refreshed(token, { caller = api, id = agent_id } = {}) {
    const answer = await caller.refresh(id, token);
    assert.equal(answer.status, 201, answer.text);
    return answer.body;
}

test("S-028 a refresh gives a new token of the same grant with the same limits", async () => {
    const sub_agent = await api.agent_id();
    const root = await api.grant(agent_id, { audience: "https://api.bookings.example" });
    const child = (await api.delegate(root.grantToken, sub_agent)).body;
    for (const [id, before] of [
        [agent_id, root],
        [sub_agent, child],
    ]) {
        const after = await refreshed(before.refreshToken, { id });
        assert.notEqual(after.refreshToken, before.refreshToken);
        assert.match(after.refreshToken, /^ref_[0-9A-HJKMNP-TV-Z]{26}\.[\w-]{43}$/);
        assert.equal(after.grantId, before.grantId);
        assert.equal(after.grantExpiresAt, before.grantExpiresAt);
        const [{ jti: old_jti, iat: _, ...old }, { jti, iat, ...same }] = [before, after].map(
            ({ grantToken }) => claims_of(grantToken),
        );
        assert.notEqual(jti, old_jti);
        assert.deepEqual(same, old); // sub, scp, aud, parent, depth, and exp too
        assert.ok(iat);
        for (const { grantToken } of [before, after])
            assert.equal(await api.is_valid(grantToken), true);
    }
});

test("S-029 foreign and unknown tokens answer alike", async () => {
    const stranger = await api.must(201, "POST", "/v1/signup", {
        name: "Stranger",
        mode: "sandbox",
    });
    const foreign = server.api(stranger.apiKey);
    const foreign_agent = await foreign.agent_id();
    const { refreshToken } = await api.grant(agent_id);
    const other = (await api.grant(agent_id)).refreshToken;
    const [id, secret] = refreshToken.split(".");
    const [other_id, other_secret] = other.split(".");
    const flipped = (text) => text.slice(0, -1) + (text.endsWith("A") ? "B" : "A");
    const answers = [
        await foreign.refresh(agent_id, refreshToken),
        await foreign.refresh(foreign_agent, refreshToken),
        await server.api().refresh(agent_id, refreshToken),
    ];
    const unknown = [
        "ref_01KJPX39N0VFW6J5MFR7ZZE49X.7sQm2kVh0Lx9uYt4Rw1Bn6Zc3Jp8Gd5Fe0Xo7Ki2UaQ",
        `${id}.${other_secret}`,
        `${other_id}.${secret}`,
        `${id}.${flipped(secret)}`,
        ...[
            id,
            secret,
            `${id}.`,
            `${refreshToken}.`,
            `${refreshToken} `,
            refreshToken.toLowerCase(),
        ],
        ...["x", "' OR '1'='1", "%", "ref_%"],
    ];
    for (const token of unknown) answers.push(await api.refresh(agent_id, token));
    const bodies = answers.map(({ body: { requestId, ...rest } }) => JSON.stringify(rest));
    assert.deepEqual([...new Set(bodies)].map(JSON.parse), [
        {
            message: "Invalid refresh token",
            code: "BAD_REQUEST",
            error: "Bad Request",
            statusCode: 400,
        },
    ]);
    // The contract names the own developer's mistake, and the token survives it.
    assert_refused(await api.refresh(await api.agent_id(), refreshToken), "Agent mismatch");
    await refreshed(refreshToken);
    await refreshed(other);
});

test("S-030 a used token is refused at once", async () => {
    const { refreshToken } = await api.grant(agent_id);
    await refreshed(refreshToken);
    assert_refused(await api.refresh(agent_id, refreshToken), "Refresh token already used");
});

test("S-031 a refresh token dies with its grant and with its agent", async () => {
    const brief = await api.grant(agent_id, { expiresIn: "4s" });
    const renewed = await refreshed(brief.refreshToken);
    assert.equal(renewed.grantExpiresAt, brief.grantExpiresAt);
    const revoked = await api.grant(agent_id);
    assert.equal((await api.revoke(revoked.grantId)).status, 204);
    assert_refused(await api.refresh(agent_id, revoked.refreshToken));

    const own_agent = await api.agent_id();
    const { refreshToken } = await api.grant(own_agent);
    await api.must(200, "PATCH", `/v1/agents/${own_agent}`, { status: "suspended" });
    assert_refused(await api.refresh(own_agent, refreshToken), "Invalid refresh token");
    await api.must(200, "PATCH", `/v1/agents/${own_agent}`, { status: "active" });
    const again = await refreshed(refreshToken, { id: own_agent });
    await api.must(204, "DELETE", `/v1/agents/${own_agent}`);
    assert_refused(await api.refresh(own_agent, again.refreshToken), "Invalid refresh token");

    await sleep(Math.max(0, Date.parse(brief.grantExpiresAt) - Date.now() + 5));
    assert_refused(await api.refresh(agent_id, renewed.refreshToken));
    assert.equal(await api.is_valid(renewed.grantToken), false);
});

// r0 -> r1 -> r2, and r0 comes back: somebody else holds a copy.
test("S-033 a used token whose successor was used ends the family, and is reported", async () => {
    const own = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } });
    const caller = own.sandbox();
    const id = await caller.agent_id();
    const root = await caller.grant(id);
    const child = (await caller.delegate(root.grantToken, id)).body;
    const other = await caller.grant(id);
    const first = await refreshed(root.refreshToken, { caller, id });
    const second = await refreshed(first.refreshToken, { caller, id });
    assert_refused(await caller.refresh(id, root.refreshToken), "Refresh token already used");
    for (const { refreshToken } of [second, child])
        assert_refused(await caller.refresh(id, refreshToken));
    for (const { grantToken } of [root, first, second, child])
        assert.equal(await caller.is_valid(grantToken), false);
    await refreshed(other.refreshToken, { caller, id });

    const { entries } = await caller.must(200, "GET", `/v1/audit/entries?grantId=${root.grantId}`);
    assert.deepEqual(
        entries.map(({ action, status, agentId, principalId }) => ({
            action,
            status,
            agentId,
            principalId,
        })),
        [
            {
                action: "refresh_token.reused",
                status: "blocked",
                agentId: id,
                principalId: "user_7421",
            },
        ],
    );
    await own.stop();
    const events = read_rows(
        own.data_dir,
        "SELECT type, json_extract(data, '$.grantId') FROM events WHERE type LIKE 'refresh%'",
    );
    assert.deepEqual(events, [["refresh_token.reused", root.grantId]]);
});

test("S-034 a repeat after a lost answer is refused and kills nothing", async () => {
    const { refreshToken, grantToken } = await api.grant(agent_id);
    const successor = await refreshed(refreshToken);
    for (let i = 0; i < 3; ++i) assert_refused(await api.refresh(agent_id, refreshToken));
    assert.equal(await api.is_valid(grantToken), true);
    await refreshed(successor.refreshToken);
});

test("S-034 the same repeat after the retry window ends the family", async () => {
    const strict = await start_server({ env: { GRANTEXD_REUSE_GRACE: "0s" } });
    const caller = strict.sandbox();
    const id = await caller.agent_id();
    const { refreshToken, grantToken } = await caller.grant(id);
    const successor = await refreshed(refreshToken, { caller, id });
    await sleep(5);
    assert_refused(await caller.refresh(id, refreshToken), "Refresh token already used");
    assert.equal(await caller.is_valid(grantToken), false);
    assert_refused(await caller.refresh(id, successor.refreshToken));
    await strict.stop();
});

test("S-035 a lost answer is the same to the byte, also from a server started anew", async () => {
    const own = await start_server();
    const caller = own.sandbox();
    const id = await caller.agent_id();
    const { refreshToken } = await caller.grant(id);
    const body = { agentId: id, refreshToken };
    const first = await caller.post("/v1/token/refresh", body, keyed("lost-answer"));
    assert.equal(first.status, 201);
    await own.restart();
    const repeated = await own.sandbox().post("/v1/token/refresh", body, keyed("lost-answer"));
    assert.equal(repeated.status, 201);
    assert.equal(repeated.text, first.text);
    assert.equal(repeated.headers["idempotent-replayed"], "true");
    await refreshed(first.body.refreshToken, { caller: own.sandbox(), id });
    await own.stop();
});

const flip = (text) => text.slice(0, -1) + (text.endsWith("a") ? "b" : "a");

test("S-035 a signing key that does not open stops the start", async () => {
    const own = await start_server();
    await own.stop();
    const [[sealed]] = read_rows(own.data_dir, "SELECT sealed FROM signing_keys");
    run_sql(own.data_dir, `UPDATE signing_keys SET sealed = '${flip(sealed)}'`);
    const again = new Server({ data_dir: own.data_dir });
    await assert.rejects(again.start(), /signing key .* cannot be opened or fails its self-test/);
});

test("S-036 a stored record with one wrong byte is refused, and nothing else is", async () => {
    const own = await start_server();
    const id = await own.sandbox().agent_id();
    const [ruined, sound] = [await own.sandbox().grant(id), await own.sandbox().grant(id)];
    const lost = { agentId: id, refreshToken: (await own.sandbox().grant(id)).refreshToken };
    const answer = await own.sandbox().post("/v1/token/refresh", lost, keyed("sealed"));
    assert.equal(answer.status, 201);
    await own.stop();

    const row = ruined.refreshToken.split(".")[0];
    const where = `FROM refresh_tokens WHERE id = '${row}'`;
    const [[token_hash]] = read_rows(own.data_dir, `SELECT token_hash ${where}`);
    const [[sealed_body]] = read_rows(own.data_dir, "SELECT sealed_body FROM idempotency_records");
    run_sql(
        own.data_dir,
        `UPDATE refresh_tokens SET token_hash = '${flip(token_hash)}' WHERE id = '${row}';
         UPDATE idempotency_records SET sealed_body = '${flip(sealed_body)}'`,
    );
    await own.restart();

    const caller = own.sandbox();
    assert_refused(await caller.refresh(id, ruined.refreshToken), "Invalid refresh token");
    const sealed = await caller.post("/v1/token/refresh", lost, keyed("sealed"));
    assert.equal(sealed.status, 500); // core-notes, "Data at rest"
    assert.equal(sealed.body.code, "INTERNAL_ERROR");
    assert.equal(sealed.body.message, "Internal error");
    assert.match(own.stderr, /event=error .*code=INTERNAL_ERROR cause=a kept answer does not open/);
    for (const { refreshToken } of [sound, answer.body])
        await refreshed(refreshToken, { caller, id });
    assert.equal(await caller.is_valid(ruined.grantToken), true);
    await own.stop();
});

test("S-037 revoking a token leaves its family, revoking the grant ends it", async () => {
    const { grantToken, refreshToken, grantId } = await api.grant(agent_id);
    await api.must(204, "POST", "/v1/tokens/revoke", { jti: claims_of(grantToken).jti });
    assert.equal(await api.is_valid(grantToken), false);
    const next = await refreshed(refreshToken);
    assert.equal(next.grantId, grantId);
    assert.equal(await api.is_valid(next.grantToken), true);
    assert.equal((await api.revoke(grantId)).status, 204);
    assert.equal(await api.is_valid(next.grantToken), false);
    assert_refused(await api.refresh(agent_id, next.refreshToken), "Grant has been revoked");
});
