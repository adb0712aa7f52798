// Tokens of a test's own making. The server is given the test's key (`env`), so that a forged token
// is well signed and only what the test changed can be at fault.
import { createSign, generateKeyPairSync } from "node:crypto";

// A new RSA key: {private_key, public_key, env} with the settings that make a server sign with it.
export function own_key(bits = 2048) {
    const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: bits });
    const pem = privateKey.export({ type: "pkcs8", format: "pem" });
    return {
        private_key: privateKey,
        public_key: publicKey,
        env: { GRANTEXD_RSA_PRIVATE_KEY: pem },
    };
}

// A string or bytes as they are, anything else as JSON.
export const part = (value) =>
    Buffer.from(
        typeof value === "string" || value instanceof Uint8Array ? value : JSON.stringify(value),
    ).toString("base64url");

const object_of = (text) => JSON.parse(Buffer.from(text, "base64url").toString());
export const header_of = (token) => object_of(token.split(".")[0]);
export const claims_of = (token) => object_of(token.split(".")[1]);

// header.payload.signature; `sign` turns the first two parts into the bytes of the signature.
export function forge(header, claims, sign) {
    const input = `${part(header)}.${part(claims)}`;
    return `${input}.${part(sign(input))}`;
}

export const rs256 = (private_key) => (input) =>
    createSign("SHA256").update(input).sign(private_key);
