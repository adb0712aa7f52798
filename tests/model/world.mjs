// One developer's world: a sequence of requests on one connection, each held against the model, and
// after each a look at what it must have changed or left alone.
import { RawConnection, request_text } from "../support/raw_connection.mjs";
import { pkce_pair } from "../support/api.mjs";
import { balance_facts, expect_everything, expect_facts, grant_facts } from "./compare.mjs";
import { Difference, Model, expect_equal } from "./model.mjs";
import { Requests } from "./requests.mjs";
import { Trace } from "./trace.mjs";

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const verifies_at_once = 40;
const steps_between_comparisons = 100;
const single_use = ["exchange_token", "refresh_token"];
const keyed = [...single_use, "delegate_grant", "debit_budget"];

export class World {
    // rules: how the server is set up (server_rules.mjs). foreign: what another developer has.
    static async open({ server, account, rules, foreign, random, ModelType = Model }) {
        const world = new World();
        const { developerId: developer_id, apiKey } = account;
        const model = new ModelType({ developer_id, issuer: server.base, ...rules });
        const headers = { Authorization: `Bearer ${apiKey}`, "Content-Type": "application/json" };
        Object.assign(world, { model, headers, random, rules, foreign });
        world.requests = new Requests(model, random, foreign);
        world.connection = await RawConnection.open(server.base);
        world.trace = new Trace();
        world.replayable = new Map(); // by key: requests that succeeded, and their last answers
        return world;
    }
    close() {
        this.connection.end();
    }

