// The Debian package: what is in it, and what installing, upgrading, removing and purging it does to
// a machine.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";

import {
    make_package,
    must,
    source_date,
    top,
} from "../support/deb_package.mjs";
import { after, before, start_machine, test } from "../support/machine.mjs";
import { binary, run_program, temporary_directory } from "../support/server.mjs";

const key_file = "/etc/grantexd/master.key";
const settings_file = "/etc/grantexd/grantexd.conf";
const database = "/var/lib/grantexd/grantexd.db";
const units = ["grantexd.service", "grantexd.socket", "grantexd-backup.timer"];

const digest = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

// A machine with the packages named in its /root.
async function machine_with(packages, options) {
    const machine = await start_machine(options);
    for (const [name, file] of Object.entries(packages))
        copyFileSync(file, machine.path(`/root/${name}.deb`));
    return machine;
}
const read = (machine, file) => readFileSync(machine.path(file), "utf8");
const install = (machine, name) => machine.must("dpkg", "--install", `/root/${name}.deb`);
// "mode owner group" of a file on the machine; empty where there is none.
const owner_of = async (machine, file) =>
    (await machine.run("stat", "--format", "%a %U %G", file)).stdout.trim();
const exists = async (machine, file) => (await machine.run("test", "-e", file)).code === 0;
const is_active = async (machine, unit) =>
    (await machine.run("systemctl", "is-active", unit)).stdout.trim() === "active";
const is_healthy = async (machine) =>
    (await machine.run("curl", "-fsS", "--retry", "20", "--retry-connrefused", "--retry-delay", "1",
        "http://127.0.0.1:3001/health")).code === 0;

let first, second, opinion, bare;
before(async () => {
    first = await make_package();
    // It takes longer than all else, so it runs beside.
    const command = ["lintian", "--allow-root", "--fail-on", "error,warning", first];
    opinion = run_program(command, { patience: 120_000 });
    second = await make_package({ version: "0.1.1" });
    bare = await machine_with({ first, second }, { systemd: false });
});
after(() => bare.stop());

test("the package holds what an operator needs, with these modes, and all of it belongs to root", async () => {
    const listing = await must(["dpkg-deb", "--contents", first]);
    const files = Object.fromEntries(
        listing.trim().split("\n").map((line) => {
            const [mode, owner, , , , name] = line.split(/\s+/);
            assert.equal(owner, "root/root", line);
            return [name.slice(1), mode];
        }),
    );
    const plain = "-rw-r--r--";
    assert.deepEqual(Object.fromEntries(Object.entries(files).filter(([name]) => !name.endsWith("/"))), {
        "/etc/grantexd/grantexd.conf": "-rw-r-----",
        "/lib/systemd/system/grantexd-backup.service": plain,
        "/lib/systemd/system/grantexd-backup.timer": plain,
        "/lib/systemd/system/grantexd.service": plain,
        "/lib/systemd/system/grantexd.socket": plain,
        "/usr/bin/grantexd": "-rwxr-xr-x",
        "/usr/lib/sysusers.d/grantexd.conf": plain,
        "/usr/lib/tmpfiles.d/grantexd.conf": plain,
        "/usr/share/doc/grantexd/changelog.gz": plain,
        "/usr/share/doc/grantexd/copyright": plain,
        "/usr/share/doc/grantexd/examples/Caddyfile": plain,
        "/usr/share/doc/grantexd/examples/nginx.conf": plain,
        "/usr/share/grantexd/grafana/grantexd.json": plain,
        "/usr/share/grantexd/prometheus/grantexd.rules.yml": plain,
        "/usr/share/lintian/overrides/grantexd": plain,
        "/usr/share/man/man1/grantexd.1.gz": plain,
    });
    for (const [name, mode] of Object.entries(files))
        if (name.endsWith("/")) assert.equal(mode, "drwxr-xr-x", name);
    assert.match(first, /\/grantexd_\d+\.\d+\.\d+_amd64\.deb$/);
});

test("the program in it is stripped, and the same input gives the same package", async () => {
    const again = await make_package();
    assert.equal(digest(again), digest(first));
    assert.notEqual(digest(second), digest(first));
    const files = temporary_directory();
    await must(["dpkg-deb", "--extract", first, files]);
    const program = join(files, "usr/bin/grantexd");
    assert.match(await must(["file", "--brief", program]), /, stripped$/m);
    assert.ok(statSync(program).size < 16 * 1024 * 1024);
});

test("without a running systemd it makes the user, the key and the owners, and starts nothing", async () => {
    await install(bare, "first");
    assert.match(await bare.must("getent", "passwd", "grantexd"), /:\/var\/lib\/grantexd:\/usr\/sbin\/nologin$/m);
    assert.match(read(bare, key_file), /^[0-9a-f]{64}$/);
    assert.equal(await owner_of(bare, key_file), "600 root root");
    assert.equal(await owner_of(bare, settings_file), "640 root grantexd");
    assert.equal(await owner_of(bare, "/etc/grantexd"), "750 root grantexd");
    assert.equal(await owner_of(bare, "/var/lib/grantexd"), "700 grantexd grantexd");
    assert.equal(await bare.must("dpkg", "--verify", "grantexd"), "");
    assert.deepEqual((await bare.must("ps", "-e", "-o", "comm=")).trim().split("\n"), ["sleep", "ps"]);
    for (const file of [key_file, settings_file])
        assert.notEqual((await bare.run("runuser", "-u", "nobody", "--", "cat", file)).code, 0, file);
    await bare.must("runuser", "-u", "grantexd", "--", "cat", settings_file);
});

