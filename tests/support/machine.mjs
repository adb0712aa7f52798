// A Debian machine for one test: the files of this one under an overlay that is thrown away, and
// processes, network and, if it is asked for, a systemd of its own. Only root can make one.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as node_test from "node:test";

import { eventually } from "./process_state.mjs";
import { run_program, temporary_directory } from "./server.mjs";

// Ends with its standard input, so that nothing outlives the test. systemd moves processes between
// control groups, and finds none here but its own.
const outer = `
mount -t tmpfs tmpfs "$BASE"
cd "$BASE"
mkdir upper work root groups
mount -t cgroup2 cgroup2 groups
export GROUP="groups/grantexd-test-$$"
mkdir "$GROUP"
sh -c 'echo $$ >"$GROUP/cgroup.procs"
    exec unshare --cgroup --mount --pid --fork --uts --ipc --net --kill-child sh -euc "$INNER"' &
machine=$!
read -r line || true
kill -KILL "$machine" || true
wait "$machine" || true
# The kernel lets go of the last process a little later.
for try in $(seq 100); do
    find "$GROUP" -depth -type d -exec rmdir {} + 2>/dev/null && break
    sleep 0.1
done
`;

const inner = `
cd "$BASE"
mount -t overlay overlay -o lowerdir=/,upperdir=upper,workdir=work root
cd root
mount -t proc proc proc
# What is set there holds for every machine of this kernel.
mount --bind proc/sys proc/sys
mount -o remount,ro,bind proc/sys
mount -t sysfs -o ro sysfs sys
mount -t tmpfs tmpfs sys/fs/cgroup
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev
for device in null zero full random urandom tty; do
    : >dev/$device
    mount --bind /dev/$device dev/$device
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666 devpts dev/pts
ln -s pts/ptmx dev/ptmx
mount -t tmpfs -o mode=755 tmpfs run
mount -t tmpfs -o mode=1777 tmpfs tmp
# Some machines forbid packages to start services; on this one they may.
rm -f usr/sbin/policy-rc.d
# The index of all manuals is not made anew after every package.
rm -f var/lib/man-db/auto-update
: >etc/machine-id
ip link set lo up
# Not a mere change of root, in which the kernel lets nobody make a user namespace.
pivot_root . mnt
umount --lazy mnt
# As systemd finds it on a real machine: it mounts credentials beside a service, which shall see them.
mount --make-rshared /
exec env -i container=other PATH=/usr/sbin:/usr/bin:/sbin:/bin $INIT
`;

export class Machine {
    // Without systemd nothing runs on it but what a test runs.
    async start({ systemd = true } = {}) {
        const env = {
            PATH: process.env.PATH,
            BASE: temporary_directory(),
            INNER: inner,
            INIT: systemd ? "/lib/systemd/systemd --system --unit=basic.target" : "sleep infinity",
        };
        this.outer = spawn("unshare", ["--mount", "sh", "-euc", outer], {
            env,
            stdio: ["pipe", "ignore", "pipe"],
            detached: true, // what interrupts the test must not interrupt the cleaning up
        });
        let trouble = "";
        this.outer.stderr.setEncoding("utf8").on("data", (text) => (trouble += text));
        // A failed test leaves its machine running; it ends with this process.
        for (const handle of [this.outer, this.outer.stdin, this.outer.stderr]) handle.unref();
        const init = systemd ? "systemd" : "sleep";
        const is_up = await eventually(async () => {
            const [maker] = children(this.outer.pid);
            this.pid = maker && children(maker)[0];
            if (!this.pid || name_of(this.pid) !== init) return false;
            if (!systemd) return true;
            const { stdout } = await this.run("systemctl", "is-active", "basic.target");
            return stdout === "active\n";
        }, 20_000);
        if (!is_up) throw new Error(`no machine of its own can be made here: ${trouble}`);
        return this;
    }

    // {code, signal, stdout, stderr} of a program that runs on it.
    run(...command) {
        const enter = ["nsenter", "--target", `${this.pid}`, "--all", "--root", "--wd"];
        const env = { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", DEBIAN_FRONTEND: "noninteractive" };
        return run_program([...enter, ...command], { env, patience: 120_000 });
    }
    // Its output; it must succeed.
    async must(...command) {
        const { code, stdout, stderr } = await this.run(...command);
        if (code !== 0) throw new Error(`${command.join(" ")}: ${code}\n${stdout}${stderr}`);
        return stdout;
    }
    sh(script) {
        return this.must("sh", "-euc", script);
    }
    // Where a file of it is found from here.
    path(name) {
        return join(`/proc/${this.pid}/root`, name);
    }

    async stop() {
        this.outer.ref();
        this.outer.stdin.end();
        if (this.outer.exitCode === null) await once(this.outer, "exit");
    }
}

function children(pid) {
    try {
        const text = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
        return text.trim().split(" ").filter(Boolean).map(Number);
    } catch {
        return []; // it has ended
    }
}

function name_of(pid) {
    try {
        return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    } catch {
        return undefined;
    }
}

export const start_machine = (options) => new Machine().start(options);

// The rights that a machine of its own takes. Where the kernel gives them to nobody, as in a container
// without privileges, its tests are skipped, and say so.
const rights = `mount -t tmpfs tmpfs /mnt && mount -t cgroup2 cgroup2 /mnt`;
const flags = ["--mount", "--cgroup", "--pid", "--fork", "--uts", "--ipc", "--net"];
const { code, stderr } = await run_program(["unshare", ...flags, "sh", "-euc", rights]);
const skip = code === 0 ? undefined : `no machine of its own can be made here: ${stderr.trim()}`;

export const test = skip ? (name) => node_test.test(name, { skip }) : node_test.test;
export const before = skip ? () => {} : node_test.before;
export const after = skip ? () => {} : node_test.after;
