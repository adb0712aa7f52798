// Mail that confirms an address, from the real program to a mail server of the test.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";

import { make_certificate } from "../support/certificate.mjs";
import { SmtpServer } from "../support/smtp_server.mjs";
import { run_grantexd, start_server, temporary_directory } from "../support/server.mjs";

const from = "grantex@auth.example";

const certificate = make_certificate("localhost");

const start_with = (smtp, env = {}) =>
    start_server({
        env: {
            GRANTEXD_SMTP_URL: smtp.url,
            GRANTEXD_MAIL_FROM: from,
            GRANTEXD_SMTP_STARTTLS: "opportunistic",
            ...env,
        },
    });
const trusted = { SSL_CERT_FILE: certificate.file, GRANTEXD_SMTP_STARTTLS: "required" };

async function ask(server, email = "ops@nimbus.example") {
    const answer = await server.api().post("/v1/signup/verify", { email });
    assert.equal(answer.status, 201, answer.text);
}
const link_in = (text) => /^(http\S+\/v1\/signup\/verify\/([\w-]{43}))\r?$/m.exec(text);

async function confirm(server, mail) {
    const [, url, secret] = link_in(mail.data);
    assert.ok(url.startsWith(server.base + "/"));
    const answer = await server.api("").get(new URL(url).pathname);
    assert.equal(answer.status, 200, answer.text);
    assert.ok(!server.log().includes(secret), "the link is in the log");
    return answer.body;
}
async function until(what, holds, patience = 25_000) {
    const end = Date.now() + patience;
    while (!holds()) {
        assert.ok(Date.now() < end, what);
        await new Promise((resolve) => setTimeout(resolve, 20));
    }
}
const until_logged = (server, pattern) =>
    until(`${pattern} in ${server.stderr}`, () => pattern.test(server.stderr));

async function finish(server, ...others) {
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    for (const smtp of others) smtp.close();
}

test("in development mode the link is a line of the log", async () => {
    const server = await start_server();
    await ask(server);
    await until_logged(server, /event=mail\.shown to=ops@nimbus\.example link=http\S+\n/);
    const url = /link=(http\S+)\n/.exec(server.stderr)[1];
    const { body } = await server.api("").get(new URL(url).pathname);
    assert.equal(body.email, "ops@nimbus.example");
    const me = await server.api().must(200, "GET", "/v1/me");
    assert.equal(me.emailVerified, true);
    await server.restart(); // the developer of --dev is known again under its new address
    assert.equal((await server.api().must(200, "GET", "/v1/me")).developerId, me.developerId);
    await finish(server);
});

test("a mail goes out once, and its link confirms the address", async () => {
    const smtp = await new SmtpServer().listen();
    const server = await start_with(smtp);
    await ask(server);
    const [mail] = await smtp.until_mails(1);
    assert.equal(mail.from, `MAIL FROM:<${from}>`);
    assert.equal(mail.to, "RCPT TO:<ops@nimbus.example>");
    assert.match(smtp.commands[0], /^EHLO \[127\.0\.0\.1\]$/);
    const [head, body] = mail.data.split(/\r\n\r\n(.*)/s);
    assert.match(head, /^Date: \w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d \+0000$/m);
    assert.match(head, /^Message-ID: <emv_\w{26}@auth\.example>$/m);
    assert.match(body, /dev_\w{26}/);
    assert.equal((await confirm(server, mail)).email, "ops@nimbus.example");
    await until_logged(server, /event=mail\.sent mail=emv_\w{26} /);
    await new Promise((resolve) => setTimeout(resolve, 2500));
    assert.equal(smtp.mails.length, 1);
    await finish(server, smtp);
});

test("names and addresses cannot bring headers or commands of their own", async () => {
    const smtp = await new SmtpServer().listen();
    const server = await start_with(smtp);
    const evil = "Nimbus\r\nBcc: x@y.example";
    const api = server.api("");
    assert.equal((await api.post("/v1/signup", { name: evil })).status, 400);
    const { body } = await api.post("/v1/signup", { name: "Bcc: x@y.example, \u202eN\u00fcmbus" });
    const own = server.api(body.apiKey);
    for (const email of ["a@b.c>\r\nRCPT TO:<x@y.z", "a@b.c\nBcc: x@y.z", "a@b.c> SIZE=1", "<a@b.c>"])
        assert.equal((await own.post("/v1/signup/verify", { email })).status, 400, email);
    assert.equal((await own.post("/v1/signup/verify", { email: "a@b.c" })).status, 201);
    const [mail] = await smtp.until_mails(1);
    assert.doesNotMatch(mail.data, /Bcc|mbus/); // nothing of it is the developer's own text
    assert.deepEqual(smtp.commands.filter((line) => /^RCPT/.test(line)), ["RCPT TO:<a@b.c>"]);
    await finish(server, smtp);
});

