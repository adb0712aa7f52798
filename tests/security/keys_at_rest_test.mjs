// The keys of the server as files, in the environment and in the database: who may hold them open,
// and what the database is worth without them.
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { read_rows, run_sql } from "../support/database.mjs";
import { run_grantexd, start_server, temporary_directory } from "../support/server.mjs";

const env = { GRANTEXD_RATE_PROFILE: "off" };
const pem = (key) => key.export({ type: "pkcs8", format: "pem" });
const rsa_key = (bits, options) => generateKeyPairSync("rsa", { modulusLength: bits, ...options });

function write_secret(text, mode = 0o600) {
    const file = join(temporary_directory(), "secret");
    writeFileSync(file, text);
    chmodSync(file, mode);
    return file;
}
async function refusal(variables) {
    const data_dir = join(temporary_directory(), "data");
    const args = ["serve", "--dev", "--listen", "127.0.0.1:0", "--data-dir", data_dir];
    const refused = await run_grantexd(args, { env: variables });
    assert.equal(refused.code, 78, refused.stderr || "it started");
    assert.equal(refused.stderr.trim().split("\n").length, 1, refused.stderr);
    return refused.stderr;
}

test("S-111 a key file that others can open is refused, whichever key it holds", async () => {
    const signing = pem(rsa_key(2048).privateKey);
    const rows = [
        ["GRANTEXD_RSA_PRIVATE_KEY_FILE", signing],
        ["GRANTEXD_MASTER_KEY_FILE", "8f1c2b3a".repeat(8)],
        ["GRANTEXD_SEED_API_KEY_FILE", "gx_live_from_a_file_000001"],
    ];
    for (const [name, text] of rows) {
        for (const mode of [0o640, 0o604, 0o644, 0o620, 0o602, 0o666]) {
            const file = write_secret(text, mode);
            const message = await refusal({ [name]: file });
            assert.match(message, new RegExp(`^grantexd: ${name}: ${file} can be read by others`));
            assert.match(message, new RegExp(`Try: chmod 600 ${file}$`, "m"));
        }
        // One that was lost on the way is no reason to make a new one.
        for (const nothing of ["", "\n"])
            assert.match(await refusal({ [name]: write_secret(nothing) }), / is empty$/m);
        for (const mode of [0o600, 0o400]) {
            const server = await start_server({ env: { [name]: write_secret(text, mode) } });
            assert.equal((await server.stop()).code, 0);
        }
    }
});

test("S-111 a signing key that is short, has exponent 1 or is not RSA is refused", async () => {
    const curve = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const pss = generateKeyPairSync("rsa-pss", { modulusLength: 2048 }).privateKey;
    const keys = [rsa_key(1024).privateKey, rsa_key(2047).privateKey, curve, pss].map(pem);
    const { privateKey, publicKey } = rsa_key(2048);
    keys.push(publicKey.export({ type: "spki", format: "pem" })); // no private key
    keys.push(privateKey.export({ type: "pkcs8", format: "pem", cipher: "aes256", passphrase: "x" }));
    keys.push(pem(privateKey).slice(0, 800), "no key");
    for (const key of keys) {
        const message = await refusal({ GRANTEXD_RSA_PRIVATE_KEY_FILE: write_secret(key) });
        assert.match(message, /^grantexd: GRANTEXD_RSA_PRIVATE_KEY.*Try: /);
        assert.doesNotMatch(message, /BEGIN|MII/);
    }
});

test("S-113 no key of the server is in its environment, its arguments or its log", async () => {
    const master_key = "5e0d7c6b".repeat(8);
    const file = write_secret(master_key + "\n");
    const server = await start_server({ env: { ...env, GRANTEXD_MASTER_KEY_FILE: file } });
    await server.sandbox().grant(await server.sandbox().agent_id());
    for (const name of ["environ", "cmdline"])
        assert.ok(!readFileSync(`/proc/${server.pid}/${name}`, "utf8").includes("5e0d7c6b"));
    await server.stop();
    assert.ok(!server.log().includes("5e0d7c6b"));
    for (const text of ["5e0d7c6b", "x".repeat(64), master_key + "00", "5e".repeat(31)]) {
        const message = await refusal({ GRANTEXD_MASTER_KEY_FILE: write_secret(text) });
        assert.match(message, /must hold 32 bytes as 64 hexadecimal or 44 base64 characters/);
        assert.ok(!message.includes(text));
    }
});

