// Power losses: what was acknowledged is on the disk, whatever the disk had not been told to keep.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";

import { write_evidence } from "../crash/evidence.mjs";
import {
    Recording, faults_of_image, faults_of_team, make_image, subsets_a_cut,
} from "../crash/power_loss.mjs";
import { new_developer } from "../crash/round.mjs";
import { snapshot } from "../support/data_files.mjs";
import { Random, mixed } from "../support/random.mjs";
import { rounds } from "../support/server.mjs";

const seed = Number(process.env.GRANTEXD_TEST_SEED ?? randomInt(2 ** 31));
const cuts_a_recording = 20;

// A server's first start and what clients do then, until it is killed.
async function record_load(random) {
    const recording = new Recording();
    const server = await recording.server().start();
    const clients = random.pick([2, 4, 8, 16]);
    const team = await new_developer(server, { name: "team", clients, random });
    let goes_on = true;
    setTimeout(() => (goes_on = false), 500 + random.below(1500));
    await Promise.all(team.clients.map((client) => client.run(() => goes_on)));
    await server.kill9();
    recording.read();
    return { recording, team, listen: new URL(server.base).host };
}

test("R-03 a power loss at any time loses nothing that was acknowledged", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const cuts = rounds(5);
    const totals = { images: 0, steps: 0, pending: 0, kept: 0, torn: 0 };
    for (let cut = 0, recorded; cut < cuts; ++cut) {
        const random = new Random(mixed(seed, cut));
        if (cut % cuts_a_recording === 0) {
            recorded = await record_load(random);
            totals.steps += recorded.recording.steps.length;
        }
        const { recording, team, listen } = recorded;
        const at = random.below(recording.steps.length);
        const disk = recording.before(at);
        for (let subset = 0; subset < subsets_a_cut; ++subset) {
            const image = make_image(disk, random);
            const env = { GRANTEXD_RATE_PROFILE: "off" };
            const ask = (server) => faults_of_team(server, team, recording.moment(at));
            const name = `R-03-${seed}-${cut}-${subset}`;
            const start = performance.now();
            const faults = await faults_of_image(image, { env, listen }, ask, name);
            const took = Math.round(performance.now() - start);
            write_evidence("R-03", { seed, cut, step: at, subset, ...image.figures, took, faults });
            assert.deepEqual(faults, [], `${name}: ${JSON.stringify(image.figures)}`);
            ++totals.images;
            for (const figure of ["pending", "kept", "torn"]) totals[figure] += image.figures[figure];
        }
    }
    t.diagnostic(JSON.stringify(totals));
});

test("the log of a disk has all that a program does to its files", async () => {
    const { recording } = await record_load(new Random(seed));
    const image = make_image(
        recording.before(recording.steps.length), new Random(seed), { loss: "everything" },
    );
    const without_index = (files) => files.filter((file) => !/-shm |\.sock /.test(file));
    assert.deepEqual(without_index(snapshot(image.data_dir)), without_index(snapshot(recording.data_dir)));
});
