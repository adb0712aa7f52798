// Security checklist G1: what must never pass for a grant token. The server signs with the key of
// this test, so that only what a test changed can be at fault.
import assert from "node:assert/strict";
import { constants, createHmac, createSign, generateKeyPairSync, sign } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";
import { after, before, test } from "node:test";

import { claims_of, forge, header_of, own_key, part, rs256 } from "../support/forge.mjs";
import { start_server } from "../support/server.mjs";

const key = own_key();
const sign_well = rs256(key.private_key);
const now = () => Math.floor(Date.now() / 1000);

let server, api, agent_id, granted, header, claims;
before(async () => {
    server = await start_server({ env: { ...key.env, GRANTEXD_RATE_PROFILE: "off" } });
    api = server.sandbox();
    agent_id = await api.agent_id();
    granted = await api.grant(agent_id);
    header = header_of(granted.grantToken);
    claims = claims_of(granted.grantToken);
});
after(() => server.stop());

const well_signed = (change = {}, header_change = {}) =>
    forge({ ...header, ...header_change }, { ...claims, ...change }, sign_well);
const without = (name) => {
    const { [name]: _, ...rest } = claims;
    return forge(header, rest, sign_well);
};

// Both verifiers refuse, as an answer and not as an error; one more forged token that is only
// well signed shows that it was not the forging.
async function assert_refused(tokens) {
    assert.equal(await api.is_valid(well_signed()), true);
    for (const [name, token] of Object.entries(tokens)) {
        const answer = await api.post("/v1/tokens/verify", { token });
        assert.equal(answer.status, 200, name);
        assert.equal(answer.text, '{"valid":false}', name);
        const { status, body } = await api.post("/v1/grants/verify", { token });
        assert.ok(
            status === 400 || (status === 200 && body.active === false),
            `${name}: ${status}`,
        );
    }
}

test("S-003 only RS256 with the server's key counts, whatever alg says", async () => {
    const forms = {};
    for (const alg of ["none", "None", "nOnE", "NONE", "", "rs256", null, ["RS256"]]) {
        forms[`alg ${alg}, no signature`] = forge({ ...header, alg }, claims, () => "");
        forms[`alg ${alg}, signed`] = well_signed({}, { alg });
    }
    const spki = (format) => key.public_key.export({ type: "spki", format });
    const jwk = key.public_key.export({ format: "jwk" });
    const known_to_all = {
        pem: spki("pem"),
        "pem without its line end": spki("pem").trimEnd(),
        "PKCS#1 pem": key.public_key.export({ type: "pkcs1", format: "pem" }),
        der: spki("der"),
        n: jwk.n,
        "bytes of n": Buffer.from(jwk.n, "base64url"),
        "jwk as text": JSON.stringify(jwk),
        kid: header.kid,
        nothing: "",
    };
    for (const bits of ["256", "384", "512"])
        for (const [name, secret] of Object.entries(known_to_all))
            forms[`HS${bits} with ${name}`] = forge(
                { ...header, alg: `HS${bits}` },
                claims,
                (input) => createHmac(`sha${bits}`, secret).update(input).digest(),
            );
    const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
    const with_pss = (input) =>
        sign("sha256", Buffer.from(input), { key: key.private_key, ...pss });
    for (const alg of ["PS256", "RS256"])
        forms[`${alg}, PSS`] = forge({ ...header, alg }, claims, with_pss);
    for (const bits of ["384", "512"]) {
        const with_longer = (input) => createSign(`SHA${bits}`).update(input).sign(key.private_key);
        for (const alg of [`RS${bits}`, "RS256"])
            forms[`${alg}, SHA-${bits}`] = forge({ ...header, alg }, claims, with_longer);
    }
    const ec = generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const ed = generateKeyPairSync("ed25519").privateKey;
    const with_ec = (input) =>
        sign("sha256", Buffer.from(input), { key: ec, dsaEncoding: "ieee-p1363" });
    for (const alg of ["ES256", "RS256"])
        forms[`${alg}, ECDSA`] = forge({ ...header, alg }, claims, with_ec);
    for (const alg of ["EdDSA", "Ed25519", "RS256"])
        forms[`${alg}, Ed25519`] = forge({ ...header, alg }, claims, (input) =>
            sign(null, Buffer.from(input), ed),
        );
    await assert_refused(forms);
});

