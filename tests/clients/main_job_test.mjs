// The main job as an app lives it: a person allows, the code becomes a token, the token is used,
// refreshed, delegated, audited, revoked, and is worth nothing after that.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { press, visit } from "../support/person.mjs";
import { start_server } from "../support/server.mjs";
import { chain_faults, fetch_chain } from "./audit_chain.mjs";
import { PkceClient } from "./pkce_client.mjs";

const redirect_uri = "http://127.0.0.1:9/callback?app=1";

let server;
before(async () => (server = await start_server({ env: { GRANTEXD_CONSENT_AUTH: "link" } })));
after(() => server.stop());

async function new_client() {
    const agent_id = await server.api().agent_id();
    return new PkceClient({ base: server.base, key: server.live_key, agent_id, redirect_uri });
}

async function allowed_client(scopes = ["calendar:read", "calendar:write"]) {
    const client = await new_client();
    const page = await visit(await client.ask("user_7421", scopes));
    const { location } = await press(server.base, page, "approve");
    await client.take(location);
    return client;
}

test("the main job, from the question to the revocation", async () => {
    const api = server.api();
    const client = await new_client();
    const page = await visit(await client.ask("user_7421", ["calendar:read", "calendar:write"]));
    assert.equal(page.status, 200);
    assert.match(page.html, /Trip Planner/);

    const pressed = await press(server.base, page, "approve");
    assert.equal(pressed.status, 303);
    assert.ok(pressed.location.startsWith(`${redirect_uri}&`), pressed.location);
    const granted = await client.take(pressed.location);
    assert.deepEqual(granted.scopes, ["calendar:read", "calendar:write"]);
    assert.equal(await api.is_valid(granted.grantToken), true);

    const refreshed = await client.refresh();
    assert.notEqual(refreshed.refreshToken, granted.refreshToken);
    assert.equal(refreshed.grantId, granted.grantId);
    assert.equal(await api.is_valid(refreshed.grantToken), true);

    const helper = await api.agent_id("Seat Finder");
    const delegated = await api.delegate(refreshed.grantToken, helper);
    assert.equal(delegated.status, 201);
    assert.equal(await api.is_valid(delegated.body.grantToken), true);

    const logged = await api.log_audit({ agentId: helper, grantId: delegated.body.grantId });
    assert.equal(logged.status, 201);
    const entries = await fetch_chain(server.base, api.key);
    assert.equal(entries.at(-1).entryId, logged.body.entryId);
    assert.deepEqual(chain_faults(entries), []);

    assert.equal((await api.revoke(granted.grantId)).status, 204);
    for (const token of [granted, refreshed, delegated.body])
        assert.equal(await api.is_valid(token.grantToken), false);
    await assert.rejects(client.refresh(), /400/);
});

test("a person who does not allow sends the app back with access_denied", async () => {
    const client = await new_client();
    const page = await visit(await client.ask("user_7421", ["calendar:read"]));
    const { location } = await press(server.base, page, "deny");
    await assert.rejects(client.take(location), /access_denied/);
});

test("a code without its verifier is worth nothing to who intercepts it", async () => {
    const client = await new_client();
    const page = await visit(await client.ask("user_7421", ["calendar:read"]));
    const { location } = await press(server.base, page, "approve");
    const own_verifier = client.verifier;
    client.verifier = "A".repeat(43);
    await assert.rejects(client.take(location), /400/);
    client.verifier = own_verifier;
    assert.ok((await client.take(location)).grantToken);
});

test("the page decides once: the second press changes nothing", async () => {
    const client = await new_client();
    const page = await visit(await client.ask("user_7421", ["calendar:read"]));
    const first = await press(server.base, page, "approve");
    const second = await press(server.base, page, "deny");
    assert.equal(second.status, 410);
    assert.equal(second.location, null);
    assert.ok((await client.take(first.location)).grantToken);
});

test("who has the consent URL without its secret cannot decide", async () => {
    const client = await new_client();
    const consent_url = new URL(await client.ask("user_7421", ["calendar:read"]));
    consent_url.searchParams.delete("k");
    const page = await visit(consent_url);
    assert.equal(page.fields.csrf, undefined);
    const forged = { fields: { req: consent_url.searchParams.get("req"), csrf: "" } };
    assert.equal((await press(server.base, forged, "approve")).status, 403);
});

test("a token a person allowed is refused after its agent is suspended", async () => {
    const client = await allowed_client();
    const api = server.api();
    await api.must(200, "PATCH", `/v1/agents/${client.agent_id}`, { status: "suspended" });
    assert.equal(await api.is_valid(client.granted.grantToken), false);
    await api.must(200, "PATCH", `/v1/agents/${client.agent_id}`, { status: "active" });
    assert.equal(await api.is_valid(client.granted.grantToken), true);
});
