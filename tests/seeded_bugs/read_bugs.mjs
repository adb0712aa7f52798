// The seeded bugs: NAME.patch beside this file, a unified diff of one source file. The lines before
// it say which promise it breaks and, as "Seen by: TIER/SUITE", which tests must fail for it.
import { readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";

const folder = fileURLToPath(new URL(".", import.meta.url));

function read_bug(name) {
    const file = `${folder}${name}.patch`;
    const [, seen_by] = readFileSync(file, "utf8").match(/^Seen by: (\S+)$/m);
    const [tier, suite = ""] = seen_by.split("/");
    return { name, file, seen_by, tier, suite };
}

const every_name = () =>
    readdirSync(folder)
        .filter((file) => file.endsWith(".patch"))
        .map((file) => file.slice(0, -".patch".length))
        .sort();

// Those that are named, or all.
export function read_bugs(names) {
    const every = every_name();
    for (const name of names)
        if (!every.includes(name))
            throw new Error(`there is no seeded bug "${name}". Try one of: ${every.join(" ")}`);
    return (names.length > 0 ? names : every).map(read_bug);
}