test("S-004 a key that a token names or brings is neither used nor fetched", async () => {
    let connections = 0;
    const sentinel = createServer((socket) => {
        ++connections;
        socket.destroy();
    }).listen(0, "127.0.0.1");
    await once(sentinel, "listening");
    const url = `http://127.0.0.1:${sentinel.address().port}/jwks.json`;

    const own = own_key();
    const jwk = { ...own.public_key.export({ format: "jwk" }), alg: "RS256", use: "sig" };
    const x5c = [own.public_key.export({ type: "spki", format: "der" }).toString("base64")];
    const forms = {};
    for (const kid of [header.kid, "own", undefined])
        for (const [name, brought] of Object.entries({
            jwk: { jwk: { ...jwk, kid } },
            jku: { jku: url },
            x5u: { x5u: url },
            x5c: { x5c },
            all: { jwk, jku: url, x5u: url, x5c },
        })) {
            const whole = { ...header, kid, ...brought };
            forms[`${name}, kid ${kid}`] = forge(whole, claims, rs256(own.private_key));
            forms[`${name}, kid ${kid}, well signed`] = forge(whole, claims, sign_well);
        }
    const kids = [
        "../../dev/null",
        "/dev/null",
        "' OR 1=1--",
        "k".repeat(10_240),
        "",
        "\u0000",
        url,
    ];
    for (const kid of [
        ...kids,
        `${header.kid} `,
        header.kid.toUpperCase(),
        null,
        0,
        [header.kid],
    ]) {
        forms[`kid ${kid}`.slice(0, 40)] = well_signed({}, { kid });
        forms[`kid ${kid}, empty HMAC key`.slice(0, 60)] = forge(
            { ...header, alg: "HS256", kid },
            claims,
            (input) => createHmac("sha256", "").update(input).digest(),
        );
    }
    await assert_refused(forms);
    await new Promise((resolve) => setTimeout(resolve, 100));
    sentinel.close();
    assert.equal(connections, 0);
});

test("S-005 a token that was touched anywhere is refused", async () => {
    const token = granted.grantToken;
    const [head, payload, signature] = token.split(".");
    const more = part({ ...claims, scp: ["calendar:read", "email:send"] });
    const other = (await api.grant(agent_id)).grantToken.split(".");
    await assert_refused({
        "another payload": `${head}.${more}.${signature}`,
        "payload of another token": `${head}.${other[1]}.${signature}`,
        "signature of another token": `${head}.${payload}.${other[2]}`,
        "no signature": `${head}.${payload}.`,
        "no signature and no dot": `${head}.${payload}`,
        "no header": `.${payload}.${signature}`,
        "no payload": `${head}..${signature}`,
        "four dots": `${token}..`,
        "a fourth part": `${token}.${signature}`,
        twice: `${token}.${token}`,
        "dots only": "..",
        "a leading space": ` ${token}`,
        "a trailing space": `${token} `,
        "a line end": `${token}\n`,
        "a tab inside": `${head}.\t${payload}.${signature}`,
        padding: `${token}==`,
        "padding of the header": `${head}=.${payload}.${signature}`,
        "plain base64": token.replaceAll("-", "+").replaceAll("_", "/") + "+/",
        "cut short": token.slice(0, -1),
        longer: `${token}A`,
        Bearer: `Bearer ${token}`,
        "upper case": token.toUpperCase(),
    });
    assert.equal(await api.is_valid(token), true);
});

test("S-006 well signed tokens with unsound claims are refused, never an error", async () => {
    const forms = {};
    for (const name of ["iss", "sub", "agt", "dev", "scp", "grnt", "jti", "exp", "iat"]) {
        forms[`without ${name}`] = without(name);
        for (const value of [null, {}, [1], true, 1.5, -1, "", "x".repeat(3000)])
            forms[`${name} = ${JSON.stringify(value)}`.slice(0, 40)] = well_signed({
                [name]: value,
            });
    }
    Object.assign(forms, {
        "another issuer": well_signed({ iss: "https://evil.example" }),
        "issuer with a slash": well_signed({ iss: `${server.base}/` }),
        "issuer in another case": well_signed({ iss: server.base.toUpperCase() }),
        "another developer": well_signed({ dev: "dev_01KJF1S600JW4GBPASAG2RPHRM" }),
        "scp as text": well_signed({ scp: "calendar:read" }),
        "scp of numbers": well_signed({ scp: [1] }),
        "exp as text": well_signed({ exp: String(claims.exp) }),
        "exp a second ago": well_signed({ exp: now() - 1 }),
        "exp now": well_signed({ exp: now() }),
        "exp beyond all time": forge(
            header,
            JSON.stringify({ ...claims, exp: 0 }).replace('"exp":0', '"exp":1e400'),
            sign_well,
        ),
        "iat as text": well_signed({ iat: "0" }),
        "nbf in the future": well_signed({ nbf: now() + 60 }),
        "nbf as text": well_signed({ nbf: "0" }),
        "a purpose": well_signed({ purpose: "principal_dashboard" }),
        "a claim twice": forge(
            header,
            `{"exp":${claims.exp + 9999},${JSON.stringify(claims).slice(1)}`,
            sign_well,
        ),
        "an array": forge(header, [claims], sign_well),
        text: forge(header, JSON.stringify("claims"), sign_well),
        nothing: forge(header, "", sign_well),
        "no JSON": forge(header, "{", sign_well),
        "no UTF-8": forge(header, Buffer.from([0x7b, 0xff, 0x7d]), sign_well),
        deep: forge(header, `{"a":${"[".repeat(5000)}${"]".repeat(5000)}}`, sign_well),
    });
    await assert_refused(forms);
});

