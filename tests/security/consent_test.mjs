// The consent page and the addresses around it, as an attacker meets them: no browser between.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { hostile_names } from "../browser/hostile_names.mjs";
import { send } from "../support/api.mjs";
import { press, visit } from "../support/person.mjs";
import { rounds, start_server } from "../support/server.mjs";

const redirectUri = "https://app.nimbus.example:8443/cb?tenant=4";
let server, api;

before(async () => {
    server = await start_server({
        env: {
            GRANTEXD_RATE_PROFILE: "off",
            GRANTEXD_CONSENT_AUTH: "link",
            GRANTEXD_ALLOW_LOOPBACK_REDIRECTS: "false",
        },
    });
    api = server.api();
});
after(() => server.stop());

async function ask(fields = {}, agent = {}) {
    const { agentId } = await api.must(201, "POST", "/v1/agents", {
        name: "Trip Planner",
        description: "Finds and books trips",
        scopes: ["calendar:read"],
        ...agent,
    });
    const asked = await api.authorize(agentId, { redirectUri, state: "s1", ...fields });
    return { ...asked, id: asked.authRequestId, agentId };
}

const consent = (id, verb = "", headers = {}) =>
    send(server.base, verb ? "POST" : "GET", `/v1/consent/${id}${verb && "/"}${verb}`, { headers });
const is_pending = async ({ id }) => (await consent(id)).status === 200;

test("S-051 every page has its own policy, in whatever state it is", async () => {
    const decided = await ask();
    await press(server.base, await visit(decided.consentUrl), "deny");
    const open = await ask();
    const pages = {
        open: open.consentUrl,
        "without the secret": `${server.base}/consent?req=${open.id}`,
        decided: decided.consentUrl,
        unknown: `${server.base}/consent?req=areq_unknown&k=x`,
        nothing: `${server.base}/consent`,
    };
    for (const [what, url] of Object.entries(pages)) {
        const { status, headers } = await fetch(url);
        assert.equal(status, 200, what);
        const policy = Object.fromEntries(
            headers.get("content-security-policy").split("; ").map((directive) => {
                const [name, ...sources] = directive.split(" ");
                return [name, sources.join(" ")];
            }),
        );
        const redirect_origin = "https://app.nimbus.example:8443";
        const shows_request = what === "open" || what === "without the secret";
        assert.deepEqual(policy, {
            "default-src": "'none'",
            "style-src": "'self'",
            "script-src": "'self'",
            "img-src": "'self'",
            "form-action": shows_request ? `'self' ${redirect_origin}` : "'self'",
            "frame-ancestors": "'none'",
            "base-uri": "'none'",
        }, what);
        assert.equal(headers.get("x-frame-options"), "DENY");
        assert.equal(headers.get("cross-origin-opener-policy"), "same-origin");
        assert.equal(headers.get("cache-control"), "no-store");
        assert.equal(headers.get("referrer-policy"), "no-referrer");
        assert.equal(headers.get("x-content-type-options"), "nosniff");
        assert.equal(headers.get("access-control-allow-origin"), null);
    }
});

test("S-053 the page names who asks, for what, how long, where it counts and leads", async () => {
    const scopes = ["calendar:read", "email:send", "com.nimbus.points:redeem", "read"];
    const asked = await ask({ scopes, audience: "https://api.bookings.example", expiresIn: "90m" });
    const text = (await visit(asked.consentUrl)).html.replace(/<[^>]*>/g, "");
    for (const shown of [
        "Trip Planner",
        "Finds and books trips",
        `did:grantex:${asked.agentId}`,
        "Local live developer",
        "See the events in your calendar",
        "Send e-mail in your name",
        "90 minutes",
        "https://api.bookings.example",
        "app.nimbus.example:8443",
        "Don't allow",
    ])
        assert.ok(text.replaceAll("&#39;", "'").includes(shown), shown);
    for (const raw of [...scopes.slice(0, 3), redirectUri]) assert.ok(!text.includes(raw), raw);
    // Two permissions have no text of ours, three are not the agent's; each says so.
    assert.equal(text.split("not a standard permission").length - 1, 2);
    assert.equal(text.split("not declared by this agent").length - 1, 3);
    assert.equal(text.split("High impact").length - 1, 1);
});

test("S-054 a decision from another site is refused and changes nothing", async () => {
    const asked = await ask();
    const page = await visit(asked.consentUrl);
    const own = { cookie: page.cookie, "x-csrf-token": page.fields.csrf };
    const foreign = [
        { origin: "https://evil.example" },
        { origin: "null" },
        { origin: server.base.replace("127.0.0.1", "localhost") },
        { origin: `${server.base}.evil.example` },
        { "sec-fetch-site": "cross-site" },
        { "sec-fetch-site": "same-site" },
        { "sec-fetch-site": "none" },
        { origin: server.base, "sec-fetch-site": "cross-site" },
        { "x-csrf-token": "" },
        { "x-csrf-token": "0".repeat(64) },
    ];
    for (const headers of foreign) {
        for (const verb of ["approve", "deny"]) {
            const refused = await consent(asked.id, verb, { ...own, ...headers });
            assert.equal(refused.status, 403, JSON.stringify(headers));
            assert.equal(refused.body.code, "CSRF_REJECTED", JSON.stringify(headers));
            assert.equal(refused.headers["access-control-allow-origin"], undefined);
        }
        assert.ok(await is_pending(asked));
    }
    // A client without any of these is no browser: what it lacks is the cookie.
    const bare = await consent(asked.id, "approve");
    assert.equal(bare.body.code, "CONSENT_LINK_REQUIRED");
    assert.equal((await consent(asked.id, "approve", own)).status, 200);
});

