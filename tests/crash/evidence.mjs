// A line of JSON a round, under .build/crash, with the seed that repeats its choices.
import { appendFileSync, mkdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL("../../.build/crash", import.meta.url));

export function write_evidence(name, facts) {
    mkdirSync(folder, { recursive: true });
    const line = { test: name, at: new Date().toISOString(), ...facts };
    appendFileSync(`${folder}/${name}.jsonl`, `${JSON.stringify(line)}\n`);
}
