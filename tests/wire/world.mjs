// The servers the cases run against, and what a case needs of them: developers of its own, agents,
// requests, grants.
import { press, visit } from "../support/person.mjs";
import { metrics_key, run_grantexd, start_server } from "../support/server.mjs";
import { operations, url_of } from "./contract.mjs";
import { Outside } from "./outside.mjs";

export const admin_key = "operator-key-of-the-wire-tests-0123456789";
export const redirect_uri = "https://app.nimbus.example/grantex/callback";

// The operator's key, in builds that have operator endpoints: an unknown setting would stop the
// start. The help shows no secrets, but the rate beside them.
async function operator_settings() {
    const { stdout } = await run_grantexd(["serve", "--help"]);
    return stdout.includes("--rate-admin") ? { GRANTEXD_ADMIN_API_KEY: admin_key } : {};
}

// Room for every case to sign up a developer of its own, and a world outside that answers.
export async function start_roomy() {
    const outside = await new Outside().open();
    const operator = await operator_settings();
    const rates = { GRANTEXD_RATE_ADMIN: "100000", GRANTEXD_RATE_DID: "100000" };
    const server = await start_server({
        env: {
            GRANTEXD_CONSENT_AUTH: "link",
            GRANTEXD_METRICS_API_KEY: metrics_key,
            GRANTEXD_RATE_SIGNUP: "100000",
            GRANTEXD_RATE_ROTATE_KEY: "100000",
            ...outside.settings,
            ...(operator.GRANTEXD_ADMIN_API_KEY ? { ...operator, ...rates } : {}),
        },
    });
    return Object.assign(server, { outside });
}

// One of everything is all one gets, and the rates are the contract's.
export const start_narrow = async () =>
    start_server({
        env: {
            GRANTEXD_RATE_PROFILE: "reference",
            GRANTEXD_QUOTA_AGENTS: "1,1,1",
            GRANTEXD_QUOTA_GRANTS: "1,1,1",
            GRANTEXD_QUOTA_AUDIT: "1,1,1",
            GRANTEXD_QUOTA_POLICIES: "1,1,1",
            GRANTEXD_QUOTA_WEBHOOKS: "1,1,1",
            GRANTEXD_METRICS_API_KEY: metrics_key,
            ...(await operator_settings()),
        },
    });

// Nobody signs up, and there is no key of the operator or of the metrics.
export const start_closed = () => start_server({ env: { GRANTEXD_SIGNUP: "closed" } });

// Nobody may read the metrics, whatever the key.
export const start_quiet = () => start_server({ env: { GRANTEXD_METRICS_ENABLED: "false" } });

// The path as the operation has it, whoever calls.
export const ask = (api, id, { method, path, query, body, headers } = {}) =>
    api.call(method ?? operations[id].method, url_of(id, { path, query }), body, headers);

// A world of one case, with a sandbox developer who knows nobody.
export class World {
    constructor(server) {
        this.server = server;
        this.base = server.base;
        this.outside = server.outside;
    }

    // {developerId, ...} of a new account, with its caller as `api`.
    async sign_up(mode, fields = {}) {
        const account = await this.server
            .api("")
            .must(201, "POST", "/v1/signup", { name: "Nimbus Travel", mode, ...fields });
        return { ...account, api: this.server.api(account.apiKey) };
    }
    async open() {
        if (this.server.env.GRANTEXD_SIGNUP === "closed") return this.use_seed();
        this.account = await this.sign_up("sandbox");
        this.api = this.account.api;
        return this;
    }
    // The developer of the start instead of one of the case's own.
    use_seed() {
        this.api = this.server.sandbox();
        return this;
    }
    // From now on the case's developer is a live one, whose requests a person decides.
    async go_live() {
        this.account = await this.sign_up("live");
        this.api = this.account.api;
        return this;
    }
    get anonymous() {
        return this.server.api("");
    }
    get operator() {
        return this.server.api(admin_key);
    }
    get scraper() {
        return this.server.api(metrics_key);
    }
    // Whoever signed up is on this plan from now on.
    set_plan({ developerId }, plan) {
        const path = `/v1/admin/developers/${developerId}/plan`;
        return this.operator.must(200, "PATCH", path, { plan });
    }

    async grant(fields) {
        const agentId = await this.api.agent_id();
        return { agentId, ...(await this.api.grant(agentId, fields)) };
    }
    // A pending request of a live developer: {authRequestId, consentUrl, ...}
    async pending(fields = {}) {
        await this.go_live();
        return this.api.authorize(await this.api.agent_id(), fields);
    }
    // What the browser has after it opened the link of a pending request.
    async opened_link(asked) {
        const { cookie, fields } = await visit(asked.consentUrl);
        return cookie ? { cookie, "x-csrf-token": fields.csrf } : {};
    }
    async decide(asked, decision) {
        return press(this.base, await visit(asked.consentUrl), decision);
    }
    // A session that lets this principal decide this request: {sessionToken, consentUrl, ...}
    consent_session({ authRequestId, principalId }) {
        const body = { authRequestId, principalId };
        return this.api.must(201, "POST", "/v1/principal-sessions", body);
    }
    // The token of the confirmation link that a development server shows instead of mailing it.
    async confirmation_token(email) {
        await this.api.must(201, "POST", "/v1/signup/verify", { email });
        for (let i = 0; i < 500; ++i) {
            const lines = this.server.log().split("\n");
            const shown = lines.find((line) => line.includes(email) && line.includes("/verify/"));
            if (shown) return /\/v1\/signup\/verify\/([\w-]+)/.exec(shown)[1];
            await new Promise((resolve) => setTimeout(resolve, 10));
        }
        throw new Error(`no link for ${email} in the log`);
    }
    policy(fields) {
        return this.api.must(201, "POST", "/v1/policies", { name: "rule", ...fields });
    }
    deny_everything() {
        return this.policy({ effect: "deny" });
    }
    // A caller who holds the session of the principal.
    async principal(principalId = "user_7421") {
        const { sessionToken } = await this.api.must(201, "POST", "/v1/principal-sessions", {
            principalId,
        });
        return this.server.api(sessionToken);
    }
}
