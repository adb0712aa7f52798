// kill -9 before each kind of step that the program takes on its disk. Between two steps a
// kill leaves the same files, so the steps of a watched program are all the places there are where it
// can end, and no list of them has to be kept: what was written by then is there, synced or not, and
// nothing of what followed.
import assert from "node:assert/strict";
import { randomInt } from "node:crypto";
import { test } from "node:test";

import { write_evidence } from "../crash/evidence.mjs";
import { lose_power } from "../crash/power_loss.mjs";
import * as phases from "../crash/power_phases.mjs";
import { Random, mixed } from "../support/random.mjs";
import { rounds } from "../support/server.mjs";

const seed = Number(process.env.GRANTEXD_TEST_SEED ?? randomInt(2 ** 31));

// "write grantexd.db-wal"; what a name holds of times and random numbers does not tell steps apart.
function name_of({ kind, path, from, to }) {
    const plain = (file) => file.replace(/^data\/?/, "").replace(/[0-9a-f]{8,}|\d+/g, "*") || ".";
    return path === undefined ? `${kind} ${plain(from)} ${plain(to)}` : `${kind} ${plain(path)}`;
}

// The numbers of the steps of each name.
function points_of({ recording, steps }) {
    const points = new Map();
    for (const index of steps ?? recording.steps.keys()) {
        const name = name_of(recording.steps[index]);
        if (!points.has(name)) points.set(name, []);
        points.get(name).push(index);
    }
    return points;
}

const names = new Set();

for (const [phase, record] of Object.entries(phases))
    test(`R-02 kill -9 before any kind of step in ${phase} loses nothing that was acknowledged`, async (t) => {
        t.diagnostic(`seed ${seed}`);
        let kills = 0;
        for (let round = 0; round < rounds(1); ++round) {
            const random = new Random(mixed(seed, round));
            const recorded = await record(random);
            for (const [name, indexes] of points_of(recorded)) {
                const at = random.pick(indexes);
                const what = `R-02-${phase}-${seed}-${round}-${at}`;
                const { faults, took } = await lose_power(recorded, at, random, what, "everything");
                write_evidence("R-02", { phase, seed, round, name, step: at, took, faults });
                assert.deepEqual(faults, [], `${what}: ${name}`);
                names.add(`${phase}: ${name}`);
                ++kills;
            }
        }
        t.diagnostic(`${kills} kills`);
    });

test("R-02 there are at least 40 such places", (t) => {
    for (const name of [...names].sort()) t.diagnostic(name);
    assert.ok(names.size >= 40, `${names.size}`);
});
