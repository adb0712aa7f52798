// The oracle of the crash tests finds nothing where nothing is wrong, and notices every loss.
import assert from "node:assert/strict";
import { cpSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { check_events } from "../crash/events.mjs";
import { Oracle } from "../crash/oracle.mjs";
import { faults_of_files, recounts } from "../crash/recount.mjs";
import { new_developer } from "../crash/round.mjs";
import { check_single_use } from "../crash/single_use.mjs";
import { run_sql, run_sql_without_triggers } from "../support/database.mjs";
import { Random } from "../support/random.mjs";
import { Receiver, local_receivers } from "../support/receiver.mjs";
import { start_server, temporary_directory } from "../support/server.mjs";

const kinds = `agent authorize exchange refresh delegate revoke revoke_token log rename allocate debit
    policy drop_policy`.split(/\s+/);

let server, receiver, team, url;
before(async () => {
    receiver = await new Receiver().listen();
    const env = { ...local_receivers, GRANTEXD_RATE_PROFILE: "off" };
    server = await start_server({ env });
    url = `${receiver.url}?round=1`;
    team = await new_developer(server, { name: "team", clients: 4, random: new Random(7), url });
    for (const client of team.clients) {
        let steps = 150;
        await client.run(() => steps-- > 0);
    }
});
after(async () => {
    await server.stop();
    receiver.close();
});

const check = () => new Oracle(team.api, team.clients).check();
const ledger = () => team.clients[0].ledger.entries;
const grant_that = (holds) => team.clients.flatMap(({ grants }) => grants).find(holds);
const acknowledged = (kind) => ledger().findIndex((entry) => entry.kind === kind && entry.answer);

// A change of what the clients believe, as something to take back.
function change(object, member, value) {
    const old = object[member];
    object[member] = value;
    return () => (object[member] = old);
}
function without(list, index) {
    const [item] = list.splice(index, 1);
    return () => list.splice(index, 0, item);
}

// What the clients were told and the server does not know, or the other way round.
const losses = {
    "an audit entry that is lost": [
        () => change(ledger()[acknowledged("log")].answer, "entryId", "alog_lost"),
        /audit entry alog_lost is lost/,
    ],
    "an audit entry that is changed": [
        () => change(ledger()[acknowledged("log")].answer, "action", "other"),
        /is lost or changed/,
    ],
    "an audit entry that nobody wrote": [
        () => without(ledger(), acknowledged("log")),
        /1 unknown audit entries, 0 were under way/,
    ],
    "an agent that is not as answered": [
        () => change(team.clients[1].agent, "name", "other"),
        /agent of team-1/,
    ],
    "a grant that is lost": [
        () => change(grant_that(({ is_revoked }) => !is_revoked), "id", "grnt_lost"),
        /grant grnt_lost is lost/,
    ],
    "a grant that is changed": [
        () => change(grant_that(({ parent }) => parent), "parent", null),
        /is changed/,
    ],
    "a grant that nobody asked for": [
        () => without(team.clients[0].grants, team.clients[0].grants.length - 1),
        /nobody asked for/,
    ],
    "a revocation that is lost": [
        () => change(grant_that(({ is_revoked }) => !is_revoked), "is_revoked", true),
        /is active, acknowledged as revoked: true/,
    ],
    "a revocation that nobody asked for": [
        () => change(grant_that(({ is_revoked }) => is_revoked), "is_revoked", false),
        /is revoked, acknowledged as revoked: false/,
    ],
    "a revoked token that verifies": [
        () => change(grant_that(({ is_revoked }) => !is_revoked).tokens[0], "is_revoked", true),
        /a token of \S+ verifies: true/,
    ],
    "a debit that is lost": [
        () => {
            const { debits } = grant_that(({ budget }) => budget?.debits.length > 0).budget;
            debits.push("btx_lost");
            return () => debits.pop();
        },
        /debits of \S+ are lost: btx_lost/,
    ],
    "a debit that was made twice": [
        () => without(grant_that(({ budget }) => budget?.debits.length > 0).budget.debits, 0),
        /1 unknown debits of \S+, 0 were under way/,
    ],
    "a policy that is lost": [
        () => change(team.clients.flatMap(({ policies }) => policies)[0], "id", "pol_1"),
        /policy pol_1 is lost/,
    ],
};

test("every kind of write has happened, and nothing is found wrong with it", async () => {
    for (const kind of kinds)
        assert.ok(team.clients.some((client) => client.ledger.acknowledged(kind).length > 0), kind);
    const oracle = await check();
    assert.deepEqual(oracle.faults, []);
    assert.equal(oracle.completed, 0);
    const { faults, promised, received } = await check_events(receiver, url, [oracle]);
    assert.deepEqual(faults, []);
    assert.ok(promised > 100 && received === promised, `${received} of ${promised} events`);
});

for (const [name, [lose, expected]] of Object.entries(losses))
    test(`the oracle notices ${name}`, async () => {
        const take_back = lose();
        const { faults } = await check();
        take_back();
        assert.match(faults.join("\n"), expected);
    });

test("the oracle notices an event that has not arrived, and one without a cause", async () => {
    const oracle = await check();
    const [first] = receiver.received;
    const repeats = receiver.received.filter(({ event }) => event.id === first.event.id);
    const was = change(receiver, "received", receiver.received.filter((e) => !repeats.includes(e)));
    const missing = await check_events(receiver, url, [oracle], 50);
    was();
    assert.match(missing.faults.join("\n"), /^no \S+ \S+ has arrived$/);
    const event = { ...first.event, id: "evt_1", data: { ...first.event.data, grantId: "grnt_1" } };
    receiver.received.push({ ...first, event });
    const phantom = await check_events(receiver, url, [oracle], 50);
    receiver.received.pop();
    assert.match(phantom.faults.join("\n"), /grnt_1 has arrived, and the grant is undefined/);
});

// Each makes the recount of that name find something. They are applied to files at rest.
const tampering = {
    "agents of a developer": "UPDATE developer_totals SET agents = agents + 1",
    "grants of a developer": "UPDATE developer_totals SET grants = grants + 1",
    "audit entries of a developer": "UPDATE developer_totals SET audit_entries = audit_entries + 1",
    "audit entries that count against the quota":
        "UPDATE developer_totals SET audit_logged = audit_logged + 1",
    "gaps in an audit chain": "DELETE FROM audit_entries WHERE seq = 3",
    "totals of the operator": "UPDATE totals_by_mode SET grants = grants - 1",
    "budgets and their debits": "UPDATE budgets SET remaining = remaining - 1 WHERE remaining > 0",
    "deliveries of a webhook": "UPDATE webhooks SET delivered = delivered + 1",
    "grants without a token": "DELETE FROM tokens",
    "active grants without one current refresh token":
        "DELETE FROM refresh_tokens WHERE status = 'current'",
    "tokens that are not a refresh token's": "DELETE FROM refresh_tokens WHERE status = 'used'",
    "used refresh tokens without a successor": "UPDATE refresh_tokens SET status = 'used'",
    "used codes without a grant":
        "UPDATE auth_requests SET grant_id = 'x' WHERE status = 'consumed'",
    "grants without a used code": "UPDATE auth_requests SET status = 'approved'",
    "live grants below a revoked one":
        "UPDATE grants SET status = 'revoked' WHERE id IN " +
        "(SELECT parent_id FROM grants WHERE status = 'active')",
    "grants that were not announced": "DELETE FROM events WHERE type = 'grant.created'",
    "revocations that were not announced": "DELETE FROM events WHERE type = 'grant.revoked'",
    "tokens that were not announced": "DELETE FROM events WHERE type = 'token.issued'",
    "announcements of what is not there":
        "UPDATE events SET data = replace(data, 'grnt_', 'gone_') WHERE type = 'grant.created'",
    foreign_key_check: "DELETE FROM agents",
};

test("every recount of the files finds nothing at first, and then what it is for", async () => {
    assert.deepEqual(Object.keys(recounts).filter((name) => !tampering[name]), []);
    await server.stop();
    assert.deepEqual(faults_of_files(server.data_dir), []);
    const copies = temporary_directory();
    for (const [index, [name, sql]] of Object.entries(tampering).entries()) {
        const copy = join(copies, `${index}`);
        cpSync(server.data_dir, copy, { recursive: true });
        (sql.includes("audit_entries WHERE") ? run_sql_without_triggers : run_sql)(copy, sql);
        const named = faults_of_files(copy).map((fault) => fault.split(":")[0]);
        assert.ok(named.includes(name), `${name}: found ${named}`);
    }
    await server.restart();
});

test("the oracle notices what can be used a second time", async () => {
    assert.deepEqual((await check()).faults, []);
    const client = team.clients[0];
    const { agentId } = client.agent;
    const body = { agentId, principalId: "user_1", scopes: ["calendar:read"] };
    const { code } = await client.write("authorize", {}, "POST", "/v1/authorize", body);
    // As if this code had been exchanged before, and the server had forgotten.
    const asked = { agentId, code };
    client.ledger.entries.push({ kind: "exchange", asked, answer: {}, principal: "user_1" });
    const oracle = await check();
    await check_single_use(oracle);
    assert.equal(oracle.faults.length, 1, oracle.faults.join("\n"));
    assert.match(oracle.faults[0], /^exchange of what was used before the crash: 201/);
});
