// The Debian package of the program under test, made as ./server/package makes it, in a directory of
// its own.
import { chmodSync, copyFileSync, readFileSync, writeFileSync } from "node:fs";
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

// A program that does not speak to systemd yet runs under its unit with what it does not do put
// aside: it says neither that it is ready nor that it lives, and takes no socket.
const words = readFileSync(binary(), "latin1");
export const needs_stand_in = !words.includes("NOTIFY_SOCKET");
const is_ready = "curl -fsS --retry 5 --retry-delay 1 --retry-connrefused http://127.0.0.1:3001/health";

export async function stand_in_for_units(machine) {
    if (!needs_stand_in) return;
    const lines = ["[Service]", "Type=exec", "WatchdogSec=0", `ExecStartPost=-+/usr/bin/${is_ready}`];
    await machine.sh(`cd /etc/systemd/system && mkdir grantexd.service.d
        printf '%s\\n' '${lines.join("' '")}' >grantexd.service.d/stand-in.conf
        systemctl mask grantexd.socket`);
}
stand_in_for_units.files =
    "/etc/systemd/system/grantexd.service.d\n/etc/systemd/system/grantexd.socket\n";

// A program without the commands `man` and `config sample` is packaged with these texts.
const stand_in = `#!/bin/sh
case $1 in
config) echo '# listen = 127.0.0.1:3001' ;;
man) printf '.TH GRANTEXD 1\\n.SH NAME\\ngrantexd \\\\- server of the Grantex protocol\\n' ;;
esac
`;

async function documents_from(folder) {
    if ((await run_program([binary(), "man"])).code === 0) return [];
    const file = join(folder, "documents");
    writeFileSync(file, stand_in);
    chmodSync(file, 0o755);
    return ["-D", `GRANTEXD_DOCUMENTS_FROM=${file}`];
}

let prepared;
async function prepare() {
    const folder = temporary_directory();
    const build = join(folder, "release");
    const flags = ["-G", "Ninja", "-D", "GRANTEXD_KIND=release", "--log-level=WARNING"];
    await must(["cmake", "-S", top, "-B", build, ...flags, ...(await documents_from(folder))]);
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
