// A client as an app's developer would write it: asks a person for permission, takes the code at
// its redirect URI, exchanges it with PKCE and keeps its token fresh. fetch and node:crypto only.
import { createHash, randomBytes } from "node:crypto";

const secret = () => randomBytes(32).toString("base64url");

export class PkceClient {
    constructor({ base, key, agent_id, redirect_uri }) {
        Object.assign(this, { base, key, agent_id, redirect_uri });
    }

    async post(path, body) {
        const response = await fetch(this.base + path, {
            method: "POST",
            headers: {
                authorization: `Bearer ${this.key}`,
                "content-type": "application/json",
            },
            body: JSON.stringify(body),
        });
        const answer = await response.json();
        if (!response.ok) throw new Error(`${path}: ${response.status} ${answer.code}`);
        return answer;
    }

    // The URL the person has to visit.
    async ask(principalId, scopes) {
        this.verifier = secret();
        this.state = secret();
        const asked = await this.post("/v1/authorize", {
            agentId: this.agent_id,
            principalId,
            scopes,
            redirectUri: this.redirect_uri,
            state: this.state,
            codeChallenge: createHash("sha256").update(this.verifier).digest("base64url"),
            codeChallengeMethod: "S256",
        });
        return asked.consentUrl;
    }

    // With the URL the person came back to.
    async take(returned) {
        const query = new URL(returned).searchParams;
        // RFC 6749 10.12: an answer to a question we did not ask.
        if (query.get("state") !== this.state) throw new Error("the state is not ours");
        if (query.has("error")) throw new Error(query.get("error"));
        return this.#keep(
            await this.post("/v1/token", {
                agentId: this.agent_id,
                code: query.get("code"),
                codeVerifier: this.verifier,
            }),
        );
    }

    async refresh() {
        return this.#keep(
            await this.post("/v1/token/refresh", {
                agentId: this.agent_id,
                refreshToken: this.granted.refreshToken,
            }),
        );
    }

    #keep(granted) {
        this.granted = granted;
        return granted;
    }
}
