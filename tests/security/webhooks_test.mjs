// Webhooks as an attack: on what is inside the network (server-side request forgery), on the server
// by the receiver's answer, and on the receiver by forged deliveries.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { make_certificate } from "../support/certificate.mjs";
import { find_in_files } from "../support/data_files.mjs";
import { NameServer } from "../support/name_server.mjs";
import { Receiver, local_receivers } from "../support/receiver.mjs";
import { start_server } from "../support/server.mjs";
import { fault_of } from "../support/verify_webhook.mjs";

const event = "grant.created";
const quiet = { GRANTEXD_RATE_PROFILE: "off" };
const register = (api, url, fields = {}) =>
    api.post("/v1/webhooks", { url, events: [event], ...fields });
async function registered(api, url, fields) {
    const answer = await register(api, url, fields);
    assert.equal(answer.status, 201, `${url}: ${answer.text}`);
    return answer.body;
}
const cause_event = async (api) => (await api.grant(await api.agent_id())).grantId;
// The newest delivery of the endpoint, once it was tried.
async function tried(api, { id }, patience = 20_000) {
    const end = Date.now() + patience;
    for (;;) {
        const { deliveries } = await api.must(200, "GET", `/v1/webhooks/${id}/deliveries`);
        if (deliveries[0]?.attempts > 0) return deliveries[0];
        assert.ok(Date.now() < end, `${id} was not tried: ${JSON.stringify(deliveries)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}

// Listens inside and must never hear anything.
class Sentinel {
    constructor() {
        this.connections = 0;
    }
    async listen(host = "127.0.0.1") {
        this.server = createServer((socket) => {
            ++this.connections;
            socket.destroy();
        });
        this.server.listen(0, host);
        await once(this.server, "listening");
        this.port = this.server.address().port;
        return this;
    }
}

// What names lead to: a list an answer, the last one for ever.
const names = {
    "public.example": { A: [["93.184.216.34"]] },
    "private.example": { A: [["10.1.2.3"]] },
    "loopback.example": { A: [["127.0.0.1"]] },
    "mapped.example": { AAAA: [["::ffff:7f00:1"]] },
    "loopback6.example": { AAAA: [["::1"]] },
    "nat64.example": { AAAA: [["64:ff9b::7f00:1"]] },
    "sixtofour.example": { AAAA: [["2002:7f00:1::"]] },
    "isatap.example": { AAAA: [["2600:1:2:3:0:5efe:7f00:1"]] },
    "mixed.example": { A: [["93.184.216.34", "127.0.0.1"]] },
    "mixed6.example": { A: [["93.184.216.34"]], AAAA: [["::1"]] },
    "rebinding.example": { A: [["93.184.216.34"], ["127.0.0.1"]] },
    "metadata.example": { A: [["169.254.169.254"]] },
    "receiver.test": { A: [["127.0.0.1"]] },
    "silent.example": { A: ["silent"], AAAA: ["silent"] },
};
const asked = new Map();
function records(name, type) {
    const answers = names[name]?.[type];
    if (!answers) return name in names ? [] : undefined;
    const count = asked.get(`${name} ${type}`) ?? 0;
    asked.set(`${name} ${type}`, count + 1);
    return answers[Math.min(count, answers.length - 1)];
}

let name_server, strict, open, sentinel, sentinel6;
before(async () => {
    name_server = await new NameServer(records).listen();
    sentinel = await new Sentinel().listen();
    sentinel6 = await new Sentinel().listen("::1");
    const env = { ...quiet, GRANTEXD_DNS_SERVERS: name_server.address };
    // A proxy of the environment would carry everything inside: it must not be used (S-089).
    const proxy = `http://127.0.0.1:${sentinel.port}`;
    const proxies = { http_proxy: proxy, https_proxy: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy };
    strict = await start_server({ env: { ...env, ...proxies } });
    open = await start_server({ env: { ...env, ...local_receivers, ...proxies } });
});
after(async () => {
    await Promise.all([strict.stop(), open.stop()]);
    name_server.close();
    for (const each of [sentinel, sentinel6]) each.server.close();
    assert.equal(sentinel.connections + sentinel6.connections, 0, "something inside was reached");
});

test("S-083 by default only https URLs of public hosts are taken; the switch is a list of networks", async () => {
    const api = strict.sandbox();
    for (const url of ["http://hooks.example.com/", "https://10.0.0.1/", "https://127.0.0.1:8443/"])
        assert.equal((await register(api, url)).status, 400, url);
    await registered(api, "https://hooks.example.com/grantex");
    const elsewhere = await start_server({
        env: { ...quiet, GRANTEXD_WEBHOOK_ALLOW_PRIVATE_HOSTS: "10.20.0.0/16" },
    });
    await registered(elsewhere.sandbox(), "https://10.20.1.1/");
    for (const url of ["https://10.21.1.1/", "https://127.0.0.1/", "https://[::ffff:10.21.1.1]/"])
        assert.equal((await register(elsewhere.sandbox(), url)).status, 400, url);
    await elsewhere.stop();
});

test("S-084 a registration with a URL or an event that is none is refused, and nothing is stored", async () => {
    const api = strict.sandbox();
    const before = (await api.get("/v1/webhooks")).body.webhooks.length;
    const long = `https://hooks.example.com/${"a".repeat(2048)}`;
    const urls = ["ftp://hooks.example.com/", "https://user:word@hooks.example.com/", "https:///x"];
    urls.push(long, "", "hooks.example.com", "https://", "//hooks.example.com/", "javascript:alert(1)");
    urls.push("https://hooks.example.com:0/", "https://hooks.example.com:65536/", "https://ho oks/");
    urls.push("https://hooks.example.com\\@127.0.0.1/", "https://hooks.example.com\r\nX: y/");
    for (const url of urls) assert.equal((await register(api, url)).status, 400, url);
    for (const events of [[], ["grant.exploded"], [event, "x"], "grant.created", [1], null]) {
        const answer = await register(api, "https://hooks.example.com/", { events });
        assert.equal(answer.status, 400, JSON.stringify(events));
    }
    const named = await register(api, "https://hooks.example.com/", { events: [event, "grant.exploded"] });
    assert.match(named.body.message, /grant\.exploded/);
    assert.equal((await api.get("/v1/webhooks")).body.webhooks.length, before);
});

test("S-085 no literal form of an inner address is taken", async () => {
    const api = strict.sandbox();
    const hosts = ["127.0.0.1", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "0", "localhost"];
    hosts.push("localhost.", "a.localhost", "LOCALHOST", "printer.local", "db.internal", "nas.home.arpa");
    hosts.push("[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[64:ff9b::7f00:1]");
    hosts.push("[64:ff9b:1::1]", "[2002:7f00:1::]", "[2001:0:1::1]", "[::127.0.0.1]", "[fe80::1]");
    hosts.push("[2600::5efe:127.0.0.1]", "[febf::1]", "[fc00::1]", "[fdff::1]", "[fec0::1]", "[ff02::1]");
    hosts.push("169.254.169.254", "100.64.0.1", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1");
    hosts.push("192.0.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1");
    hosts.push("240.0.0.1", "255.255.255.255", "[2001:db8::1]", "[100::1]", "%31%32%37.0.0.1");
    for (const host of hosts) assert.equal((await register(api, `https://${host}/`)).status, 400, host);
    for (const host of ["172.32.0.1", "100.128.0.1", "[2600::1]", "93.184.216.34"])
        await registered(api, `https://${host}/`);
});

test("S-085 the server itself is not a receiver, wherever inner addresses are allowed", async () => {
    const api = open.sandbox();
    const { port } = new URL(open.base);
    const own = [];
    for (const host of ["127.0.0.1", "127.9.9.9", "receiver.test"])
        own.push(await registered(api, `http://${host}:${port}/v1/signup`));
    await cause_event(api);
    for (const webhook of own) {
        const { lastError } = await tried(api, webhook);
        assert.equal(lastError, "the host leads back to this server");
    }
});

test("S-086 S-087 names are judged by every address they lead to, when they are connected to", async () => {
    const api = strict.sandbox();
    const hosts = Object.keys(names).filter(
        (name) => !["public.example", "rebinding.example", "silent.example", "receiver.test"].includes(name),
    );
    const inner = [];
    for (const host of hosts)
        for (const { port } of [sentinel, sentinel6])
            inner.push(await registered(api, `https://${host}:${port}/`));
    const rebinding = await registered(api, `https://rebinding.example:${sentinel.port}/`);
    const unknown = await registered(api, "https://unknown.example/");
    const silent = await registered(api, "https://silent.example/");
    await cause_event(api);
    for (const webhook of inner) {
        const { lastError, status } = await tried(api, webhook);
        assert.equal(lastError, "the host leads to a private or reserved address", webhook.url);
        assert.equal(status, "pending");
    }
    // The first answer is public: nothing is there to be reached from here. The second is not.
    assert.notEqual((await tried(api, rebinding)).lastError, null);
    const { deliveries } = await api.must(200, "GET", `/v1/webhooks/${rebinding.id}/deliveries`);
    assert.equal(deliveries[0].attempts, 1);
    await cause_event(api);
    const second = await tried(api, rebinding);
    assert.equal(second.lastError, "the host leads to a private or reserved address");
    for (const webhook of [unknown, silent])
        assert.equal((await tried(api, webhook)).lastError, "the host name cannot be resolved");
    assert.equal(sentinel.connections + sentinel6.connections, 0);
    for (const webhook of [...inner, rebinding, unknown, silent])
        await api.remove(`/v1/webhooks/${webhook.id}`);
});

test("S-088 a redirect is a failure and is not followed", async () => {
    const api = open.sandbox();
    const codes = [301, 302, 303, 307, 308];
    const receiver = await new Receiver({
        reply: ({ url }, response) => {
            const location = `http://127.0.0.1:${sentinel.port}/`;
            response.writeHead(Number(url.slice(1)), { location }).end();
            return true;
        },
    }).listen();
    const webhooks = [];
    for (const code of codes)
        webhooks.push(await registered(api, `http://127.0.0.1:${receiver.port}/${code}`));
    await cause_event(api);
    for (const [i, webhook] of webhooks.entries()) {
        assert.equal((await tried(api, webhook)).lastError, `HTTP ${codes[i]}`);
        await api.remove(`/v1/webhooks/${webhook.id}`);
    }
    receiver.close();
});

const endless = (write) => (_, response) => {
    const timer = setInterval(() => response.destroyed || write(response), 5);
    response.on("close", () => clearInterval(timer));
    return true;
};
function reply_raw(start, part, pause) {
    const server = createServer((socket) => {
        socket.on("error", () => {});
        socket.resume(); // or its end would not be seen
        socket.write(start);
        const timer = setInterval(() => socket.writable && socket.write(part), pause);
        socket.on("close", () => clearInterval(timer));
    });
    server.listen(0, "127.0.0.1").unref(); // a failed test leaves it open
    return once(server, "listening").then(() => ({ server, url: `http://127.0.0.1:${server.address().port}/` }));
}

test("S-089 a receiver that answers without end, slowly or under a false name harms nobody", async (t) => {
    const api = open.sandbox();
    const body = await new Receiver({ reply: endless((response) => response.write("x".repeat(65536))) }).listen();
    const large = await new Receiver({
        reply: (_, response) => response.writeHead(200, { "content-length": 2 ** 31 }).write("x") ?? true,
    }).listen();
    const headers = await reply_raw("HTTP/1.1 200 OK\r\n", `X: ${"y".repeat(4000)}\r\n`, 5);
    const slow = await reply_raw("HTTP/1.1 2", "0", 1000);
    const nonsense = await reply_raw("SSH-2.0-OpenSSH_9.2\r\n", "", 1000);
    const false_name = await new Receiver({ tls: make_certificate("another.test") }).listen();
    const rows = [
        [body.url, null],
        [large.url, null],
        [headers.url, "header limit exceeded"],
        [slow.url, "timed out"],
        [nonsense.url, /./],
        [false_name.url, "TLS failed"],
        [false_name.url.replace("127.0.0.1", "receiver.test"), "TLS failed"],
    ];
    const webhooks = [];
    for (const [url] of rows) webhooks.push(await registered(api, url));
    const begun = performance.now();
    await cause_event(api);
    for (const [i, webhook] of webhooks.entries()) {
        const { lastError, status } = await tried(api, webhook);
        const [url, expected] = rows[i];
        if (expected instanceof RegExp) assert.match(lastError, expected, url);
        else assert.equal(lastError, expected, url);
        assert.equal(status, expected === null ? "delivered" : "pending", url);
    }
    const seconds = (performance.now() - begun) / 1000;
    t.diagnostic(`the slowest ended after ${seconds.toFixed(1)} s`);
    assert.ok(seconds < 20, `${seconds} s`); // an attempt has ten
    for (const webhook of webhooks) await api.remove(`/v1/webhooks/${webhook.id}`);
    for (const each of [body, large, false_name]) each.close();
    for (const each of [headers, slow, nonsense]) each.server.close();
});

test("S-089 with a certificate of its name a receiver is reached, and its cookies are not kept", async () => {
    const certificate = make_certificate("receiver.test");
    const receiver = await new Receiver({
        tls: certificate,
        reply: (_, response) => response.setHeader("set-cookie", "id=1; Path=/") && undefined,
    }).listen();
    const env = { ...quiet, ...local_receivers, GRANTEXD_DNS_SERVERS: name_server.address };
    const server = await start_server({ env: { ...env, SSL_CERT_FILE: certificate.file } });
    const api = server.sandbox();
    await registered(api, receiver.url.replace("127.0.0.1", "receiver.test"));
    for (const count of [1, 2]) {
        await cause_event(api);
        await receiver.until(count);
    }
    const [first, second] = receiver.received;
    assert.equal(first.headers.host, `receiver.test:${receiver.port}`);
    for (const { headers } of [first, second])
        for (const name of ["cookie", "authorization", "referer"]) assert.equal(headers[name], undefined);
    await server.stop();
    receiver.close();
});

test("S-090 S-092 receivers accept a delivery within 300 s and nothing that was altered", async () => {
    const [api, receiver] = [open.sandbox(), await new Receiver().listen()];
    const webhook = await registered(api, receiver.url);
    await cause_event(api);
    const [delivery] = await receiver.until(1);
    const { secret } = webhook;
    const sent = Number(delivery.headers["x-grantex-timestamp"]);
    for (const [age, fault] of [[0, null], [300, null], [-300, null], [301, "too old or new"], [-301, "too old or new"]])
        assert.equal(fault_of(delivery, secret, sent + age), fault, `${age} s`);
    const headers = (changed) => ({ ...delivery, headers: { ...delivery.headers, ...changed } });
    assert.notEqual(fault_of(headers({ "x-grantex-timestamp": String(sent + 1) }), secret, sent), null);
    const legacy = delivery.headers["x-grantex-signature"];
    assert.notEqual(fault_of(headers({ "x-grantex-signature-v2": legacy }), secret, sent), null);
    assert.notEqual(fault_of({ ...delivery, body: delivery.body + " " }, secret, sent), null);
    assert.notEqual(fault_of(delivery, secret.slice(6), sent), null);
    await api.remove(`/v1/webhooks/${webhook.id}`);
    receiver.close();
});

test("S-091 the secret has 256 bits, is shown once, and is nowhere in clear", async () => {
    const server = await start_server({ env: quiet });
    const api = server.sandbox();
    const given = await registered(api, "https://hooks.example.com/", { secret: "given-by-the-receiver-1" });
    assert.equal(given.secret, "given-by-the-receiver-1");
    const made = await registered(api, "https://hooks.example.com/");
    assert.match(made.secret, /^whsec_[0-9a-f]{64}$/);
    const rotated = await api.must(200, "POST", `/v1/webhooks/${made.id}/rotate-secret`);
    assert.match(rotated.secret, /^whsec_[0-9a-f]{64}$/);
    assert.notEqual(rotated.secret, made.secret);
    const path = `/v1/webhooks/${made.id}`;
    const changed = "another-secret-of-mine";
    const shown = [
        (await api.get("/v1/webhooks")).text,
        (await api.get(path)).text,
        (await api.call("PATCH", path, { secret: changed })).text,
    ].join("\n");
    const secrets = [made.secret, rotated.secret, given.secret, changed];
    for (const secret of secrets) assert.ok(!shown.includes(secret));
    await server.stop();
    for (const secret of secrets) assert.ok(!server.log().includes(secret), "in the log");
    const needles = secrets.map((secret, i) => [`secret ${i}`, Buffer.from(secret)]);
    assert.deepEqual(find_in_files(server.data_dir, needles), []);
});

test("S-095 what an endpoint has not got when it is deleted is never sent", async () => {
    const api = open.sandbox();
    let release;
    const held = new Promise((resolve) => (release = resolve));
    const receiver = await new Receiver({
        reply: (_, response) => held.then(() => response.end()) && true,
    }).listen();
    const webhook = await registered(api, receiver.url);
    for (let i = 0; i < 5; ++i) await cause_event(api);
    await receiver.until(1);
    assert.equal((await api.remove(`/v1/webhooks/${webhook.id}`)).status, 204);
    release();
    await new Promise((resolve) => setTimeout(resolve, 500));
    assert.equal(receiver.received.length, 1);
    assert.equal((await api.remove(`/v1/webhooks/${webhook.id}`)).status, 404);
    receiver.close();
});

test("S-096 no event carries a token, a code, a key or a secret", async () => {
    const [api, receiver] = [open.sandbox(), await new Receiver().listen()];
    const events = ["grant.created", "grant.revoked", "token.issued", "refresh_token.reused"];
    const webhook = await registered(api, receiver.url, { events });
    const agent = await api.agent_id();
    const asked = await api.authorize(agent);
    const granted = (await api.exchange(agent, asked)).body;
    const refreshed = (await api.refresh(agent, granted.refreshToken)).body;
    await api.revoke(granted.grantId);
    await receiver.until(4);
    const secrets = { code: asked.code, verifier: asked.verifier, key: api.key, webhook: webhook.secret };
    for (const [name, token] of Object.entries({ granted, refreshed }))
        Object.assign(secrets, { [name]: token.grantToken, [`${name} refresh`]: token.refreshToken });
    const sent = receiver.received.map(({ body, headers }) => body + JSON.stringify(headers)).join("\n");
    for (const [name, secret] of Object.entries(secrets)) {
        assert.ok(secret.length > 10, name);
        assert.ok(!sent.includes(secret), name);
        assert.ok(!sent.includes(secret.split(".").at(-1)), `the end of ${name}`);
    }
    await api.remove(`/v1/webhooks/${webhook.id}`);
    receiver.close();
});