// A refresh with an Idempotency-Key: its answer is kept, sealed, for who asks again.
async function refreshed(api, key) {
    const agent_id = await api.agent_id();
    const { refreshToken } = await api.grant(agent_id);
    const body = { agentId: agent_id, refreshToken };
    const repeat = (base) => base.post("/v1/token/refresh", body, { "idempotency-key": key });
    const answer = await repeat(api);
    assert.equal(answer.status, 201, answer.text);
    return { answer, repeat };
}

test("S-114 a sealed value moved to another row opens for nobody, and harms no other", async () => {
    const server = await start_server({ env });
    const nobody = server.api("");
    const new_api = async () => {
        const body = { name: "N", mode: "sandbox" };
        return (await nobody.must(201, "POST", "/v1/signup", body)).apiKey;
    };
    const keys = [await new_api(), await new_api(), await new_api()];
    const first = await refreshed(server.api(keys[0]), "one");
    const same_developer = await refreshed(server.api(keys[0]), "two");
    const other = await refreshed(server.api(keys[1]), "one");
    const untouched = await refreshed(server.api(keys[2]), "one");
    await server.stop();
    const rows = read_rows(
        server.data_dir,
        "SELECT key_hash, sealed_body FROM idempotency_records",
    );
    assert.equal(rows.length, 4, "one kept answer a refresh");
    // Each gets the text of the next one: within a developer and across developers.
    const texts = rows.map(([, sealed]) => sealed);
    const [[untouched_hash]] = read_rows(
        server.data_dir,
        "SELECT key_hash FROM idempotency_records ORDER BY expires_at DESC LIMIT 1",
    );
    const swapped = rows.filter(([hash]) => hash !== untouched_hash);
    for (const [i, [hash]] of swapped.entries()) {
        const [, sealed] = swapped[(i + 1) % swapped.length];
        run_sql(
            server.data_dir,
            `UPDATE idempotency_records SET sealed_body = '${sealed}' WHERE key_hash = '${hash}'`,
        );
    }
    await server.restart();
    const apis = keys.map((key) => server.api(key));
    for (const [api, { repeat }] of [[apis[0], first], [apis[0], same_developer], [apis[1], other]]) {
        const answer = await repeat(api);
        assert.equal(answer.status, 500, answer.text);
        assert.equal(answer.body.code, "INTERNAL_ERROR");
        for (const text of texts) assert.ok(!answer.text.includes(text));
        assert.doesNotMatch(answer.text, /ref_|eyJ/);
    }
    const again = await untouched.repeat(apis[2]);
    assert.equal(again.text, untouched.answer.text);
    assert.equal(again.headers["idempotent-replayed"], "true");
    await server.stop();
});

test("S-117 in a copy of the database every key is sealed", async () => {
    const server = await start_server({ env });
    await refreshed(server.sandbox(), "one");
    await server.stop();
    const copy = join(temporary_directory(), "copy.db");
    run_sql(server.data_dir, `VACUUM INTO '${copy}'`);
    const text = readFileSync(copy, "latin1");
    for (const form of [/BEGIN.{0,20}PRIVATE/, /ref_\w{26}\.[\w-]{43}/, /gx_(live|test)_/, /eyJhb/])
        assert.doesNotMatch(text, form);
    const sealed = read_rows(server.data_dir, "SELECT sealed FROM signing_keys").flat();
    const wrapped = read_rows(
        server.data_dir,
        "SELECT sealed FROM server_keys UNION ALL SELECT wrapped FROM data_keys",
    ).flat();
    assert.ok(sealed.length >= 1 && wrapped.length >= 2);
    for (const value of [...sealed, ...wrapped]) assert.match(value, /^v1\.[\w-]+\.[\w-]{70,}$/);
});
