// Notes every secret that passes through the interface, in requests and answers, so that a test can
// look for it where it must not be.
import { Api } from "./api.mjs";

// What is secret of a value: not the prefix of a key nor the public id of a refresh token.
const secret_parts = {
    apiKey: (key) => [key.slice(-40)],
    code: (code) => [code],
    codeVerifier: (verifier) => [verifier],
    refreshToken: (token) => [token.slice(token.indexOf(".") + 1)],
    grantToken: (token) => token.split(".").slice(1),
    parentGrantToken: (token) => token.split(".").slice(1),
    sessionToken: (token) => token.split(".").slice(1),
    token: (token) => token.split(".").slice(1),
    sessionToken: (token) => token.split(".").slice(1),
    consentUrl: (url) => [new URL(url).searchParams.get("k")].filter(Boolean),
};

export class Secrets {
    constructor() {
        this.by_value = new Map();
    }

    add(label, value) {
        if (value.length < 16) throw new Error(`${label} is too short to be told apart: ${value}`);
        if (!this.by_value.has(value)) this.by_value.set(value, label);
    }
    add_members(object) {
        for (const [name, value] of Object.entries(object ?? {}))
            if (typeof value === "string")
                for (const part of secret_parts[name]?.(value) ?? []) this.add(name, part);
    }

    // [label, value] pairs
    get needles() {
        return [...this.by_value].map(([value, label]) => [label, value]);
    }
    get labels() {
        return [...new Set(this.by_value.values())].sort();
    }
    find_in_text(text) {
        return this.needles.filter(([, value]) => text.includes(value)).map(([label]) => label);
    }
}

export class WatchedApi extends Api {
    constructor({ base, key, agent }, secrets) {
        super(base, key, agent);
        this.secrets = secrets;
        if (key) secrets.add("apiKey", key.slice(-40));
    }

    async call(method, path, body, headers) {
        this.secrets.add_members(body);
        const answer = await super.call(method, path, body, headers);
        // In errors the member "code" is another thing.
        if (answer.status < 300) this.secrets.add_members(answer.body);
        return answer;
    }
}
