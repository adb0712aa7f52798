// Many debits of one budget at the same instant: what is left is exact, and nobody spends more.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { read_rows } from "../support/database.mjs";
import { claims_of } from "../support/forge.mjs";
import { rounds, start_server } from "../support/server.mjs";

const callers = 30;
const together = (count, start) => Promise.all(Array.from({ length: count }, (_, i) => start(i)));

let server, api, agent_id;
before(async () => {
    server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off" } });
    api = server.sandbox();
    agent_id = await api.agent_id();
    await together(64, () => api.get("/health")); // connections for everybody
});
after(() => server.stop());

async function budgeted(initialBudget) {
    const { grantId, refreshToken } = await api.grant(agent_id);
    await api.must(201, "POST", "/v1/budget/allocate", { grantId, initialBudget });
    return { grantId, refreshToken };
}
const debit = (grantId, fields, headers) =>
    api.post("/v1/budget/debit", { grantId, amount: 0.1, ...fields }, headers);
const balance = async (grantId) =>
    (await api.must(200, "GET", `/v1/budget/balance/${grantId}`)).remainingBudget;
const ledger = async (grantId) =>
    api.must(200, "GET", `/v1/budget/transactions/${grantId}?pageSize=200`);

// Of amounts with four decimals.
const ten_thousandths = (text) => BigInt(text.replace(".", ""));

test("S-135 of 30 debits of 0.1 at once on 1.0 exactly ten succeed, and 0.0000 is left", async () => {
    for (let round = 0; round < rounds(10); ++round) {
        const { grantId } = await budgeted(1.0);
        const answers = await together(callers, () => debit(grantId));
        const applied = answers.filter(({ status }) => status === 200);
        assert.equal(applied.length, 10, answers.map(({ status }) => status).join(" "));
        for (const { status, body } of answers.filter((each) => !applied.includes(each)))
            assert.deepEqual([status, body.code], [402, "INSUFFICIENT_BUDGET"]);
        assert.equal(await balance(grantId), "0.0000");
        // Every step was seen by exactly one of them, and stands in the ledger.
        const steps = ["0.9", "0.8", "0.7", "0.6", "0.5", "0.4", "0.3", "0.2", "0.1", "0.0"];
        const expected = steps.map((text) => `${text}000`);
        const seen = applied.map(({ body }) => body.remaining);
        assert.deepEqual(seen.toSorted().reverse(), expected);
        const { transactions, total } = await ledger(grantId);
        assert.equal(total, 10);
        assert.deepEqual(transactions.map(({ balanceAfter }) => balanceAfter), expected.reverse());
        const ids = applied.map(({ body }) => body.transactionId).sort();
        assert.deepEqual(transactions.map(({ id }) => id).sort(), ids);
    }
});

test("debits of all sizes at once never spend more than there is", async () => {
    for (let round = 0; round < rounds(5); ++round) {
        const { grantId } = await budgeted("100.0000");
        const answers = await together(60, (i) =>
            debit(grantId, { amount: `${(i * 7) % 11}.${String(i * 37 + 1).padStart(4, "0")}` }),
        );
        for (const { status } of answers) assert.ok(status === 200 || status === 402, `${status}`);
        const { transactions } = await ledger(grantId);
        const applied = answers.filter(({ status }) => status === 200).length;
        assert.equal(transactions.length, applied);
        assert.ok(applied > 5 && applied < 60, `${applied}`);
        const spent = transactions.reduce((sum, { amount }) => sum + ten_thousandths(amount), 0n);
        assert.equal(spent + ten_thousandths(await balance(grantId)), 1_000_000n);
    }
});

test("a debit repeated by many at once with one key is applied once", async () => {
    const { grantId } = await budgeted(10);
    const metadata = { idempotencyKey: "A-10293-1" };
    const answers = await together(callers, () => debit(grantId, { metadata }));
    for (const { status, text } of answers) {
        assert.equal(status, 200);
        assert.equal(text, answers[0].text);
    }
    const first = answers.filter(({ headers }) => !headers["idempotent-replayed"]);
    assert.equal(first.length, 1);
    assert.equal(await balance(grantId), "9.9000");
});

test("no debit is applied after a revocation was answered", async () => {
    for (let round = 0; round < rounds(10); ++round) {
        const { grantId } = await budgeted(1000);
        let left_at_revocation;
        const answers = await together(callers, async (i) => {
            if (i !== callers / 2) return debit(grantId);
            const answer = await api.revoke(grantId);
            left_at_revocation = await balance(grantId);
            return answer;
        });
        for (const { status, body } of answers.filter(({ status }) => status >= 400))
            assert.deepEqual([status, body.code], [409, "GRANT_INACTIVE"]);
        assert.equal((await debit(grantId)).status, 409);
        assert.equal(await balance(grantId), left_at_revocation);
    }
});

test("what was debited is there after the process was killed", async () => {
    const { grantId, refreshToken } = await budgeted(2);
    const headers = { "idempotency-key": "before-the-crash" };
    const keyed = await debit(grantId, {}, headers);
    assert.equal(keyed.status, 200);
    const in_flight = Array.from({ length: callers }, () => debit(grantId).catch(() => undefined));
    await Promise.race(in_flight);
    await server.kill9();
    const answers = await Promise.all(in_flight);
    await server.restart();
    api = server.sandbox();

    const again = await debit(grantId, {}, headers);
    assert.equal(again.text, keyed.text);
    assert.equal(again.headers["idempotent-replayed"], "true");
    const { transactions } = await ledger(grantId);
    const kept = new Set(transactions.map(({ id }) => id));
    for (const answer of [...answers, keyed])
        if (answer?.status === 200) assert.ok(kept.has(answer.body.transactionId));
    const spent = transactions.reduce((sum, { amount }) => sum + ten_thousandths(amount), 0n);
    assert.equal(spent + ten_thousandths(await balance(grantId)), 20_000n);
    const { grantToken } = (await api.refresh(agent_id, refreshToken)).body;
    assert.equal(claims_of(grantToken).bdg, Number(await balance(grantId)));

    // Spent to the end, each level has been announced once, whoever crossed it.
    while ((await debit(grantId)).status === 200);
    await server.stop();
    const announced = read_rows(
        server.data_dir,
        `SELECT type, json_extract(data, '$.pct'), count(*) FROM events
         WHERE type LIKE 'budget.%' AND json_extract(data, '$.grantId') = '${grantId}'
         GROUP BY 1, 2`,
    );
    const expected = [
        ["budget.exhausted", "", "1"],
        ["budget.threshold", "50", "1"],
        ["budget.threshold", "80", "1"],
    ];
    assert.deepEqual(announced, expected);
});
