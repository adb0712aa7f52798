// Domains of the real program, with a name server of the test.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { NameServer } from "../support/name_server.mjs";
import { start_server } from "../support/server.mjs";

const texts = new Map(); // of _grantex.<domain>: a list of records, each a list of strings
let name_server, server, api;
before(async () => {
    name_server = await new NameServer((name, type) =>
        type === "TXT" ? texts.get(name) : undefined,
    ).listen();
    server = await start_server({
        env: { GRANTEXD_DNS_SERVERS: name_server.address, GRANTEXD_RATE_PROFILE: "off" },
    });
    api = server.api();
});
after(async () => {
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    name_server.close();
});
const claim = (caller, domain) => caller.must(201, "POST", "/v1/domains", { domain });
const verify = (caller, { id }) => caller.call("POST", `/v1/domains/${id}/verify`);
const publish = ({ domain }, ...records) => texts.set(`_grantex.${domain}`, records);
async function new_developer(plan = "enterprise") {
    const { apiKey } = await server.api("").must(201, "POST", "/v1/signup", { name: plan });
    return server.api(apiKey);
}

test("a domain is verified once its record has the token, and then for good", async () => {
    const claimed = await claim(api, " Agents.Nimbus.EXAMPLE. ");
    assert.equal(claimed.domain, "agents.nimbus.example");
    assert.equal(claimed.verified, false);
    assert.match(claimed.verificationToken, /^grantex-verify-[0-9a-f-]{36}$/);
    for (const part of ["TXT", "_grantex.agents.nimbus.example", claimed.verificationToken])
        assert.ok(claimed.instructions.includes(part), part);

    const refused = async () => {
        const answer = await verify(api, claimed);
        assert.equal(answer.status, 400, answer.text);
        assert.equal(answer.body.code, "VERIFICATION_FAILED");
    };
    await refused(); // no such name
    publish(claimed, "v=spf1 -all", claimed.verificationToken + " ", "x" + claimed.verificationToken);
    await refused();
    const half = claimed.verificationToken.slice(0, 20);
    publish(claimed, "v=spf1 -all", [half, claimed.verificationToken.slice(20)]);
    const { status, body } = await verify(api, claimed);
    assert.equal(status, 200);
    assert.equal(body.verified, true);

    texts.delete("_grantex.agents.nimbus.example");
    const asked = name_server.questions.length;
    assert.equal((await verify(api, claimed)).status, 200);
    assert.equal(name_server.questions.length, asked, "a proved domain is not looked up");
    const [listed] = (await api.get("/v1/domains")).body.domains;
    assert.equal(listed.verified, true);
    assert.ok(Math.abs(Date.parse(listed.verifiedAt) - Date.now()) < 60_000);
    assert.equal(listed.verificationToken, claimed.verificationToken);
});

test("a claim keeps nobody from the name, its proof does", async () => {
    const [first, second] = [await new_developer(), await new_developer()];
    const domain = "shared.example";
    const [a, b] = [await claim(first, domain), await claim(second, domain)];
    assert.equal((await first.post("/v1/domains", { domain })).status, 409, "claimed by oneself");
    publish(a, a.verificationToken, b.verificationToken);
    assert.equal((await verify(first, a)).status, 200);
    const late = await verify(second, b);
    assert.equal(late.status, 409);
    assert.equal(late.body.code, "CONFLICT");
    assert.equal((await (await new_developer()).post("/v1/domains", { domain })).status, 409);
    assert.equal((await first.remove(`/v1/domains/${a.id}`)).status, 204);
    assert.equal((await first.remove(`/v1/domains/${a.id}`)).status, 404);
    assert.equal((await verify(second, b)).status, 200);
});

test("what is no domain is refused before the plan is looked at", async () => {
    for (const domain of ["localhost", "127.0.0.1", "https://a.example", "a..example", "-a.example"])
        assert.equal((await api.post("/v1/domains", { domain })).status, 400, domain);
});

test("a name server that does not answer holds up nobody", { timeout: 20_000 }, async () => {
    const claimed = await claim(api, "slow.example");
    texts.set("_grantex.slow.example", "silent");
    const begun = performance.now();
    const waiting = verify(api, claimed);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const others = performance.now();
    assert.equal((await api.get("/v1/domains")).status, 200);
    assert.ok(performance.now() - others < 2000, "others wait for it");
    assert.equal((await waiting).status, 400);
    assert.ok(performance.now() - begun < 15_000);
});
