// Calls of the HTTP interface, and the main job in single steps. Every step is checked to succeed.
import { createHash, randomBytes } from "node:crypto";
import { request as request_plain } from "node:http";
import { request as request_tls } from "node:https";

export function pkce_pair() {
    const verifier = randomBytes(32).toString("base64url");
    return { verifier, challenge: createHash("sha256").update(verifier).digest("base64url") };
}

function parse(text) {
    try {
        return JSON.parse(text);
    } catch {
        return undefined; // 204, or a page
    }
}

const is_as_sent = (body) =>
    body === undefined || typeof body === "string" || body instanceof Uint8Array;

// {status, headers, text, body}; `body` is the parsed JSON. Strings and bytes are sent as they are.
export function send(base, method, path, { headers = {}, body, agent } = {}) {
    const text = is_as_sent(body) ? body : JSON.stringify(body);
    const all = { ...headers };
    if (text !== undefined) {
        all["content-type"] ??= "application/json";
        all["content-length"] = Buffer.byteLength(text);
    }
    const request = base.startsWith("https:") ? request_tls : request_plain;
    return new Promise((resolve, reject) => {
        const sent = request(base + path, { method, headers: all, agent }, (response) => {
            let received = "";
            // A stream of events does not end: its head is all that a single call is about.
            if (/^text\/event-stream/.test(response.headers["content-type"] ?? "")) {
                resolve({ status: response.statusCode, headers: response.headers, text: "" });
                return response.on("error", () => {}).destroy();
            }
            response.setEncoding("utf8");
            response.on("data", (part) => (received += part));
            response.on("error", reject);
            response.on("end", () =>
                resolve({
                    status: response.statusCode,
                    headers: response.headers,
                    text: received,
                    body: parse(received),
                }),
            );
        });
        // Of a connection that became a WebSocket, likewise.
        sent.on("upgrade", ({ statusCode: status, headers }, socket) => {
            socket.destroy();
            resolve({ status, headers, text: "" });
        });
        sent.on("error", reject);
        sent.end(text);
    });
}

export class Api {
    constructor(base, key, agent) {
        this.base = base;
        this.key = key;
        this.agent = agent;
    }

    call(method, path, body, headers = {}) {
        const authorization = this.key ? { authorization: `Bearer ${this.key}` } : {};
        return send(this.base, method, path, {
            headers: { ...authorization, ...headers },
            body,
            agent: this.agent,
        });
    }
    get(path) {
        return this.call("GET", path);
    }
    post(path, body = {}, headers) {
        return this.call("POST", path, body, headers);
    }
    remove(path) {
        return this.call("DELETE", path);
    }

    async must(status, method, path, body) {
        const answer = await this.call(method, path, body);
        if (answer.status !== status)
            throw new Error(`${method} ${path}: ${answer.status} ${answer.text}`);
        return answer.body;
    }

    async agent_id(name = "Trip Planner", scopes = ["calendar:read", "calendar:write"]) {
        return (await this.must(201, "POST", "/v1/agents", { name, scopes })).agentId;
    }
    // {authRequestId, consentUrl, ...} and the verifier. A sandbox developer gets the code at once.
    async authorize(agentId, fields = {}) {
        const { verifier, challenge } = pkce_pair();
        const asked = await this.must(201, "POST", "/v1/authorize", {
            agentId,
            principalId: "user_7421",
            scopes: ["calendar:read"],
            codeChallenge: challenge,
            codeChallengeMethod: "S256",
            ...fields,
        });
        return { ...asked, verifier };
    }
    exchange(agentId, asked) {
        return this.post("/v1/token", {
            agentId,
            code: asked.code,
            codeVerifier: asked.verifier,
        });
    }
    // A grant of a sandbox developer: {grantToken, refreshToken, grantId, ...}
    async grant(agentId, fields) {
        const answer = await this.exchange(agentId, await this.authorize(agentId, fields));
        if (answer.status !== 201) throw new Error(`exchange: ${answer.status} ${answer.text}`);
        return answer.body;
    }
    refresh(agentId, refreshToken) {
        return this.post("/v1/token/refresh", { agentId, refreshToken });
    }
    delegate(parentGrantToken, subAgentId, scopes = ["calendar:read"]) {
        return this.post("/v1/grants/delegate", { parentGrantToken, subAgentId, scopes });
    }
    async is_valid(token) {
        return (await this.must(200, "POST", "/v1/tokens/verify", { token })).valid;
    }
    revoke(grantId) {
        return this.remove(`/v1/grants/${grantId}`);
    }
    log_audit(fields = {}) {
        return this.post("/v1/audit/log", {
            agentId: "ag_01KJPWD6M0W17VDP01P914P7ZE",
            grantId: "grnt_01KJPX39N0D3PSNR531QZFCJCQ",
            principalId: "user_7421",
            action: "calendar.read",
            ...fields,
        });
    }
}
