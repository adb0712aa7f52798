// A copy of the source tree, in which bugs are put. It is kept, so that a build compiles little.
import { spawnSync } from "node:child_process";
import {
    copyFileSync,
    existsSync,
    mkdirSync,
    readFileSync,
    readdirSync,
    rmSync,
    statSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const top = fileURLToPath(new URL("../..", import.meta.url));
export const copied_tree = join(top, ".build/seeded_bugs/tree");

// .git and .build are not part of the source.
const is_source = (name) => !name.startsWith(".") && name !== "node_modules";

// A file that is the same is left alone and one that is not gets the time of now, never that of the
// original: an object that was compiled from a bug would else look newer than its mended source.
function copy_file(from, to) {
    if (!existsSync(to) || !readFileSync(from).equals(readFileSync(to))) copyFileSync(from, to);
}

function copy_folder(from, to) {
    mkdirSync(to, { recursive: true });
    const names = readdirSync(from).filter(is_source);
    for (const name of readdirSync(to).filter(is_source))
        if (!names.includes(name)) rmSync(join(to, name), { recursive: true });
    for (const name of names) {
        const copy = statSync(join(from, name)).isDirectory() ? copy_folder : copy_file;
        copy(join(from, name), join(to, name));
    }
}

export const copy_tree = () => copy_folder(top, copied_tree);

// Where it does not fit to the letter it is stale, and says so.
export function put_in(bug) {
    const { status, stdout, stderr } = spawnSync(
        "patch",
        ["--strip=1", "--fuzz=0", "--forward", "--batch", `--input=${bug.file}`],
        { cwd: copied_tree, encoding: "utf8" },
    );
    if (status !== 0) throw new Error(`it does not apply: ${stdout}${stderr}`.trim());
}
