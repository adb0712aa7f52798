// What the requests of the benchmark are about: a server with two agents, grants and their tokens,
// pending requests, and codes for the exchange, which wrk itself gathers.
import { readFileSync } from "node:fs";

import { pkce_pair } from "../support/api.mjs";
import { cpu_milliseconds } from "../support/process_state.mjs";
import { local_receivers } from "../support/receiver.mjs";
import { metrics_key, Server, temporary_directory } from "../support/server.mjs";
import { drive, kind, new_file, write_values } from "./wrk.mjs";

// The log goes to a file: a pipe would make this process a part of what is measured.
function logged_to(file) {
    return ["sh", "-c", `exec "$@" 2>>'${file}'`, "sh"];
}

export function new_server({ env = {}, ...options } = {}) {
    return new Server({
        wrapper: logged_to(`${temporary_directory()}/log`),
        env: {
            ...local_receivers,
            GRANTEXD_RATE_PROFILE: "off",
            GRANTEXD_METRICS_API_KEY: metrics_key,
            ...env,
        },
        ...options,
    });
}

// Runs `count` calls, so many at a time, and gives their results.
export async function in_parallel(count, width, call) {
    const results = [];
    let next = 0;
    const run = async () => {
        while (next < count) {
            const i = next++;
            results[i] = await call(i);
        }
    };
    await Promise.all(Array.from({ length: width }, run));
    return results;
}

// Until the jobs beside the requests have caught up with what was just written: they would count as
// a part of whatever is measured next.
export async function until_idle(server, patience_seconds = 1800) {
    for (let seconds = 0; seconds < patience_seconds; seconds += 0.5) {
        const before = cpu_milliseconds(server.pid);
        await new Promise((resolve) => setTimeout(resolve, 500));
        if (cpu_milliseconds(server.pid) - before < 10) return;
    }
    throw new Error("the server does not come to rest");
}

export class World {
    static grants = 200;
    // Two, of which delegation passes on one: so a delegated grant is known by its answer.
    static scopes = ["calendar:read", "calendar:write"];

    constructor(server, signs_per_second) {
        this.server = server;
        this.api = server.sandbox();
        this.signs_per_second = signs_per_second; // of all cores
        this.key = server.sandbox_key;
        this.pkce = pkce_pair(); // of every code: what the server computes is the same
        this.codes = [];
        this.refresh_tokens = [];
    }

    async prepare() {
        this.agent = await this.api.agent_id("Trip Planner");
        this.sub_agent = await this.api.agent_id("Seat Finder");
        this.grants = await in_parallel(World.grants, 16, (i) =>
            this.api.grant(this.agent, { principalId: `user_${i}`, scopes: World.scopes }),
        );
        this.tokens = write_values(this.grants.map(({ grantToken }) => grantToken));
        this.grant_ids = write_values(this.grants.map(({ grantId }) => grantId));
        this.no_values = write_values([]);
        const live = this.server.api();
        this.live_agent = await live.agent_id();
        const asked = await in_parallel(100, 16, () => live.authorize(this.live_agent));
        this.consent_paths = write_values(
            asked.map(({ consentUrl }) => consentUrl.slice(this.server.base.length)),
        );
        await until_idle(this.server);
        return this;
    }

    run(plan, load) {
        return drive(this.server.base, [this.server.pid], plan, load);
    }

    authorize_kind(options = {}) {
        const body = {
            agentId: this.agent,
            principalId: "user_7421",
            scopes: World.scopes,
            codeChallenge: this.pkce.challenge,
            codeChallengeMethod: "S256",
        };
        return kind("authorize", "POST", "/v1/authorize", { key: this.key, body, ...options });
    }

    // Takes what wrk wrote to the file into the list.
    static take(list, file) {
        for (const line of readFileSync(file, "utf8").split("\n")) if (line) list.push(line);
    }

    // A load of authorizations whose codes are kept.
    async gather_codes(load, delay) {
        const file = new_file("codes");
        const answers = [{ pattern: '"code":"([^"]+)"', file }];
        const measured = await this.run({ kinds: [this.authorize_kind()], answers, delay }, load);
        World.take(this.codes, file);
        return measured;
    }

    exchange_kind(codes, options = {}) {
        const body = { agentId: this.agent, code: "$VALUE", codeVerifier: this.pkce.verifier };
        const rest = { key: this.key, body, values: write_values(codes), use: "once", ...options };
        return kind("exchange", "POST", "/v1/token", rest);
    }

    // As many codes as a load can use: there cannot be more exchanges than signatures.
    codes_needed({ seconds }) {
        return Math.ceil(1.5 * this.signs_per_second * seconds);
    }

    async take_codes(count) {
        while (this.codes.length < count) await this.gather_codes({ connections: 64, seconds: 1 });
        return this.codes.splice(0, count);
    }

    // A load of exchanges; keeps the refresh tokens. Codes that were not sent go back.
    async exchange(load, delay) {
        const codes = await this.take_codes(this.codes_needed(load));
        const file = new_file("tokens");
        const answers = [{ pattern: '"refreshToken":"([^"]+)"', file }];
        const measured = await this.run(
            { kinds: [this.exchange_kind(codes)], answers, delay },
            load,
        );
        World.take(this.refresh_tokens, file);
        this.codes = this.codes.concat(codes.slice(measured.requests + load.connections + 1));
        return measured;
    }

    // Tokens that are exchanged for their successors: more than there are connections.
    async take_refresh_tokens() {
        while (this.refresh_tokens.length < World.grants)
            await this.exchange({ connections: 16, seconds: 1 });
        return write_values(this.refresh_tokens.splice(0, World.grants));
    }
}