test("S-055 hostile text stays text in JSON, and never reaches the log", async () => {
    for (const [what, text] of Object.entries(hostile_names)) {
        const asked = await ask({ state: text }, { name: text, description: text });
        const shown = await consent(asked.id);
        assert.match(shown.headers["content-type"], /^application\/json/);
        assert.equal(shown.headers["x-content-type-options"], "nosniff");
        assert.equal(shown.body.agentName, text.trim(), what);
        const page = await visit(asked.consentUrl);
        assert.equal(page.html.match(/<script/g).length, 1, what);
        for (const tag of ["<img src=x", "<svg/", "<iframe", "<base", "<style"])
            assert.ok(!page.html.includes(tag), `${what}: ${tag}`);
        const { location } = await press(server.base, page, "deny");
        assert.equal(new URL(location).searchParams.get("state"), text, what);
        if (text.length > 12) assert.ok(!server.log().includes(text), what);
    }
    assert.doesNotMatch(server.log(), /alert\(1\)|evil\.example|\u202E/);
});

test("S-056 a live developer's key decides nothing in the person's place", async () => {
    const asked = await ask();
    for (const verb of ["approve", "deny"]) {
        const refused = await api.post(`/v1/authorize/${asked.id}/${verb}`);
        assert.equal(refused.status, 403);
        assert.equal(refused.body.code, "CONSENT_REQUIRED");
        const by_key = await consent(asked.id, verb, { authorization: `Bearer ${api.key}` });
        assert.equal(by_key.body.code, "CONSENT_LINK_REQUIRED");
    }
    assert.ok(await is_pending(asked));
});

test("S-057 S-058 redirect URIs that readers disagree about are refused", async () => {
    const agentId = await api.agent_id();
    const bad = [
        "javascript:alert(1)", "data:text/html,x", "myapp://callback", "//app.example/cb", "/cb",
        "https:///cb", "https://user@app.example/", "https://a:b@app.example/",
        "https://app.example@evil.example/", "https://app.example/cb#", "https://app.example/cb#x",
        "https://app.example\\@evil.example/", "https:\\\\app.example/", "https://app.example/a b",
        "https://app.example/\t", "https://app.example/\u0000", "https://b\u00FCcher.example/",
        "https://app.example/cb?code=1", "https://app.example/cb?a=1&state=2",
        "https://app.example/cb?error=1", "https://app.example/cb?iss=1",
        // Live requests come back over https, and to the world.
        "http://app.example/cb", "http://127.0.0.1:8080/cb", "http://localhost/cb",
        "https://10.0.0.1/", "https://192.168.1.1/", "https://172.16.0.1/", "https://169.254.1.1/",
        "https://[fd00::1]/", "https://[fe80::1]/", "https://0x7f000001/", "https://2130706433/",
    ];
    for (const uri of bad) {
        const fields = { agentId, principalId: "p", scopes: ["a:read"], redirectUri: uri };
        const answer = await api.post("/v1/authorize", fields);
        assert.equal(answer.status, 400, uri);
        assert.equal(answer.body.code, "BAD_REQUEST", uri);
    }
});

test("S-059 with a list only the same bytes match", async () => {
    const listed = "https://app.example.com/cb";
    const others = [
        `${listed}/`, "https://app.example.com/CB", "https://app.example.com/x/../cb",
        "https://app.example.com/%2e/cb", "https://app.example.com/%63b",
        "https://app.example.com:443/cb", "https://APP.example.com/cb", `${listed}?`,
        "https://app.example.com.evil.com/cb", "https://appxexample.com/cb",
    ];
    const { agentId } = await api.must(201, "POST", "/v1/agents", {
        name: "Listed",
        allowedRedirectUris: [listed],
    });
    const authorize = (uri) =>
        api.post("/v1/authorize", {
            agentId,
            principalId: "p",
            scopes: ["a:read"],
            redirectUri: uri,
        });
    assert.equal((await authorize(listed)).status, 201);
    for (const uri of others) {
        const refused = await authorize(uri);
        assert.equal(refused.status, 400, uri);
        assert.equal(refused.body.code, "INVALID_REDIRECT_URI", uri);
    }
});

