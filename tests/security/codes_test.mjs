// Security checklist G2: a code works once, soon, and for whoever asked. S-021 is in
// tests/process/races_test.mjs, S-026 in secrets_test.mjs there. The option of S-019, to demand
// PKCE, is not in the contract.
import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import { after, before, test } from "node:test";

import { pkce_pair } from "../support/api.mjs";
import { early_in_a_window } from "../support/rate_window.mjs";
import { start_server } from "../support/server.mjs";

const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const challenge_of = (verifier) => createHash("sha256").update(verifier).digest("base64url");
const no_pkce = { codeChallenge: undefined, codeChallengeMethod: undefined };

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
const exchange = (fields, caller = api) =>
    caller.post("/v1/token", { agentId: agent_id, ...fields });

test("S-016 without the right verifier a code is worth nothing", async () => {
    const { code, verifier } = await api.authorize(agent_id);
    assert_refused(await exchange({ code }), "codeVerifier is required");
    const wrong = [
        pkce_pair().verifier,
        verifier.slice(1),
        `${verifier} `,
        verifier.toUpperCase() + "A",
        "",
        "A".repeat(42),
        "A".repeat(129),
        `${verifier.slice(1)}+`,
        `${verifier.slice(1)}/`,
        `${verifier.slice(1)}=`,
        challenge_of(verifier),
    ];
    for (const codeVerifier of wrong) assert_refused(await exchange({ code, codeVerifier }));
    // The attempts cost the owner nothing.
    assert.equal((await exchange({ code, codeVerifier: verifier })).status, 201);
});

test("S-016 a verifier that is none is refused also when its hash is the challenge", async () => {
    const malformed = ["A".repeat(42), "A".repeat(129), "short", "A".repeat(42) + "+"];
    for (const codeVerifier of [
        ...malformed,
        "A".repeat(42) + "/",
        "A".repeat(42) + "=",
        "A".repeat(42) + "é",
    ]) {
        const codeChallenge = challenge_of(codeVerifier);
        const { code } = await api.authorize(agent_id, { codeChallenge });
        assert_refused(await exchange({ code, codeVerifier }), "Invalid codeVerifier");
    }
    for (const codeVerifier of ["A".repeat(43), "Z".repeat(128), "-._~".repeat(11)]) {
        const codeChallenge = challenge_of(codeVerifier);
        const { code } = await api.authorize(agent_id, { codeChallenge });
        assert.equal((await exchange({ code, codeVerifier })).status, 201, codeVerifier);
    }
});

test("S-017 only S256 with 43 characters is registered", async () => {
    const { challenge } = pkce_pair();
    const good = { codeChallenge: challenge, codeChallengeMethod: "S256" };
    const wrong = [
        ...["plain", "S512", "s256", "S256 ", ""].map((codeChallengeMethod) => ({
            codeChallengeMethod,
        })),
        { codeChallengeMethod: undefined },
        { codeChallengeMethod: null },
        { codeChallenge: undefined },
        ...[42, 44, 0].map((size) => ({ codeChallenge: "A".repeat(size) })),
        ...["+", "/", "=", " ", "é"].map((last) => ({ codeChallenge: "A".repeat(42) + last })),
    ];
    const ask = (fields) =>
        api.post("/v1/authorize", {
            agentId: agent_id,
            principalId: "user_7421",
            scopes: ["calendar:read"],
            ...good,
            ...fields,
        });
    for (const fields of wrong) assert_refused(await ask(fields));
    assert.equal((await ask({})).status, 201);
});

test("S-018 a verifier where no challenge was registered is a downgrade", async () => {
    const { code, verifier } = await api.authorize(agent_id, no_pkce);
    for (const codeVerifier of [verifier, "", "A".repeat(43)])
        assert_refused(await exchange({ code, codeVerifier }), "Invalid codeVerifier");
    assert.equal((await exchange({ code })).status, 201);
});

test("S-020 a code of someone else is unknown, and still works for its owner", async () => {
    const stranger = await api.must(201, "POST", "/v1/signup", {
        name: "Stranger",
        mode: "sandbox",
    });
    const foreign = server.api(stranger.apiKey);
    const foreign_agent = await foreign.agent_id();
    const own_other_agent = await api.agent_id();
    const asked = await api.authorize(agent_id);
    const attempts = [
        [foreign, agent_id],
        [foreign, foreign_agent],
        [api, own_other_agent],
        [api, foreign_agent],
        [server.api(), agent_id],
    ];
    for (const [caller, agentId] of attempts)
        assert_refused(await caller.exchange(agentId, asked), "Invalid code");
    assert.equal((await api.exchange(agent_id, asked)).status, 201);
});

test("S-022 a code that comes back is refused; later also what it gave ends", async () => {
    const asked = await api.authorize(agent_id);
    const { body } = await api.exchange(agent_id, asked);
    assert_refused(await api.exchange(agent_id, asked));
    assert.equal(await api.is_valid(body.grantToken), true); // a repeat after a lost answer

    const strict = await start_server({ env: { GRANTEXD_REUSE_GRACE: "0s" } });
    const caller = strict.sandbox();
    const own_agent = await caller.agent_id();
    const stolen = await caller.authorize(own_agent);
    const first = (await caller.exchange(own_agent, stolen)).body;
    const child = (await caller.delegate(first.grantToken, own_agent)).body;
    const other = await caller.grant(own_agent);
    await sleep(5);
    assert_refused(await caller.exchange(own_agent, stolen));
    for (const { grantToken, refreshToken } of [first, child]) {
        assert.equal(await caller.is_valid(grantToken), false);
        assert_refused(await caller.refresh(own_agent, refreshToken));
    }
    assert.equal(await caller.is_valid(other.grantToken), true);
    await strict.stop();
});

