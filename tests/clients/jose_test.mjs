// A service that has never heard of grantexd verifies grant tokens with npm's jose and the JWKS URL
// alone.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import {
    SignJWT,
    UnsecuredJWT,
    createRemoteJWKSet,
    decodeJwt,
    decodeProtectedHeader,
    errors,
    exportJWK,
    generateKeyPair,
    jwtVerify,
} from "jose";

import { start_server } from "../support/server.mjs";

let server, agent_id, granted, keys;
before(async () => {
    server = await start_server();
    const api = server.sandbox();
    agent_id = await api.agent_id();
    granted = await api.grant(agent_id, {
        scopes: ["calendar:read", "calendar:write"],
        audience: "https://api.bookings.example",
    });
    keys = createRemoteJWKSet(new URL(server.base + "/.well-known/jwks.json"));
});
after(() => server.stop());

const verify = (token, options = {}) =>
    jwtVerify(token, keys, { issuer: server.base, algorithms: ["RS256"], ...options });

test("a grant token verifies from the JWKS URL alone", async () => {
    const { payload, protectedHeader } = await verify(granted.grantToken, {
        audience: "https://api.bookings.example",
        typ: "JWT",
        requiredClaims: ["sub", "agt", "dev", "scp", "jti", "grnt", "iat", "exp"],
    });
    assert.deepEqual(Object.keys(protectedHeader).sort(), ["alg", "kid", "typ"]);
    assert.equal(payload.sub, "user_7421");
    assert.equal(payload.agt, `did:grantex:${agent_id}`);
    assert.deepEqual(payload.scp, ["calendar:read", "calendar:write"]);
    assert.equal(payload.grnt, granted.grantId);
    assert.match(payload.jti, /^tok_[0-9A-HJKMNP-TV-Z]{26}$/);
    assert.equal(new Date(payload.exp * 1000).toISOString(), granted.expiresAt);
    assert.equal(payload.exp - payload.iat, 24 * 3600);
    assert.ok(Math.abs(Date.now() / 1000 - payload.iat) < 60);
});

test("a refreshed and a delegated token verify the same way", async () => {
    const api = server.sandbox();
    const grant = await api.grant(agent_id);
    const delegated = await api.delegate(grant.grantToken, agent_id);
    const refreshed = await api.refresh(agent_id, grant.refreshToken);
    assert.equal((await verify(refreshed.body.grantToken)).payload.grnt, grant.grantId);
    const { payload } = await verify(delegated.body.grantToken);
    assert.equal(payload.parentGrnt, grant.grantId);
    assert.equal(payload.parentAgt, `did:grantex:${agent_id}`);
    assert.equal(payload.delegationDepth, 1);
});

test("another issuer or audience is refused", async () => {
    await assert.rejects(
        verify(granted.grantToken, { issuer: "https://elsewhere.example" }),
        errors.JWTClaimValidationFailed,
    );
    await assert.rejects(
        verify(granted.grantToken, { audience: "https://api.other.example" }),
        errors.JWTClaimValidationFailed,
    );
});

test("a tampered token is refused", async () => {
    const [header, payload, signature] = granted.grantToken.split(".");
    const claims = { ...decodeJwt(granted.grantToken), scp: ["payments:initiate"] };
    const widened = Buffer.from(JSON.stringify(claims)).toString("base64url");
    const turned = (signature[0] === "A" ? "B" : "A") + signature.slice(1);
    for (const token of [
        `${header}.${widened}.${signature}`,
        `${header}.${payload}.${turned}`,
        `${header}.${payload}.`,
    ]) {
        await assert.rejects(verify(token), errors.JWSSignatureVerificationFailed);
        assert.equal(await server.sandbox().is_valid(token), false);
    }
});

test("a token signed by another key is refused, offline and by the server", async () => {
    const { privateKey } = await generateKeyPair("RS256");
    const forged = await new SignJWT(decodeJwt(granted.grantToken))
        .setProtectedHeader(decodeProtectedHeader(granted.grantToken))
        .sign(privateKey);
    await assert.rejects(verify(forged), errors.JWSSignatureVerificationFailed);
    assert.equal(await server.sandbox().is_valid(forged), false);
});

test("a token with alg none is refused, offline and by the server", async () => {
    const { iss, ...claims } = decodeJwt(granted.grantToken);
    const unsigned = new UnsecuredJWT(claims).setIssuer(iss).encode();
    await assert.rejects(verify(unsigned), errors.JOSEAlgNotAllowed);
    assert.equal(await server.sandbox().is_valid(unsigned), false);
});

test("the public key used as an HMAC secret signs nothing", async () => {
    const jwks = await server.api().must(200, "GET", "/.well-known/jwks.json");
    const { kid, n } = jwks.keys[0];
    for (const secret of [n, JSON.stringify(jwks.keys[0])]) {
        const forged = await new SignJWT(decodeJwt(granted.grantToken))
            .setProtectedHeader({ alg: "HS256", typ: "JWT", kid })
            .sign(Buffer.from(secret));
        await assert.rejects(verify(forged), errors.JOSEAlgNotAllowed);
        assert.equal(await server.sandbox().is_valid(forged), false);
    }
});

test("a key embedded in the header is not believed", async () => {
    const { privateKey, publicKey } = await generateKeyPair("RS256");
    const header = decodeProtectedHeader(granted.grantToken);
    const forged = await new SignJWT(decodeJwt(granted.grantToken))
        .setProtectedHeader({ ...header, jwk: await exportJWK(publicKey) })
        .sign(privateKey);
    await assert.rejects(verify(forged), errors.JWSSignatureVerificationFailed);
    assert.equal(await server.sandbox().is_valid(forged), false);
});

test("the JWKS holds public members only, and a modulus of 2048 bits", async () => {
    const { keys: published } = await server.api("").must(200, "GET", "/.well-known/jwks.json");
    for (const key of published) {
        assert.deepEqual(Object.keys(key).sort(), ["alg", "e", "kid", "kty", "n", "use"]);
        assert.equal(Buffer.from(key.n, "base64url").length, 256);
    }
});