    // The requests, [method, path, body, headers] each, in one piece.
    #write(...requests) {
        const texts = requests.map(([method, path, body, more = {}]) => {
            const text = body === undefined ? "" : JSON.stringify(body);
            const headers = { ...this.headers, ...more };
            return request_text(method, path, { headers, body: text });
        });
        this.connection.write(texts.join(""));
    }
    async #get(path) {
        this.#write(["GET", path]);
        const { status, body, text } = await this.connection.answer();
        if (status !== 200) throw new Difference(`GET ${path}: ${status} ${text}`);
        return body;
    }
    async #verify(tokens) {
        const bodies = [];
        for (let i = 0; i < tokens.length; i += verifies_at_once) {
            const some = tokens.slice(i, i + verifies_at_once);
            this.#write(...some.map((token) => ["POST", "/v1/tokens/verify", { token }]));
            for (const _ of some) bodies.push((await this.connection.answer()).body);
        }
        return bodies;
    }

    get steps() {
        return this.trace.steps.length;
    }
    // Until so many steps are done, or it is over for all; now and then everything is compared.
    async run(steps, is_over = () => false) {
        try {
            while (this.steps < steps && !is_over()) {
                const before = this.steps;
                if (this.random.chance(0.002)) await this.#let_a_grant_expire();
                else if (this.random.chance(0.04)) await this.#repeat();
                else await this.#perform(this.requests.next(Date.now()));
                const crossed = (n) => Math.floor(n / steps_between_comparisons);
                if (crossed(this.steps) > crossed(before)) await this.#compare_everything();
            }
            await this.#compare_everything();
        } catch (error) {
            if (!(error instanceof Difference)) throw error;
            const { message } = error;
            const where = `step ${this.steps}: ${this.trace.told(message)}`;
            throw new Difference(`${where}\n${this.trace.story(message)}`);
        }
    }
    #compare_everything() {
        const get = (path) => this.#get(path);
        return expect_everything(this.model, { get, verify: (tokens) => this.#verify(tokens) });
    }

    // Sends the request and, when it is answered, looks at what is there afterwards.
    async #perform(request) {
        const { operation, id, method, path, body } = request;
        // A reuse in the very millisecond of the use is not yet "more than 0 s" after it.
        if (this.rules.reuse_is_theft_at_once && single_use.includes(operation)) await pause(2);
        const now = Date.now();
        const context = { now, foreign: this.foreign };
        const expected = this.model[operation](id, body, context);
        const is_keyed = keyed.includes(operation) && this.random.chance(0.3);
        if (is_keyed) request.key ??= `key-${this.steps}`;
        this.#write([method, path, body, request.key && { "Idempotency-Key": request.key }]);
        const answer = await this.connection.answer();
        const span = { from: now, to: Date.now() };
        this.trace.add(request, expected, answer);
        this.#compare(expected, answer, span);
        if (answer.status < 300) this.trace.learn(answer.body);
        if (expected.status < 300) request.then?.(answer.body);
        if (request.key && expected.status < 300)
            this.replayable.set(request.key, { ...request, answer });
        await this.#look(this.#looks(request, now));
        return expected.status < 300 ? answer.body : undefined;
    }
    async #look(looks) {
        if (looks.length > 0) this.#write(...looks.map(({ request }) => request));
        for (const { check } of looks) check(await this.connection.answer());
    }
    #compare({ status, code, message, facts, learn }, { status: got, body, text }, span) {
        expect_equal(got, status, `status (${text.slice(0, 200)})`);
        if (status >= 300) {
            expect_equal(body.code, code, "code");
            if (message) expect_equal(body.message, message, "message");
            return;
        }
        if (status === 204) expect_equal(text, "", "body of 204");
        expect_facts(body, facts, "answer");
        learn?.(body, span);
    }

    // One token of all, and the grant that the request was about with its budget.
    #looks({ id, body }, now) {
        const { model, random } = this;
        const looks = [];
        const look = (request, facts, what) =>
            looks.push({ request, check: ({ body }) => expect_facts(body, facts, `then ${what}`) });
        if (model.tokens.size > 0) {
            const token = random.pick([...model.tokens.keys()]);
            const { facts } = model.verify_token(undefined, { token }, { now });
            const { grant } = model.tokens.get(token);
            look(["POST", "/v1/tokens/verify", { token }], facts, `a token of ${grant.id}`);
        }
        const named = [id, body?.grantId].map((each) => model.grants.get(each));
        const tokens = [body?.parentGrantToken, body?.token].map((each) => model.tokens.get(each));
        const spent = model.codes.get(body?.code) ?? model.refreshes.get(body?.refreshToken);
        const grant = [...named, ...[...tokens, spent].map((each) => each?.grant)].find(Boolean);
        if (!grant) return looks;
        look(["GET", `/v1/grants/${grant.id}`], grant_facts(model, grant, now), "the grant");
        const path = `/v1/budget/balance/${grant.id}`;
        if (grant.budget) look(["GET", path], balance_facts(grant), "its budget");
        return looks;
    }

    // The same request under the same key is answered as before, byte for byte, and done once; with
    // another body it is refused. An answer with a token counts only while its grant is active.
    async #repeat() {
        if (this.replayable.size === 0) return;
        const { answer, ...first } = this.random.pick([...this.replayable.values()]);
        const request = { ...first, operation: `${first.operation} again`, then: undefined };
        if (this.random.chance(0.2)) {
            request.body = { ...first.body, unheard: "of" };
            return this.#replay(request, { status: 422, code: "IDEMPOTENCY_KEY_REUSED" });
        }
        const grant = this.model.grants.get(answer.body.grantId);
        const has_token = answer.body.grantToken !== undefined;
        if (has_token && !this.model.is_live(grant, Date.now())) return this.#perform(first);
        await this.#replay(request, { status: answer.status, facts: answer.body }, answer.text);
    }
    async #replay(request, expected, text) {
        const { method, path, body, key } = request;
        this.#write([method, path, body, { "Idempotency-Key": key }]);
        const answer = await this.connection.answer();
        this.trace.add(request, expected, answer);
        this.#compare(expected, answer);
        if (text !== undefined) expect_equal(answer.text, text, "the answer again");
    }

    // A short grant with a child and a successor, all of which end while the world waits. Seven
    // seconds leave six for the requests; nothing is asked near the end.
    async #let_a_grant_expire() {
        const agents = [...this.model.agents.values()].filter(({ status }) => status === "active");
        if (agents.length === 0) return;
        const agentId = this.random.pick(agents).id;
        const post = (operation, path, body, then) =>
            this.#perform({ operation, method: "POST", path, body, then });
        const { verifier, challenge } = pkce_pair();
        const asked = await post("create_authorization", "/v1/authorize", {
            agentId,
            principalId: "user_1",
            scopes: ["calendar:read"],
            expiresIn: "7s",
            codeChallenge: challenge,
            codeChallengeMethod: "S256",
        });
        if (!asked) return;
        this.requests.verifiers.set(asked.code, verifier);
        const { code } = asked;
        const granted = await post("exchange_token", "/v1/token", {
            agentId,
            code,
            codeVerifier: verifier,
        });
        await post("delegate_grant", "/v1/grants/delegate", {
            parentGrantToken: granted.grantToken,
            subAgentId: agentId,
            scopes: ["calendar:read"],
            expiresIn: "1h",
        });
        const { refreshToken } = granted;
        await post("refresh_token", "/v1/token/refresh", { agentId, refreshToken });
        await pause(Date.parse(granted.grantExpiresAt) - Date.now() + 50);
    }
}