test("STARTTLS and AUTH PLAIN: the password is sent over checked TLS", async () => {
    const offers = ["SIZE 1000000", "STARTTLS", "AUTH LOGIN PLAIN"];
    const smtp = await new SmtpServer({ ...certificate, offers }).listen();
    const login = { GRANTEXD_SMTP_USER: "mailer", GRANTEXD_SMTP_PASSWORD: "pa55 w\u00f6rd" };
    const server = await start_with(smtp, { ...trusted, ...login });
    await ask(server);
    const [mail] = await smtp.until_mails(1);
    assert.ok(mail.encrypted);
    const sent = smtp.commands.find((line) => line.startsWith("AUTH PLAIN ")).slice(11);
    assert.equal(Buffer.from(sent, "base64").toString(), "\0mailer\0pa55 w\u00f6rd");
    assert.ok(smtp.commands.indexOf("STARTTLS") < smtp.commands.indexOf(`AUTH PLAIN ${sent}`));
    await confirm(server, mail);
    assert.ok(!server.log().includes("pa55") && !server.log().includes(sent));
    await finish(server, smtp);
});

test("implicit TLS and AUTH LOGIN", async () => {
    const replies = ["334 VXNlcm5hbWU6", "334 UGFzc3dvcmQ6", "235 welcome"];
    const reply = (verb, line) =>
        verb === "AUTH" || /^(bWFpbGVy|c2VjcmV0)$/.test(line) ? replies.shift() : undefined;
    const offers = ["AUTH=LOGIN", "AUTH LOGIN"];
    const smtp = await new SmtpServer({ ...certificate, offers, implicit_tls: true, reply }).listen();
    const login = { GRANTEXD_SMTP_USER: "mailer", GRANTEXD_SMTP_PASSWORD: "secret" };
    const server = await start_with(smtp, { ...trusted, ...login });
    await ask(server);
    const [mail] = await smtp.until_mails(1);
    assert.ok(mail.encrypted);
    assert.ok(smtp.commands.includes("c2VjcmV0"));
    await finish(server, smtp);
});

test("without TLS that can be checked nothing is sent", async () => {
    const other = make_certificate("mail.other.example");
    const rows = [
        ["no STARTTLS", new SmtpServer(), trusted, /offers no STARTTLS/],
        ["an unknown issuer", new SmtpServer({ ...certificate, offers: ["STARTTLS"] }),
            { SSL_CERT_FILE: other.file, GRANTEXD_SMTP_STARTTLS: "required" }, /verify failed/],
        ["another name", new SmtpServer({ ...other, offers: ["STARTTLS"] }),
            { SSL_CERT_FILE: other.file, GRANTEXD_SMTP_STARTTLS: "required" }, /verify failed/],
        ["words before TLS", new SmtpServer({ ...certificate, offers: ["STARTTLS"],
            reply: (verb) => (verb === "STARTTLS" ? "220 go on\r\n250 injected" : undefined) }),
            trusted, /spoke before TLS/],
    ];
    for (const [name, smtp, env, reason] of rows) {
        await smtp.listen();
        const server = await start_with(smtp, env);
        await ask(server);
        await until_logged(server, /event=mail\.delayed /);
        assert.match(/event=mail\.delayed .*/.exec(server.stderr)[0], reason, name);
        assert.ok(!smtp.commands.some((line) => /^(MAIL|AUTH)/.test(line)), name);
        await finish(server, smtp);
    }
});

test("4xx is tried again, 5xx is not", async () => {
    let answers = ["450 busy", "452 full"];
    const smtp = await new SmtpServer({
        reply: (verb) => (verb === "RCPT" ? answers.shift() : undefined),
    }).listen();
    const server = await start_with(smtp);
    await ask(server);
    await until_logged(server, /event=mail\.delayed .*reason=RCPT TO was answered 450 busy/);
    await until_logged(server, /reason=RCPT TO was answered 452 full/);
    assert.equal(smtp.connections, 2);
    answers = ["550 no such person"];
    await ask(server, "nobody@nimbus.example");
    await until_logged(server, /event=mail\.given_up .*reason=RCPT TO was answered 550 no such/);
    const tried = smtp.commands.filter((line) => line === "RCPT TO:<nobody@nimbus.example>");
    assert.equal(tried.length, 1);
    await smtp.until_mails(1); // the first one, 20 seconds after its second failure
    assert.match(smtp.mails[0].to, /ops@nimbus/);
    await finish(server, smtp);
});

test("a reply that repeats the mail does not bring the link into the log", async () => {
    let seen;
    const smtp = await new SmtpServer({
        reply: (verb, text) => {
            if (verb !== "MESSAGE") return undefined;
            seen = link_in(text);
            return `554 bad link ${seen[1]}`;
        },
    }).listen();
    const server = await start_with(smtp);
    await ask(server);
    await until_logged(server, /event=mail\.given_up .*reason=the mail was answered 554\n/);
    assert.ok(!server.log().includes(seen[2]));
    await finish(server, smtp);
});