test("S-007 headers that change the meaning of a token are refused", async () => {
    const doubled = JSON.stringify(header).replace("{", '{"alg":"none",');
    await assert_refused({
        crit: well_signed({}, { crit: ["exp"] }),
        "empty crit": well_signed({}, { crit: [] }),
        "b64 false": well_signed({}, { b64: false, crit: ["b64"] }),
        "b64 without crit": well_signed({}, { b64: false }),
        zip: well_signed({}, { zip: "DEF" }),
        "alg twice": forge(doubled, claims, sign_well),
        "alg twice, the other way": forge(
            JSON.stringify(header).replace(/}$/, ',"alg":"none"}'),
            claims,
            sign_well,
        ),
        "alg missing": well_signed({}, { alg: undefined }),
        "kid missing": well_signed({}, { kid: undefined }),
        "another typ": well_signed({}, { typ: "JOSE" }),
        "typ of a session": well_signed({}, { typ: "principal-session+jwt" }),
        JWE: [part({ alg: "dir", enc: "A256GCM" }), "", part("iv"), part("text"), part("tag")].join(
            ".",
        ),
        "no JSON": forge("{", claims, sign_well),
        "an array": forge([header], claims, sign_well),
    });
});

test("S-008 no other spelling of a signature counts", async () => {
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    const token = granted.grantToken;
    const bytes = (text) => Buffer.from(text.split(".")[2], "base64url").toString("hex");
    // 256 bytes leave four bits of the last character unused.
    const same_bytes = [...alphabet]
        .map((last) => token.slice(0, -1) + last)
        .filter((spelling) => spelling !== token && bytes(spelling) === bytes(token));
    assert.equal(same_bytes.length, 15);
    await assert_refused(Object.fromEntries(same_bytes.map((each) => [each.slice(-3), each])));
});

test("S-009 a token that was never issued is unknown, however well it is signed", async () => {
    const other = await api.grant(agent_id);
    await assert_refused({
        "unknown jti": well_signed({ jti: "tok_01KJPX39N0JVY0P6NRJB8E856S" }),
        "jti of another kind": well_signed({ jti: granted.grantId }),
        "hostile jti": well_signed({ jti: "' OR '1'='1" }),
        "grant of another token": well_signed({ grnt: other.grantId }),
        "unknown grant": well_signed({ grnt: "grnt_01KJPX39N0D3PSNR531QZFCJCQ" }),
        "another person": well_signed({ sub: "user_1" }),
        "another agent": well_signed({ agt: `did:grantex:${await api.agent_id()}` }),
        "more scopes": well_signed({ scp: [...claims.scp, "email:send"] }),
    });
});

test("S-011 each kind of token is refused where another is expected", async () => {
    const session = await api.must(201, "POST", "/v1/principal-sessions", {
        principalId: "user_7421",
    });
    const principal = (token) => server.api(token);
    assert.equal((await principal(session.sessionToken).get("/v1/principal/grants")).status, 200);
    const issued = { iss: server.base, sub: "user_7421", iat: now(), exp: now() + 600 };
    const id_token = { ...issued, aud: "client", nonce: "n", sid: "s" };
    const credential = { ...issued, jti: "urn:uuid:1", vc: { type: ["VerifiableCredential"] } };
    const session_claims = claims_of(session.sessionToken);
    await assert_refused({
        session: session.sessionToken,
        "session as JWT": forge(header, session_claims, sign_well),
        "ID token": forge(header, id_token, sign_well),
        "verifiable credential": forge({ ...header, typ: "vc+jwt" }, credential, sign_well),
        "verifiable credential as JWT": forge(header, credential, sign_well),
        "refresh token": granted.refreshToken,
        "API key": api.key,
    });
    const tokens = {
        "grant token": granted.grantToken,
        "grant token as a session": forge(header_of(session.sessionToken), claims, sign_well),
        "session as JWT": forge(header, session_claims, sign_well),
        "session without typ": forge({ ...header, typ: undefined }, session_claims, sign_well),
        "API key": api.key,
        "refresh token": granted.refreshToken,
    };
    for (const [name, token] of Object.entries(tokens)) {
        for (const path of ["/v1/principal/grants", "/v1/principal/audit"])
            assert.equal((await principal(token).get(path)).status, 401, `${name} ${path}`);
        const path = `/v1/principal/grants/${granted.grantId}`;
        assert.equal((await principal(token).remove(path)).status, 401, name);
    }
    for (const token of [granted.grantToken, session.sessionToken])
        assert.equal((await principal(token).get("/v1/me")).status, 401);
    assert.equal(await api.is_valid(granted.grantToken), true);
});
