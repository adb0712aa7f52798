// `grantexd demo` where something is wrong: which step, what the server said, what to try, and the
// exit code. And a server that does not keep its word is found out.
import assert from "node:assert/strict";
import { createServer } from "node:net";
import { test } from "node:test";

import { run_demo, start_go_between } from "../support/demo_program.mjs";
import { live_key, sandbox_key, start_server } from "../support/server.mjs";

async function start_listener(t, on_connection) {
    const listener = createServer(on_connection);
    await new Promise((resolve) => listener.listen(0, "127.0.0.1", resolve));
    t.after(() => listener.close());
    return `http://127.0.0.1:${listener.address().port}`;
}

const usage_errors = [
    [["--bogus"], /unrecognised option '--bogus'\. Try: grantexd demo --help/],
    [["now"], /takes flags only\. Try: grantexd demo --help/],
    [["--timeout", "0"], /--timeout must be a number of seconds from 1 to 86400/],
    [["--timeout", "5m"], /--timeout must be a number of seconds/],
    [["--url", "https://auth.example.com"], /the demo speaks plain http, not https\. Try: /],
    [["--url", "127.0.0.1:3001"], /--url must look like http:/],
    [["--url", "http://"], /--url must look like http:/],
    [["--url", "http://name:word@127.0.0.1"], /--url must look like http:/],
    [["--url", "http://127.0.0.1:99999"], /--url must look like http:/],
    [["--url", "http://127.0.0.1:3001/?a=b"], /--url must look like http:/],
    [["--key", ""], /the API key is empty\. Try: gx_live_/],
    [["--url", ""], /--url must look like http:/],
    [["--key", "a b"], /an API key has visible characters only/],
    [["--key", "a\r\nHost: b"], /an API key has visible characters only/],
    [["--key-file", "/nonexistent"], /cannot read a key from \/nonexistent/],
    [["--key-file", "/dev/null"], /cannot read a key from \/dev\/null/],
    [["--key", "a", "--key-file", "b"], /--key and --key-file are two ways/],
];
test("what is typed wrongly ends with 2 and says what to try", async () => {
    for (const [args, message] of usage_errors) {
        const demo = await run_demo(args);
        assert.equal(demo.code, 2, `${args}: ${demo.output}`);
        assert.match(demo.stderr, message);
        assert.equal(demo.stdout, "");
    }
});

test("a wrong key is the server's sentence and a hint", async (t) => {
    const server = await start_server();
    t.after(() => server.stop());
    const demo = await run_demo(["--url", server.base, "--key", "gx_live_this-is-not-a-key"]);
    assert.equal(demo.code, 1);
    assert.match(demo.stderr, /stopped at step 2/);
    assert.match(demo.prose, /The server answered 401 and said: "API key is not valid" \(request /);
    assert.match(demo.prose, /Try: the key that `grantexd serve --dev` printed/);
    assert.ok(!demo.output.includes("this-is-not-a-key"));
});

test("no server is said as such", async (t) => {
    const url = await start_listener(t, () => {});
    const unused = url.replace(/\d+$/, "1");
    const demo = await run_demo(["--yes", "--url", unused]);
    assert.equal(demo.code, 1);
    assert.match(demo.stderr, /stopped at step 1/);
    assert.match(demo.prose, /No server listens at http:\S+:1\. Try: `grantexd serve --dev`/);
});

test("what is no grantexd is said as such", async (t) => {
    const answers = [
        ["hello, this is no HTTP\r\n", /is no usable HTTP: bad version/],
        ["HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n<p>x", /answered 200, but not with JSON/],
        ["HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", /The server answered 404/],
        ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]", /but not with JSON/],
        ["HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", /has no usable "keys"/],
        ["HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{}", /is no usable HTTP/],
        ["HTTP/1.1 200 OK\r\nContent-Length: 99999999\r\n\r\n{}", /is no usable HTTP/],
        ["", /is no usable HTTP: end of stream/],
    ];
    for (const [text, message] of answers) {
        const url = await start_listener(t, (socket) => {
            socket.on("error", () => {});
            socket.once("data", () => socket.end(text));
        });
        const demo = await run_demo(["--yes", "--url", url]);
        assert.equal(demo.code, 1, demo.output);
        assert.match(demo.prose, message);
        assert.match(demo.stderr, /^Try: /m);
    }
});

test("a server that never answers is given up", async (t) => {
    const url = await start_listener(t, (socket) => socket.on("error", () => {}));
    const demo = await run_demo(["--yes", "--url", url]);
    assert.equal(demo.code, 1);
    assert.match(demo.prose, /does not answer within 10 seconds/);
});

test("--yes never stands in for a person: a live key is refused", async (t) => {
    const server = await start_server();
    t.after(() => server.stop());
    const demo = await run_demo(["--yes", "--url", server.base, "--key", live_key]);
    assert.equal(demo.code, 1);
    assert.match(demo.prose, /This is a live key.*Try: a sandbox key/);
    assert.equal((await server.api().get("/v1/agents")).body.total, 0);
});

