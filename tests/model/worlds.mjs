// Many worlds at once, each with a developer of its own, on two servers set up differently.
import { claims_of } from "../support/forge.mjs";
import { start_server } from "../support/server.mjs";
import { Random, mixed } from "../support/random.mjs";
import { World } from "./world.mjs";

const steps_of_a_world = 200; // few enough that no world gets old: a code lives for ten minutes
const worlds_at_once = 64;

// What the settings of a server mean to the model.
const set_ups = [
    {
        env: { GRANTEXD_REUSE_GRACE: "10m" },
        rules: { reuse_is_theft_at_once: false, reuse_action: "grant", depth_server: 3 },
    },
    {
        env: {
            GRANTEXD_REUSE_GRACE: "0s",
            GRANTEXD_REFRESH_REUSE_ACTION: "family",
            GRANTEXD_MAX_DELEGATION_DEPTH: "5",
        },
        rules: { reuse_is_theft_at_once: true, reuse_action: "family", depth_server: 5 },
    },
];

// What another developer has, which nobody else can see or use.
async function stranger(server) {
    const api = server.sandbox();
    const agent = await api.agent_id();
    const { grantId, grantToken, refreshToken } = await api.grant(agent);
    const { code, verifier } = await api.authorize(agent);
    const jti = claims_of(grantToken).jti;
    const owned = { agent, grant: grantId, token: grantToken, jti, refresh: refreshToken, code };
    return { ...owned, verifier, api };
}

export async function start_servers() {
    return Promise.all(
        set_ups.map(async ({ env, rules }) => {
            const server = await start_server({ env: { GRANTEXD_RATE_PROFILE: "off", ...env } });
            return { server, rules, foreign: await stranger(server) };
        }),
    );
}

async function run_world(place, seed, number, { steps, ModelType, is_over }) {
    const { server, rules, foreign } = place;
    const body = { name: `World ${number}`, mode: "sandbox" };
    const account = await server.api("").must(201, "POST", "/v1/signup", body);
    const random = new Random(mixed(seed, number));
    const world = await World.open({ server, account, rules, foreign, random, ModelType });
    try {
        await world.run(steps, is_over);
        return world.trace.steps;
    } catch (error) {
        error.message = `GRANTEXD_TEST_SEED=${seed}:${number} ${error.message}`;
        throw error;
    } finally {
        world.close();
    }
}

// "operation status", with the code and the promised sentence of a refusal, or a verdict's reason.
function outcome_of({ request, expected, answer: { status, body } }) {
    const code = status < 300 ? body?.reason : body.code;
    return [request.operation, status, code, expected.message].filter(Boolean).join(" ");
}

// Runs so many steps in all, or the one world of that number: {outcome: how often}.
export async function run_worlds(places, { seed, only, steps, ModelType }) {
    const tally = {};
    const count = Math.ceil(steps / steps_of_a_world);
    let next = 0;
    let failure;
    const is_over = () => failure !== undefined;
    const run = async (number) => {
        const place = places[number % places.length];
        const options = { steps: steps_of_a_world, ModelType, is_over };
        for (const step of await run_world(place, seed, number, options)) {
            const outcome = outcome_of(step);
            tally[outcome] = (tally[outcome] ?? 0) + 1;
        }
    };
    const lane = async () => {
        while (!is_over() && next < count)
            await run(next++).catch((error) => {
                failure ??= error;
            });
    };
    if (only !== undefined) await run(only);
    else await Promise.all(Array.from({ length: worlds_at_once }, lane));
    if (failure) throw failure;
    return tally;
}
