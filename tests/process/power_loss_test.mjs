// Power losses: what was acknowledged is on the disk, whatever the disk had not been told to keep.
import { randomInt } from "node:crypto";
import { test } from "node:test";

import { cut_recordings } from "../crash/power_loss.mjs";
import * as phases from "../crash/power_phases.mjs";
import { rounds } from "../support/server.mjs";

const seed = Number(process.env.GRANTEXD_TEST_SEED ?? randomInt(2 ** 31));

const sentences = {
    checkpoint: "within a checkpoint loses nothing and mixes nothing",
    migration: "within a migration leaves the old or the new database, and the kept one whole",
    backup: "within a backup leaves it whole or not at all, and the server as it was",
    rotation: "within a rotation leaves the old signing key or the old and the new one",
    rewrapping: "within a new wrapping leaves every key open to one of two master keys",
    restore: "within a restore leaves the old or the new database",
};

test("R-03 a power loss at any time loses nothing that was acknowledged", async (t) => {
    t.diagnostic(`seed ${seed}`);
    const cuts = rounds(4);
    const record = phases.any_time;
    const totals = await cut_recordings({ test: "R-03", phase: "any_time", seed, cuts, record });
    t.diagnostic(JSON.stringify(totals));
});

for (const [phase, sentence] of Object.entries(sentences))
    test(`R-04 a power loss ${sentence}`, async (t) => {
        t.diagnostic(`seed ${seed}`);
        const record = phases[phase];
        const cuts = rounds(1);
        const totals = await cut_recordings({ test: "R-04", phase, seed, cuts, record });
        t.diagnostic(JSON.stringify(totals));
    });
