// Settings that are refused: exit code 78, one line that says what to do, no secret in it.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";

import { Server, run_grantexd, start_server, temporary_directory } from "../support/server.mjs";

async function refusal(args, env = {}) {
    const data_dir = join(temporary_directory(), "data");
    const result = await run_grantexd(
        ["serve", "--data-dir", data_dir, "--listen", "127.0.0.1:0", ...args],
        { env },
    );
    assert.equal(result.code, 78, result.stderr + result.stdout);
    assert.equal(result.stdout, "");
    assert.match(result.stderr, /^grantexd: .+\n$/);
    return { ...result, data_dir };
}

const pem = (key) => key.export({ type: "pkcs8", format: "pem" });

test("a mistyped variable is refused with the nearest name", async () => {
    const rows = [
        ["GRANTEXD_LISTN", /GRANTEXD_LISTN is not a setting. Did you mean GRANTEXD_LISTEN\?/],
        ["GRANTEXD_MASTERKEY", /Did you mean GRANTEXD_MASTER_KEY\?/],
        ["GRANTEXD_TOKEN_TTL", /Did you mean GRANTEXD_\w+_TTL\?/],
    ];
    for (const [name, sentence] of rows) {
        const { stderr, data_dir } = await refusal(["--dev"], { [name]: "s3cret-value" });
        assert.match(stderr, sentence);
        assert.doesNotMatch(stderr, /s3cret-value/);
        assert.ok(!existsSync(data_dir));
    }
});

test("--dev listens on loopback addresses only", async () => {
    for (const address of ["0.0.0.0:0", "[::]:0", "192.0.2.1:3001", "128.0.0.1:0"]) {
        const data_dir = join(temporary_directory(), "data");
        const args = ["serve", "--dev", "--data-dir", data_dir, "--listen", address];
        const { code, stderr } = await run_grantexd(args);
        assert.equal(code, 78, address);
        assert.match(stderr, /loopback.*Try: /);
        assert.ok(!existsSync(data_dir));
    }
});

test("what belongs to development is refused without --dev", async () => {
    const rows = [
        [{ GRANTEXD_RATE_PROFILE: "off" }, /RATE_PROFILE.*--dev/],
        [{ GRANTEXD_SEED_API_KEY: "gx_live_0123456789abcdef" }, /SEED_API_KEY.*--dev/],
        [{ GRANTEXD_SEED_SANDBOX_KEY: "gx_test_0123456789abcdef" }, /SEED_SANDBOX_KEY.*--dev/],
    ];
    for (const [env, sentence] of rows) {
        const { stderr } = await refusal([], env);
        assert.match(stderr, sentence);
        assert.doesNotMatch(stderr, /0123456789/);
    }
});

test("a value that makes no sense is refused with its setting named", async () => {
    const rows = [
        ["GRANTEXD_MAX_DELEGATION_DEPTH", "11"],
        ["GRANTEXD_MAX_DELEGATION_DEPTH", "0"],
        ["GRANTEXD_TOKEN_MAX_TTL", "25h"],
        ["GRANTEXD_GRANT_DEFAULT_TTL", "1 day"],
        ["GRANTEXD_MAX_BODY_BYTES", "-1"],
        ["GRANTEXD_CONSENT_AUTH", "nobody"],
        ["GRANTEXD_SIGNUP", "yes"],
        ["GRANTEXD_QUOTA_AGENTS", "1,2"],
        ["GRANTEXD_PUBLIC_BASE_URL", "ftp://auth.example.com"],
    ];
    for (const [name, value] of rows) {
        const { stderr } = await refusal(["--dev"], { [name]: value });
        assert.ok(stderr.includes(name), `${name}=${value}: ${stderr}`);
    }
});

test("an address that is none, or not of this machine, is refused", async () => {
    for (const address of ["127.0.0.1", "127.0.0.1:70000", "127.0.0.1:", "localhost:http"]) {
        const data_dir = join(temporary_directory(), "data");
        const args = ["serve", "--dev", "--data-dir", data_dir, "--listen", address];
        const { code, stderr } = await run_grantexd(args);
        assert.equal(code, 78, address);
        assert.match(stderr, /Try: /);
    }
});

test("a port in use is named", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { stderr } = await refusal(["--dev", "--listen", `127.0.0.1:${other.address().port}`]);
    assert.match(stderr, /cannot listen on 127\.0\.0\.1:\d+: Address already in use.*Try: /);
    other.close();
});

test("keys are not lost when the first start fails on its port", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const busy = await refusal(["--dev", "--listen", `127.0.0.1:${other.address().port}`]);
    other.close();
    const server = new Server({ data_dir: busy.data_dir });
    server.env = {};
    await server.start();
    assert.match(server.stdout, /gx_live_[\w-]{43}/);
    assert.match(server.stdout, /gx_test_[\w-]{43}/);
    await server.stop();
});

