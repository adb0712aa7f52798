// Random sequences of requests against the real server and against a small model of what the
// contract says (tests/model): every status, code and fact of every answer is predicted.
// GRANTEXD_TEST_SEED=seed or seed:world repeats a run or one world of it.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { after, before, test } from "node:test";

import { Difference, Model } from "../model/model.mjs";
import { run_worlds, start_servers } from "../model/worlds.mjs";
import { rounds } from "../support/server.mjs";

const chosen = process.env.GRANTEXD_TEST_SEED ?? `${randomInt(2 ** 31)}`;
const [seed, only] = chosen.split(":").map(Number);

let places;
before(async () => {
    places = await start_servers();
});
after(() => Promise.all(places.map(({ server }) => server.stop())));

// A run in which these did not happen has tested less than it says.
const outcomes = `
    create_agent 201 | create_agent 400 BAD_REQUEST
    update_agent 200 | update_agent 400 BAD_REQUEST | update_agent 404 NOT_FOUND
    delete_agent 204 | delete_agent 404 NOT_FOUND
    update_me 200 | update_me 400 BAD_REQUEST
    create_authorization 201 | create_authorization 400 BAD_REQUEST
    create_authorization 403 POLICY_DENIED | create_authorization 404 NOT_FOUND
    exchange_token 201 | exchange_token 400 BAD_REQUEST | exchange_token again 201
    exchange_token 400 BAD_REQUEST Invalid code | exchange_token again 422 IDEMPOTENCY_KEY_REUSED
    refresh_token 201 | refresh_token 400 BAD_REQUEST | refresh_token 403 POLICY_DENIED
    refresh_token 400 BAD_REQUEST Invalid refresh token | refresh_token 400 BAD_REQUEST Agent mismatch
    refresh_token 400 BAD_REQUEST Refresh token already used
    refresh_token 400 BAD_REQUEST Refresh token expired
    refresh_token 400 BAD_REQUEST Grant has been revoked
    refresh_token again 201 | refresh_token again 422 IDEMPOTENCY_KEY_REUSED
    delegate_grant 201 | delegate_grant 400 BAD_REQUEST | delegate_grant 403 FORBIDDEN
    delegate_grant 403 DELEGATION_DEPTH_EXCEEDED | delegate_grant 403 POLICY_DENIED
    delegate_grant 404 NOT_FOUND | delegate_grant again 201
    revoke_grant 204 | revoke_grant 404 NOT_FOUND
    revoke_token 204 | revoke_token 404 NOT_FOUND
    verify_token 200 | verify_grant 200 | verify_grant 400 BAD_REQUEST
    verify_grant 200 revoked | verify_grant 200 expired | verify_grant 200 agent_inactive
    verify_grant 200 wrong_developer
    log_audit 201 | log_audit 400 BAD_REQUEST
    create_policy 201 | create_policy 400 BAD_REQUEST
    delete_policy 204 | delete_policy 404 NOT_FOUND
    allocate_budget 201 | allocate_budget 400 BAD_REQUEST | allocate_budget 404 NOT_FOUND
    allocate_budget 409 CONFLICT | allocate_budget 409 GRANT_INACTIVE
    debit_budget 200 | debit_budget 400 BAD_REQUEST | debit_budget 402 INSUFFICIENT_BUDGET
    debit_budget 404 NOT_FOUND | debit_budget 409 GRANT_INACTIVE | debit_budget again 200`
    .split(/[|\n]/)
    .map((text) => text.trim())
    .filter((text) => text !== "");

test("R-23 in random sequences of requests the server answers as the model of its contract", async (t) => {
    const steps = rounds(100_000);
    t.diagnostic(`seed ${seed}`);
    const start = performance.now();
    const tally = await run_worlds(places, { seed, only, steps });
    if (only !== undefined) return;
    const done = Object.values(tally).reduce((sum, count) => sum + count, 0);
    const took = ((performance.now() - start) / 1000).toFixed(1);
    t.diagnostic(`${done} steps, ${Object.keys(tally).length} kinds of outcome, ${took} s`);
    assert.ok(done >= steps);
    if (steps >= 20_000)
        assert.deepEqual(outcomes.filter((outcome) => !tally[outcome]), []);
});

test("nothing that was tried with another developer's things has touched them", async () => {
    for (const { foreign } of places) {
        const { api, agent, grant, token, refresh, code, verifier } = foreign;
        assert.equal((await api.get(`/v1/agents/${agent}`)).body.status, "active");
        assert.equal((await api.get(`/v1/grants/${grant}`)).body.status, "active");
        assert.equal(await api.is_valid(token), true);
        assert.equal((await api.refresh(agent, refresh)).status, 201);
        assert.equal((await api.exchange(agent, { code, verifier })).status, 201);
    }
});

// Models that are wrong in one thing each. A comparison that does not notice would not notice a
// server that is wrong in it either.
const mistakes = {
    "revocation that spares descendants": class extends Model {
        revoke_tree(grant) {
            grant.status = "revoked";
        }
    },
    "a code that can be used twice": class extends Model {
        exchange_token(id, body, context) {
            const request = this.codes.get(body.code);
            if (request) request.grant = undefined;
            return super.exchange_token(id, body, context);
        }
    },
    "a refresh token that can be used twice": class extends Model {
        refresh_token(id, body, context) {
            const refresh = this.refreshes.get(body.refreshToken);
            if (refresh?.status === "used") refresh.status = "current";
            return super.refresh_token(id, body, context);
        }
    },
    "a reused refresh token that is not taken for stolen": class extends Model {
        take_for_stolen() {}
    },
    "delegation one level deeper": class extends Model {
        delegate_grant(id, body, context) {
            ++this.depth_own;
            ++this.depth_server;
            const expected = super.delegate_grant(id, body, context);
            --this.depth_own;
            --this.depth_server;
            return expected;
        }
    },
    "delegation of more than the parent has": class extends Model {
        delegate_grant(id, body, context) {
            const grant = this.tokens.get(body.parentGrantToken)?.grant;
            const scopes = grant?.scopes;
            if (grant) grant.scopes = [...scopes, ...body.scopes];
            const expected = super.delegate_grant(id, body, context);
            if (grant) grant.scopes = scopes;
            return expected;
        }
    },
    "a child that outlives its parent": class extends Model {
        issue(grant, lifetime, ends, then) {
            return super.issue(grant, lifetime, [], then);
        }
    },
    "policies that deny nothing": class extends Model {
        deny() {}
    },
    "agents whose tokens stay good while they are suspended": class extends Model {
        fault_of(token, now) {
            const fault = super.fault_of(token, now);
            return fault === "agent_inactive" ? undefined : fault;
        }
    },
    "revoking a token with its grant": class extends Model {
        revoke_token(id, body, context) {
            const expected = super.revoke_token(id, body, context);
            const token = [...this.tokens.values()].find(({ jti }) => jti === body.jti);
            if (expected.status === 204) this.revoke_tree(token.grant);
            return expected;
        }
    },
    "a debit of too much that takes what is left": class extends Model {
        debit_budget(id, body, context) {
            const expected = super.debit_budget(id, body, context);
            const budget = this.grants.get(body.grantId)?.budget;
            if (expected.status === 402 && budget) budget.remaining = 0n;
            return expected;
        }
    },
};

for (const [name, ModelType] of Object.entries(mistakes))
    test(`a model with this mistake is told from the server: ${name}`, async (t) => {
        if (only !== undefined) return t.skip("one world alone may not come upon it");
        const found = run_worlds(places, { seed, steps: 40_000, ModelType });
        await assert.rejects(found, (error) => error instanceof Difference);
    });