test("a key that is there stays, whoever put it there; after a purge there is another", async () => {
    const made = read(bare, key_file);
    await bare.must("dpkg", "--purge", "grantexd");
    assert.ok(!(await exists(bare, "/etc/grantexd")));
    const theirs = "a1".repeat(32);
    await bare.sh(`mkdir /etc/grantexd && printf %s ${theirs} >${key_file} && chmod 644 ${key_file}`);
    for (const name of ["first", "second"]) {
        await install(bare, name);
        assert.equal(read(bare, key_file), theirs);
        assert.equal(await owner_of(bare, key_file), "600 root root");
    }
    await bare.sh(`rm ${key_file} && dpkg-reconfigure grantexd`);
    assert.match(read(bare, key_file), /^[0-9a-f]{64}$/);
    assert.ok(![made, theirs].includes(read(bare, key_file)));
});

test("beside a database that is there it makes no new key, and takes the one of that database", async () => {
    await bare.sh(`rm ${key_file} && echo database >${database}`);
    const { code, stderr } = await bare.run("dpkg-reconfigure", "grantexd");
    assert.equal(code, 0, stderr);
    assert.match(stderr, /master\.key is missing.*\n.*Try: copy it back/);
    assert.ok(!(await exists(bare, key_file)));
    const own = "b2".repeat(32);
    await bare.sh(`echo ${own} >/var/lib/grantexd/master.key && dpkg-reconfigure grantexd`);
    assert.equal(read(bare, key_file), own);
    assert.equal(await owner_of(bare, key_file), "600 root root");
});

test("installed it runs; upgraded it runs on with its data, key and changed settings; removed it keeps them", async () => {
    const machine = await machine_with({ [basename(first, ".deb")]: first, second });
    // As README.md says it.
    const readme = readFileSync(join(top, "README.md"), "utf8");
    const [, commands] = /```sh\n(apt install [\s\S]*?)```/.exec(readme);
    const said = await machine.sh(`cd /root\n${commands}`);
    assert.match(said, /Active: active \(running\)/);
    assert.match(said, /"status":"healthy"/);
    for (const unit of units) assert.ok(await is_active(machine, unit), unit);
    for (const unit of units)
        assert.equal((await machine.must("systemctl", "is-enabled", unit)).trim(), "enabled");
    assert.ok(await is_healthy(machine));
    const key = read(machine, key_file);
    const main_pid = () => machine.must("systemctl", "show", "-P", "MainPID", "grantexd");
    const pid = await main_pid();

    writeFileSync(machine.path(settings_file), "# ours\n");
    await machine.must("systemctl", "disable", "grantexd-backup.timer");
    await install(machine, "second");
    assert.ok(await is_healthy(machine));
    assert.notEqual(await main_pid(), pid, "the new program did not take over");
    assert.equal(read(machine, key_file), key);
    assert.equal(read(machine, settings_file), "# ours\n");
    assert.equal(await owner_of(machine, settings_file), "640 root grantexd");
    const { stdout } = await machine.run("systemctl", "is-enabled", "grantexd-backup.timer");
    assert.equal(stdout.trim(), "disabled");

    await machine.must("dpkg", "--remove", "grantexd");
    for (const unit of units) assert.ok(!(await is_active(machine, unit)), unit);
    assert.ok(!(await exists(machine, "/usr/bin/grantexd")));
    for (const file of [key_file, settings_file, database])
        assert.ok(await exists(machine, file), file);

    await install(machine, "second");
    assert.ok(await is_healthy(machine), "it does not open the data that a removal kept");
    assert.equal(read(machine, key_file), key);

    await machine.must("dpkg", "--purge", "grantexd");
    for (const folder of ["/etc/grantexd", "/var/lib/grantexd"])
        assert.ok(!(await exists(machine, folder)), folder);
    const left = await machine.sh(
        "find /etc /var/lib /lib/systemd /usr/lib -xdev -name '*grantexd*' | sort",
    );
    assert.equal(left, "");
    await machine.stop();
});

test("./server/package makes this package", async (t) => {
    if (binary() !== join(top, ".build/release/grantexd"))
        return t.skip("the program under test is not the one that is built here");
    const env = { PATH: process.env.PATH, HOME: process.env.HOME, SOURCE_DATE_EPOCH: source_date };
    const printed = await must([join(top, "server/package")], { env });
    assert.equal(digest(printed.trim()), digest(first));
});

test("lintian finds no error and no warning", async () => {
    const { code, stdout, stderr } = await opinion;
    assert.equal(stdout.replace(/^N:.*\n/gm, ""), "", stderr);
    assert.equal(code, 0, stderr);
});
