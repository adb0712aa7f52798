// One round: new developers whose clients write until the server is killed, then its files and,
// when it has started again, all that it says are held against what the clients were told.
import { Random, mixed } from "../support/random.mjs";
import { Client } from "./client.mjs";
import { check_events, event_types } from "./events.mjs";
import { Oracle } from "./oracle.mjs";
import { faults_of_files } from "./recount.mjs";
import { check_single_use } from "./single_use.mjs";

const developers = 4;

// A developer with clients, and a webhook at `url` when there is one.
export async function new_developer(server, { name, clients, random, url, patient }) {
    const account = { name, mode: "sandbox" };
    const { apiKey } = await server.api("").must(201, "POST", "/v1/signup", account);
    const api = server.api(apiKey);
    if (url) await api.must(201, "POST", "/v1/webhooks", { url, events: event_types });
    const client = (_, index) => {
        const of_its_own = new Random(random.below(2 ** 32));
        return new Client({ api, name: `${name}-${index}`, random: of_its_own, patient });
    };
    const made_at = process.hrtime.bigint();
    return { apiKey, api, made_at, clients: Array.from({ length: clients }, client) };
}

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

// {faults, ...figures}
export async function crash_round(server, receiver, { seed, round, load_milliseconds_max = 3000 }) {
    const random = new Random(mixed(seed, round));
    const url = `${receiver.url}?round=${round}`;
    const each = random.pick([4, 8, 16]);
    const teams = [];
    for (let i = 0; i < developers; ++i) {
        const name = `r${round}d${i}`;
        teams.push(await new_developer(server, { name, clients: each, random, url }));
    }
    const clients = teams.flatMap((team) => team.clients);
    const killed_after = Math.round(random.fraction() * load_milliseconds_max);
    const kill = pause(killed_after).then(() => server.kill9());
    await Promise.all([kill, ...clients.map((client) => client.run())]);
    const faults = faults_of_files(server.data_dir);

    const start = performance.now();
    await server.restart();
    const ready = Math.round(performance.now() - start);
    const oracles = teams.map((team) => new Oracle(server.api(team.apiKey), team.clients));
    for (const oracle of oracles) await oracle.check();
    const { faults: of_events, ...events } = await check_events(receiver, url, oracles);
    for (const oracle of oracles) await check_single_use(oracle);
    faults.push(...oracles.flatMap((oracle) => oracle.faults), ...of_events);

    const sum = (count) => oracles.reduce((all, oracle) => all + count(oracle), 0);
    return {
        faults,
        seed,
        round,
        clients: clients.length,
        killed_after,
        ready,
        acknowledged: sum((oracle) => oracle.acknowledged().length),
        in_flight: sum((oracle) => oracle.in_flight().length),
        completed: sum((oracle) => oracle.completed),
        tokens: sum((oracle) => oracle.tokens),
        used_again: sum((oracle) => oracle.used_again),
        ...events,
    };
}