test("S-060 state comes back unchanged, with the code or the error and nothing else", async () => {
    const reserved = ":/?#[]@!$&'()*+,;=%\"<>\\^`{|} ~-._";
    const state = (reserved + "\u00E4\u{1F511}").repeat(40).slice(0, 1024);
    for (const [decision, name] of [["approve", "code"], ["deny", "error"]]) {
        const asked = await ask({ state });
        const { location } = await press(server.base, await visit(asked.consentUrl), decision);
        const url = new URL(location);
        assert.equal(url.origin + url.pathname, "https://app.nimbus.example:8443/cb");
        assert.equal(url.hash, "");
        assert.deepEqual([...url.searchParams.keys()], ["tenant", name, "state"]);
        assert.equal(url.searchParams.get("tenant"), "4");
        assert.equal(url.searchParams.get("state"), state);
        if (decision === "deny") assert.equal(url.searchParams.get("error"), "access_denied");
        else assert.match(url.searchParams.get("code"), /^[0-9A-Z]{10}[\w-]{43}$/);
    }
});

test("S-061 of everything secret only the code and the link's own secret are ever in a query",
    async () => {
        const asked = await ask();
        const session = await api.must(201, "POST", "/v1/principal-sessions", {
            principalId: "user_7421",
            authRequestId: asked.id,
        });
        for (const link of [session.dashboardUrl, session.consentUrl]) {
            const { hash, search } = new URL(link);
            assert.equal(hash, `#session=${session.sessionToken}`);
            assert.ok(!search.includes(session.sessionToken));
        }
        assert.deepEqual(
            [...new URL(session.consentUrl).searchParams.keys()], ["req", "k"],
        );
        // In a query a session counts for nothing.
        const query = `/v1/principal/grants?session=${session.sessionToken}`;
        assert.equal((await send(server.base, "GET", query)).status, 401);

        const { status, location } = await press(
            server.base, await visit(session.consentUrl.split("#")[0]), "approve",
        );
        assert.equal(status, 303);
        const code = new URL(location).searchParams.get("code");
        const exchanged = await api.exchange(asked.agentId, { ...asked, code });
        assert.equal(exchanged.status, 201);
        const { grantToken, refreshToken } = exchanged.body;
        const secret = new URL(session.consentUrl).searchParams.get("k");
        for (const hidden of [session.sessionToken, secret, code, grantToken, refreshToken])
            assert.ok(!server.log().includes(hidden));
    });

test("S-062 what a client says the host is goes into no answer", async () => {
    const spoofed = "evil.example";
    const variants = [
        { host: spoofed },
        { "x-forwarded-host": spoofed, "x-forwarded-proto": "https" },
        { forwarded: `host=${spoofed};proto=https` },
        { "x-original-host": spoofed, "x-host": spoofed },
    ];
    for (const headers of variants) {
        const asked = await ask();
        const calls = [
            ["POST", "/v1/authorize",
                { agentId: asked.agentId, principalId: "user_7421", scopes: ["calendar:read"] }],
            ["POST", "/v1/principal-sessions",
                { principalId: "user_7421", authRequestId: asked.id }],
            ["GET", new URL(asked.consentUrl).pathname + new URL(asked.consentUrl).search],
            ["GET", "/.well-known/jwks.json"],
            ["GET", "/v1/me"],
            ["GET", "/nowhere"],
        ];
        for (const [method, path, body] of calls) {
            const answer = await send(server.base, method, path, {
                headers: { authorization: `Bearer ${api.key}`, ...headers },
                body,
            });
            const all = JSON.stringify(answer.headers) + answer.text;
            assert.ok(!all.includes(spoofed), `${method} ${path} ${JSON.stringify(headers)}`);
            for (const name of ["consentUrl", "dashboardUrl"])
                if (answer.body?.[name]) assert.ok(answer.body[name].startsWith(server.base));
        }
    }
});

test("S-063 ids cannot be found by trying", async () => {
    const letters = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    const letter = () => letters[Math.floor(Math.random() * 32)];
    const random_id = () => "areq_" + Array.from({ length: 26 }, letter).join("");
    const nobody = server.api("");
    for (let i = 0; i < rounds(10_000); i += 50) {
        const tries = Array.from({ length: 50 }, () => nobody.get(`/v1/consent/${random_id()}`));
        for (const answer of await Promise.all(tries)) {
            assert.equal(answer.status, 404);
            assert.equal(answer.body.message, "Authorization request not found");
        }
    }
    // Ids made in different milliseconds share no more than chance: 16 letters of 5 bits.
    const ids = [await ask(), await ask(), await ask()].map(({ id }) => id.slice(-16));
    assert.equal(new Set(ids.map((id) => id.slice(0, 8))).size, 3, ids.join(" "));

    const limited = await start_server({ env: { GRANTEXD_RATE_PROFILE: "reference" } });
    let refused = 0;
    for (let i = 0; i < 300; ++i) {
        const path = i % 2 ? `/v1/consent/${random_id()}` : `/consent?req=${random_id()}`;
        refused += (await send(limited.base, "GET", path)).status === 429 ? 1 : 0;
    }
    // 120 a minute; the tries may run over the end of one window.
    assert.ok(refused >= 60, `${refused} of 300 were refused`);
    await limited.stop();
});