test("S-023 a code ends when its time is up, by default ten minutes", async () => {
    const brief = await start_server({ env: { GRANTEXD_CODE_TTL: "3s" } });
    const caller = brief.sandbox();
    const own_agent = await caller.agent_id();
    const in_time = await caller.authorize(own_agent);
    assert.equal((await caller.exchange(own_agent, in_time)).status, 201);
    const late = await caller.authorize(own_agent);
    await sleep(3001);
    assert_refused(await caller.exchange(own_agent, late), "Authorization code has expired");
    await brief.stop();
});

test("S-024 only an approved request of an active agent can be exchanged", async () => {
    const live = server.api(); // at level none the request id decides
    const own_agent = await live.agent_id();
    const pending = await live.authorize(own_agent);
    assert.equal(pending.code, undefined);
    const guesses = (asked) => [
        asked.authRequestId,
        `${asked.authRequestId}.`,
        asked.authRequestId.slice(5),
    ];
    const refuse_guesses = async (asked) => {
        for (const code of guesses(asked))
            assert_refused(await live.exchange(own_agent, { ...asked, code }), "Invalid code");
    };
    await refuse_guesses(pending);

    const denied = await live.authorize(own_agent);
    await live.must(200, "POST", `/v1/consent/${denied.authRequestId}/deny`);
    await refuse_guesses(denied);

    const expired = await live.authorize(own_agent, { expiresIn: "1s" });
    await sleep(1001);
    const late = await live.post(`/v1/consent/${expired.authRequestId}/approve`);
    assert.equal(late.status, 410);
    await refuse_guesses(expired);

    const { code } = await live.must(200, "POST", `/v1/consent/${pending.authRequestId}/approve`);
    const approved = { ...pending, code };
    await live.must(200, "PATCH", `/v1/agents/${own_agent}`, { status: "suspended" });
    assert_refused(await live.exchange(own_agent, approved), "Invalid code");
    await live.must(200, "PATCH", `/v1/agents/${own_agent}`, { status: "active" });
    assert.equal((await live.exchange(own_agent, approved)).status, 201);

    const other = await live.authorize(own_agent);
    const late_code = (await live.must(200, "POST", `/v1/consent/${other.authRequestId}/approve`))
        .code;
    await live.must(204, "DELETE", `/v1/agents/${own_agent}`);
    assert_refused(await live.exchange(own_agent, { ...other, code: late_code }), "Invalid code");
});

test("S-025 a lifetime is a whole number with a unit, above zero, within the maximum", async () => {
    const wrong = [
        "0s",
        "-1h",
        "+1h",
        "1.5h",
        "1H",
        " 1h",
        "1h ",
        "１h",
        "1",
        "h",
        "",
        "1h30m",
        "1w",
    ];
    const too_long = [
        "999999999d",
        "9223372036854775807d",
        "99999999999999999999s",
        "31d",
        "2592001s",
    ];
    const types = [86_400, true, [], {}, ["1h"]];
    const parent = await api.grant(agent_id, { expiresIn: "30d" });
    const ask = (expiresIn) =>
        api.post("/v1/authorize", {
            agentId: agent_id,
            principalId: "user_7421",
            scopes: ["calendar:read"],
            expiresIn,
        });
    const delegate = (expiresIn) =>
        api.post("/v1/grants/delegate", {
            parentGrantToken: parent.grantToken,
            subAgentId: agent_id,
            scopes: ["calendar:read"],
            expiresIn,
        });
    for (const expiresIn of [...wrong, ...too_long, ...types])
        for (const answer of [await ask(expiresIn), await delegate(expiresIn)]) {
            assert_refused(answer);
            assert.match(answer.body.message, /^expiresIn /, JSON.stringify(expiresIn));
        }
    // An explicit null equals leaving it out.
    for (const expiresIn of ["30d", "720h", "2592000s", "1s", "001h", null])
        for (const answer of [await ask(expiresIn), await delegate(expiresIn)])
            assert.equal(answer.status, 201, `${expiresIn}: ${answer.text}`);
});

test("S-027 guessing codes ends at the limit, and every guess gets the same answer", async () => {
    const limited = await start_server({ env: { GRANTEXD_RATE_PROFILE: "reference" } });
    const caller = limited.sandbox();
    const own_agent = await caller.agent_id();
    const asked = await caller.authorize(own_agent, no_pkce);
    const flipped = asked.code.slice(0, -1) + (asked.code.endsWith("A") ? "B" : "A");
    await early_in_a_window(30);
    const answers = [await caller.exchange(own_agent, { code: flipped })];
    for (let i = 0; i < 1000; ++i)
        answers.push(
            await caller.exchange(own_agent, { code: randomBytes(32).toString("base64url") }),
        );
    const [guesses, refused] = [answers.slice(0, 20), answers.slice(20)];
    const bodies = new Set(guesses.map(({ body: { requestId, ...rest } }) => JSON.stringify(rest)));
    assert.deepEqual([...bodies].map(JSON.parse), [
        { message: "Invalid code", code: "BAD_REQUEST", error: "Bad Request", statusCode: 400 },
    ]);
    for (const { status, body, headers } of refused) {
        assert.equal(status, 429);
        assert.equal(body.code, "RATE_LIMIT_EXCEEDED");
        assert.match(body.message, /retry in \d+/);
        assert.match(headers["retry-after"], /^\d+$/);
    }
    await limited.stop();
});