test("replies without an end, or that are none, end the attempt", async () => {
    const rows = [
        ["x".repeat(100_000), /no answer in time|localhost:\d+: /],
        [Array(200).fill("220-more").join("\r\n"), /does not end/],
        ["HTTP/1.1 400 Bad Request", /does not speak SMTP/],
        ["554 not for you", /connection was answered 554 not for you/],
    ];
    for (const [greeting, reason] of rows) {
        const smtp = await new SmtpServer({
            reply: (verb) => (verb === "CONNECT" ? greeting : undefined),
        }).listen();
        const server = await start_with(smtp);
        await ask(server);
        await until_logged(server, /event=mail\.delayed /);
        assert.match(/event=mail\.delayed .*/.exec(server.stderr)[0], reason);
        await finish(server, smtp);
    }
});

test("a mail server that hangs is given up after its deadline, and the API stays fast", async () => {
    const smtp = await new SmtpServer({
        reply: (verb, line, { number }) => (verb === "CONNECT" && number === 1 ? "hang" : undefined),
    }).listen();
    const server = await start_with(smtp, { GRANTEXD_RATE_PROFILE: "off" });
    await ask(server);
    await until("a connection", () => smtp.connections === 1);
    const started = Date.now();
    for (let i = 0; i < 100; ++i) await server.api().must(200, "GET", "/v1/me");
    assert.ok(Date.now() - started < 5000, "100 requests while the mail server hangs");
    await until_logged(server, /event=mail\.delayed .*no answer in time/);
    assert.ok(Date.now() - started < 15_000);
    await smtp.until_mails(1);
    await finish(server, smtp);
});

test("a stop does not wait for a mail server that hangs, and the mail goes out later", async () => {
    let hang = true;
    const smtp = await new SmtpServer({
        reply: (verb) => (verb === "RCPT" && hang ? "hang" : undefined),
    }).listen();
    const server = await start_with(smtp);
    await ask(server);
    await until("RCPT", () => smtp.commands.some((line) => line.startsWith("RCPT")));
    const started = Date.now();
    assert.deepEqual(await server.stop(), { code: 0, signal: null });
    assert.ok(Date.now() - started < 5000);
    hang = false;
    await server.restart();
    await confirm(server, (await smtp.until_mails(1))[0]);
    await finish(server, smtp);
});

test("kill -9 right after the answer loses no mail", async () => {
    const smtp = await new SmtpServer().listen();
    const server = await start_with(smtp, { GRANTEXD_RATE_PROFILE: "off" });
    for (let round = 1; round <= 3; ++round) {
        const email = `ops${round}@nimbus.example`;
        await ask(server, email);
        await server.kill9();
        await server.restart();
        await until(email, () => smtp.mails.some((mail) => mail.to.includes(email)));
    }
    await confirm(server, smtp.mails.at(-1));
    await finish(server, smtp);
});

test("without a mail server the answer is the same, and the log says what is missing", async () => {
    const server = await start_server({ args: [], env: { GRANTEXD_SIGNUP: "open" } });
    const { apiKey } = (await server.api("").post("/v1/signup", { name: "Nimbus" })).body;
    const asked = await server.api(apiKey).post("/v1/signup/verify", { email: "a@b.c" });
    assert.equal(asked.status, 201);
    await until_logged(server, /event=mail\.given_up .*no mail server is set; see GRANTEXD_SMTP_URL/);
    assert.doesNotMatch(server.log(), /signup\/verify\/[\w-]{43}/);
    await finish(server);
});

test("settings of mail that cannot work stop the start", async () => {
    const url = "smtp://mail.example.com";
    const rows = [
        [{ SMTP_URL: url }, /needs the sender's address.*Try: --mail-from/],
        [{ MAIL_FROM: from }, /need GRANTEXD_SMTP_URL/],
        [{ SMTP_URL: "http://mail.example.com", MAIL_FROM: from }, /must be smtp:\/\/host:port/],
        [{ SMTP_URL: "smtp://:pa55word@mail", MAIL_FROM: from }, /must not hold a user or password/],
        [{ SMTP_URL: "smtp://mail:99999", MAIL_FROM: from }, /must be smtp:\/\/host:port/],
        [{ SMTP_URL: url, MAIL_FROM: "grantex" }, /MAIL_FROM must be a plain address/],
        [{ SMTP_URL: url, MAIL_FROM: from, SMTP_USER: "u" }, /belong together/],
        [{ SMTP_URL: url, MAIL_FROM: from, SMTP_STARTTLS: "maybe" }, /required or opportunistic/],
        [{ SMTP_URL: url, MAIL_FROM: from, SMTP_STARTTLS: "opportunistic", SMTP_USER: "u",
            SMTP_PASSWORD: "pa55word" }, /over TLS only/],
    ];
    for (const [settings, sentence] of rows) {
        const env = Object.fromEntries(
            Object.entries(settings).map(([name, value]) => [`GRANTEXD_${name}`, value]),
        );
        const data_dir = join(temporary_directory(), "data");
        const args = ["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir", data_dir];
        const { code, stderr } = await run_grantexd(args, { env });
        assert.equal(code, 78, JSON.stringify(settings) + stderr);
        assert.match(stderr, sentence);
        assert.doesNotMatch(stderr, /pa55word/);
    }
});
