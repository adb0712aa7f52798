// The Debian package of the program under test, made as ./server/package makes it, in a directory of
// its own.
import { copyFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { binary, run_program, temporary_directory } from "./server.mjs";

// Making a package keeps a processor busy, and others may too.
const patience_milliseconds = 120_000;

export const source_date = "1767225600";
export const top = fileURLToPath(new URL("../..", import.meta.url));

export async function must(command, options) {
    const { code, stdout, stderr } = await run_program(command, { patience: patience_milliseconds, ...options });
    if (code !== 0) throw new Error(`${command.join(" ")}: ${code}\n${stdout}${stderr}`);
    return stdout;
}

let prepared;
async function prepare() {
    const folder = temporary_directory();
    const build = join(folder, "release");
    const flags = ["-G", "Ninja", "-D", "GRANTEXD_KIND=release", "--log-level=WARNING"];
    await must(["cmake", "-S", top, "-B", build, ...flags]);
    copyFileSync(binary(), join(build, "grantexd"));
    return build;
}

// Path of the package; `version` replaces that of the project.
export async function make_package({ version } = {}) {
    prepared ??= prepare();
    const build = await prepared;
    const output = temporary_directory();
    const flags = version ? ["-D", `CPACK_PACKAGE_VERSION=${version}`] : [];
    await must(["cpack", "-G", "DEB", "-B", output, ...flags], {
        cwd: build,
        env: { SOURCE_DATE_EPOCH: source_date },
    });
    const [name] = (await must(["find", output, "-maxdepth", "1", "-name", "*.deb"])).split("\n");
    return name;
}