test("where sign-up is closed a key is asked for", async (t) => {
    const server = await start_server({ args: ["--dev", "--signup", "closed"] });
    t.after(() => server.stop());
    const demo = await run_demo(["--yes", "--url", server.base]);
    assert.equal(demo.code, 1);
    assert.match(demo.prose, /No key was given, and the server makes none/);
    assert.match(demo.prose, /Try: a key in GRANTEXD_API_KEY/);
});

test("a server that refuses redirects to this machine is explained", async (t) => {
    const server = await start_server({ args: ["--dev", "--allow-loopback-redirects", "false"] });
    t.after(() => server.stop());
    const demo = await run_demo(["--no-open", "--url", server.base, "--key", live_key]);
    assert.equal(demo.code, 1);
    assert.match(demo.prose, /said: "redirectUri/);
    assert.match(demo.prose, /--allow-loopback-redirects/);
});

// path, what is changed in its answer, what the demo says of it
const lies = [
    [
        "/v1/token",
        ({ body }) => (body.grantToken = body.grantToken.slice(0, -8) + "AAAAAAAA"),
        /its signature does not fit/,
    ],
    [
        "/v1/token",
        ({ body }) => (body.grantToken = "eyJhbGciOiJub25lIn0.e30."),
        /its header does not say RS256/,
    ],
    ["/v1/token", ({ body }) => (body.grantToken = "no token"), /it is not made of three parts/],
    ["/v1/token", ({ body }) => delete body.refreshToken, /no usable "refreshToken"/],
    ["/v1/token", ({ body }) => (body.grantId = "../agents"), /no usable "grantId"/],
    [
        "/.well-known/jwks.json",
        ({ body }) => (body.keys[0].kid = "another"),
        /a key that is not published/,
    ],
    ["/.well-known/jwks.json", ({ body }) => (body.keys[0].n = "AQAB"), /does not verify/],
    ["/.well-known/jwks.json", ({ body }) => (body.keys = []), /no usable "keys"/],
    ["/.well-known/jwks.json", ({ body }) => (body.keys = [7]), /no usable "kid"/],
    ["/v1/tokens/verify", ({ body }) => (body.valid = false), /calls its own fresh token invalid/],
    ["/v1/tokens/verify", ({ body }) => (body.valid = "true"), /no usable "valid"/],
    [
        "/v1/token/refresh",
        (answer, count) => (answer.status = count > 1 ? 201 : answer.status),
        /old refresh token should be refused/,
    ],
    [
        "/v1/audit/entries",
        ({ body }) => (body.entries[0].metadata.days = 15),
        /hash of an audit entry does not fit/,
    ],
    ["/v1/audit/entries", ({ body }) => body.entries.pop(), /should hold the two entries/],
    [
        "/v1/grants/delegate",
        ({ body }) => (body.grantToken = "a.b.c"),
        /delegated token does not verify/,
    ],
    [
        "/v1/grants/verify",
        (answer, count) => (answer.body.active = count > 1),
        /delegated token is still active/,
    ],
];
test("a server that does not keep its word is found out", async (t) => {
    const server = await start_server();
    t.after(() => server.stop());
    for (const [path, change, message] of lies) {
        const between = await start_go_between(server.base, path, change);
        const demo = await run_demo(["--yes", "--url", between.base, "--key", sandbox_key]);
        between.close();
        assert.equal(demo.code, 1, `${path}: ${demo.output}`);
        assert.match(demo.prose, message, path);
    }
});

test("what a server says cannot steer the terminal", async (t) => {
    const server = await start_server();
    t.after(() => server.stop());
    const evil = "\x1b[2J\x1b]0;owned\x07 \u009b31m \u202e name";
    const changes = [
        ["/v1/me", ({ body }) => (body.name = evil), 0],
        ["/v1/agents", (answer) => ((answer.status = 402), (answer.body.message = evil)), 1],
    ];
    for (const [path, change, code] of changes) {
        const between = await start_go_between(server.base, path, change);
        const demo = await run_demo(["--yes", "--url", between.base, "--key", sandbox_key]);
        between.close();
        assert.equal(demo.code, code, demo.output);
        assert.match(demo.output, /owned/);
        assert.doesNotMatch(demo.output, /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/);
    }
});

test("a consent link that is no web address is neither opened nor shown", async (t) => {
    const server = await start_server();
    t.after(() => server.stop());
    for (const link of ["file:///etc/passwd", "--help", "http://a/\x1b[2J", "http://a b"]) {
        const between = await start_go_between(server.base, "/v1/authorize", ({ body }) => {
            body.consentUrl = link;
        });
        const demo = await run_demo(["--url", between.base, "--key", live_key]);
        between.close();
        assert.equal(demo.code, 1, demo.output);
        assert.match(demo.prose, /is not a web address/);
        assert.ok(!demo.output.includes(link));
    }
});