test("S-113 a master key of a wrong length or alphabet is refused and not repeated", async () => {
    const hex = "8f1c".repeat(16);
    const values = [hex.slice(1), hex + "0", hex.replace("8", "g"), "8f1c8f1c", "=".repeat(44)];
    for (const value of values) {
        const { stderr, data_dir } = await refusal(["--dev"], { GRANTEXD_MASTER_KEY: value });
        assert.match(stderr, /GRANTEXD_MASTER_KEY must hold 32 bytes.*Try: /);
        assert.ok(!stderr.includes(value) && !stderr.includes("8f1c8f"), stderr);
        assert.ok(!existsSync(join(data_dir, "master.key")));
    }
});

test("a master key from the environment opens the data again and is stored nowhere", async () => {
    const master_key = "8f1c2b3a".repeat(8);
    const server = await start_server({ env: { GRANTEXD_MASTER_KEY: master_key } });
    const jwks = await server.api().must(200, "GET", "/.well-known/jwks.json");
    await server.restart();
    assert.deepEqual(await server.api().must(200, "GET", "/.well-known/jwks.json"), jwks);
    assert.ok(!existsSync(join(server.data_dir, "master.key")));
    await server.stop();
});

// systemd.exec(5), LoadCredential=
test("S-113 a systemd credential shows in no environment, argument or file", async () => {
    const credentials = temporary_directory();
    const master_key = "5e0d7c6b".repeat(8);
    writeFileSync(join(credentials, "master-key"), master_key + "\n", { mode: 0o400 });
    const server = await start_server({ env: { CREDENTIALS_DIRECTORY: credentials } });
    for (const name of ["environ", "cmdline"])
        assert.ok(!readFileSync(`/proc/${server.pid}/${name}`, "utf8").includes("5e0d7c6b"));
    assert.ok(!existsSync(join(server.data_dir, "master.key")));
    await server.stop();
    const without = await run_grantexd(
        ["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir", server.data_dir],
    );
    assert.equal(without.code, 78);
    assert.match(without.stderr, /is missing/);
});

test("S-111 an imported signing key that is weak, not RSA or no key is refused", async () => {
    const rows = [
        ["1024 bits", pem(generateKeyPairSync("rsa", { modulusLength: 1024 }).privateKey)],
        ["EC", pem(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey)],
        ["Ed25519", pem(generateKeyPairSync("ed25519").privateKey)],
        ["no key", "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n"],
    ];
    for (const [name, value] of rows) {
        const { stderr } = await refusal(["--dev"], { GRANTEXD_RSA_PRIVATE_KEY: value });
        assert.match(stderr, /GRANTEXD_RSA_PRIVATE_KEY is not .* at least 2048 bits.*Try: /, name);
        assert.doesNotMatch(stderr, /BEGIN/);
    }
});

test("an Ed25519 key that is none stops the start", async () => {
    const { publicKey } = generateKeyPairSync("ed25519");
    const rows = [
        ["RSA", pem(generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey)],
        ["EC", pem(generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey)],
        ["X25519", pem(generateKeyPairSync("x25519").privateKey)],
        ["public", publicKey.export({ type: "spki", format: "pem" })],
        ["no key", "MC4CAQAwBQYDK2VwBCIEIJ1hsZ3v/VpguoRK9JLsLMREScVpezJpGXA7rAMcrn9g"],
    ];
    for (const [name, value] of rows) {
        const { stderr } = await refusal(["--dev"], { GRANTEXD_ED25519_PRIVATE_KEY: value });
        assert.match(stderr, /GRANTEXD_ED25519_PRIVATE_KEY is not a PEM Ed25519 .*Try: /, name);
        assert.doesNotMatch(stderr, /BEGIN|MC4C/);
    }
});

test("an Ed25519 key is published under one name on every start", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("ed25519");
    const file = join(temporary_directory(), "ed25519.pem");
    writeFileSync(file, pem(privateKey), { mode: 0o600 });
    const server = await start_server({ env: { GRANTEXD_ED25519_PRIVATE_KEY_FILE: file } });
    const last_key = async () =>
        (await server.api().must(200, "GET", "/.well-known/did.json")).verificationMethod.at(-1);
    const key = await last_key();
    assert.equal(key.publicKeyJwk.x, publicKey.export({ format: "jwk" }).x);
    await server.restart();
    assert.deepEqual(await last_key(), key);
    await server.stop();
});

test("an imported signing key is the one that is published", async () => {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
    const directory = temporary_directory();
    mkdirSync(join(directory, "keys"));
    const file = join(directory, "keys", "signing.pem");
    writeFileSync(file, pem(privateKey), { mode: 0o600 });
    const server = await start_server({ env: { GRANTEXD_RSA_PRIVATE_KEY_FILE: file } });
    const { keys } = await server.api().must(200, "GET", "/.well-known/jwks.json");
    assert.deepEqual(keys.map((key) => key.n), [publicKey.export({ format: "jwk" }).n]);
    await server.stop();
});
