// The units of the package, under a real systemd: what they take away, what still works, and what
// happens when the server ends, hangs, is restarted or lacks something.
import assert from "node:assert/strict";
import { copyFileSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { make_package, must, top } from "../support/deb_package.mjs";
import { after, before, start_machine, test } from "../support/machine.mjs";
import { eventually } from "../support/process_state.mjs";
import { rounds, run_grantexd } from "../support/server.mjs";

const unit_file = (name) => join(top, "systemd", name);
const services = ["grantexd.service", "grantexd-backup.service"];
const exposure_max = 1.5;
const failed_by_setting = 78;

let machine;
before(async () => {
    machine = await start_machine();
    copyFileSync(await make_package(), machine.path("/root/grantexd.deb"));
    await change("service", "open", "[Service]\nEnvironment=GRANTEXD_SIGNUP=open");
    await machine.must("dpkg", "--install", "/root/grantexd.deb");
    await until_it_answers();
});
after(() => machine.stop());

const property = async (name, unit = "grantexd") =>
    (await machine.must("systemctl", "show", "--property", name, "--value", unit)).trim();
// As `systemctl edit` does it.
async function change(kind, name, text) {
    const folder = `/etc/systemd/system/grantexd.${kind}.d`;
    await machine.sh(`mkdir -p ${folder} && printf '%s\n' '${text}' >${folder}/${name}.conf`);
    await machine.must("systemctl", "daemon-reload");
}
async function change_back(kind, name) {
    await machine.must("rm", `/etc/systemd/system/grantexd.${kind}.d/${name}.conf`);
    await machine.must("systemctl", "daemon-reload");
}
const answers = async (path = "/health", ...flags) =>
    (await machine.run("curl", "-fsS", ...flags, `http://127.0.0.1:3001${path}`)).code === 0;
const until_it_answers = async () => assert.ok(await eventually(() => answers(), 30_000));
async function restart() {
    await machine.must("systemctl", "restart", "grantexd");
    await until_it_answers();
}
const status_of = async () => {
    const text = readFileSync(machine.path(`/proc/${await property("MainPID")}/status`), "utf8");
    return Object.fromEntries(text.trim().split("\n").map((line) => line.split(/:\s+/)));
};

test("S-128 the services are exposed to at most 1.5", async (t) => {
    for (const name of services) {
        const text = await must(["systemd-analyze", "security", "--offline=true", unit_file(name)]);
        const [, exposure] = /Overall exposure level for \S+: (\d+\.\d+)/.exec(text);
        t.diagnostic(`${name} ${exposure}`);
        assert.ok(Number(exposure) <= exposure_max, text);
    }
});

test("systemd understands every line of the units", async () => {
    const names = [...services, "grantexd.socket", "grantexd-backup.timer"];
    const folder = "/lib/systemd/system";
    const { code, stdout, stderr } = await machine.run(
        "systemd-analyze", "verify", "--man=yes", ...names.map((name) => `${folder}/${name}`),
    );
    const own = (stdout + stderr).split("\n").filter((line) => line.includes("grantexd"));
    assert.deepEqual(own, []);
    assert.equal(code, 0, stderr);
});

test("it runs as its own user, without rights, filtered, and its memory is not dumped", async () => {
    const status = await status_of();
    const id = (await machine.must("id", "-u", "grantexd")).trim();
    assert.deepEqual(status.Uid.split(/\s+/), [id, id, id, id]);
    for (const set of ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb"])
        assert.equal(status[set], "0".repeat(16), set);
    assert.equal(status.NoNewPrivs, "1");
    assert.equal(status.Seccomp, "2");
    assert.equal(status.CoreDumping, "0");
    const limits = readFileSync(machine.path(`/proc/${await property("MainPID")}/limits`), "utf8");
    assert.match(limits, /^Max core file size +0 +0 /m);
    assert.equal(await property("LimitNOFILE"), "65536");
});

test("inside its sandbox nothing can be written but its state, and no other process is seen", async () => {
    const pid = await property("MainPID");
    const inside = (script) =>
        machine.run("nsenter", "--target", pid, "--mount", "sh", "-euc", script);
    for (const folder of ["/etc", "/usr/bin", "/var/lib", "/etc/grantexd", "/boot", "/proc/sys/kernel"])
        assert.notEqual((await inside(`: >${folder}/test`)).code, 0, folder);
    for (const folder of ["/var/lib/grantexd", "/tmp"])
        assert.equal((await inside(`: >${folder}/test && rm ${folder}/test`)).code, 0, folder);
    await machine.sh("for folder in /home /root /dev /tmp; do : >$folder/visible; done");
    for (const file of ["/home/visible", "/root/visible", "/dev/visible", "/tmp/visible", "/proc/meminfo"])
        assert.notEqual((await inside(`test -e ${file}`)).code, 0, file);
    const as_server = "setpriv --reuid=grantexd --regid=grantexd --clear-groups";
    assert.equal((await inside(`${as_server} test -e /proc/self`)).code, 0);
    assert.notEqual((await inside(`${as_server} test -e /proc/1`)).code, 0);
});

test("the key comes from /etc/grantexd through systemd, and no other file holds it", async () => {
    const key = readFileSync(machine.path("/etc/grantexd/master.key"), "utf8");
    const files = await machine.sh("ls -A /var/lib/grantexd");
    assert.doesNotMatch(files, /master\.key/);
    assert.match(files, /^grantexd\.db$/m);
    assert.equal(await machine.sh("stat -c '%a %U' /var/lib/grantexd"), "700 grantexd\n");
    assert.equal(await machine.sh("find /var/lib/grantexd -type f -perm /077"), "");
    const holders = await machine.run("grep", "-rl", key, "/var/lib/grantexd", "/etc");
    assert.equal(holders.stdout, "/etc/grantexd/master.key\n");
    assert.equal((await machine.run("runuser", "-u", "grantexd", "--", "cat", "/etc/grantexd/master.key")).code, 1);
});

test("the commands of the operator find the server, and doctor says what is left to do", async () => {
    const { code, stdout, stderr } = await machine.run("grantexd", "doctor", "--json");
    assert.equal(code, 0, stdout + stderr);
    const found = Object.fromEntries(JSON.parse(stdout).map((row) => [row.check, row]));
    for (const name of ["settings", "server", "health", "disk", "consent"])
        assert.equal(found[name].state, "good", JSON.stringify(found[name]));
    for (const name of ["url", "backups", "mail", "metrics"]) {
        assert.equal(found[name].state, "advice", name);
        assert.match(found[name].try, /\S/, name);
    }
    const made = JSON.parse(await machine.must("grantexd", "init", "--json"));
    assert.match(made.apiKey ?? "", made.created ? /^gx_live_/ : /^$/);
});

test("in the sandbox the whole job is done: consent, signature, revocation, a stream", async () => {
    const script = `
        import { Api } from "${top}tests/support/api.mjs";
        import { SseClient } from "${top}tests/support/event_stream.mjs";
        const base = "http://127.0.0.1:3001";
        const signup = { name: "Operator", mode: "sandbox" };
        const { apiKey } = await new Api(base, "").must(201, "POST", "/v1/signup", signup);
        const api = new Api(base, apiKey);
        const stream = await SseClient.open(api);
        const granted = await api.grant(await api.agent_id());
        const before = await api.is_valid(granted.grantToken);
        await api.revoke(granted.grantId);
        const after = await api.is_valid(granted.grantToken);
        await stream.until_text("grant.revoked");
        stream.close();
        console.log(JSON.stringify([before, after]));`;
    const node = process.execPath;
    assert.equal(await machine.must(node, "--input-type=module", "-e", script), "[true,false]\n");
});

test("a secret that systemd hands over opens the metrics", async () => {
    const key = "metrics-key-of-the-machine-0123456789";
    await machine.sh(`umask 077 && printf %s ${key} >/etc/grantexd/metrics.key`);
    await change("service", "metrics", `[Service]
LoadCredential=metrics-key:/etc/grantexd/metrics.key
Environment=GRANTEXD_METRICS_API_KEY_FILE=%d/metrics-key`);
    await restart();
    assert.ok(!(await answers("/metrics")));
    assert.ok(await answers("/metrics", "-H", `Authorization: Bearer ${key}`));
    await change_back("service", "metrics");
    await restart();
});

test("killed, it is started again within seconds, on its data", async () => {
    const before = await property("NRestarts");
    await machine.must("systemctl", "kill", "--signal=KILL", "grantexd");
    assert.ok(await eventually(async () => (await property("NRestarts")) !== before, 15_000));
    await until_it_answers();
    assert.equal(await property("NRestarts"), String(Number(before) + 1));
});

test("a setting that is wrong ends it with 78, and it is not started again", async () => {
    await change("service", "wrong", "[Service]\nEnvironment=GRANTEXD_LISTN=127.0.0.1:3001");
    await machine.run("systemctl", "restart", "grantexd");
    assert.ok(await eventually(async () => (await property("ActiveState")) === "failed"));
    assert.equal(await property("ExecMainStatus"), String(failed_by_setting));
    const restarts = await property("NRestarts");
    await new Promise((resolve) => setTimeout(resolve, 4000)); // longer than RestartSec
    assert.equal(await property("NRestarts"), restarts);
    assert.equal(await property("ActiveState"), "failed");
    assert.match(await machine.must("journalctl", "-u", "grantexd"), /Did you mean GRANTEXD_LISTEN\?/);
    await change_back("service", "wrong");
    await restart();
});

test("a wrong setting under calls ends in a stop, and the right one ends that", async () => {
    await change("service", "wrong", "[Service]\nEnvironment=GRANTEXD_LISTN=127.0.0.1:3001");
    await machine.run("systemctl", "restart", "grantexd");
    // Each call would start it through the socket, and each start ends with 78.
    const is_down = async () => {
        await answers("/health", "--max-time", "1");
        return (await property("ActiveState", "grantexd.socket")) === "failed";
    };
    assert.ok(await eventually(is_down, 30_000));
    assert.equal(await property("ActiveState"), "failed");
    await change_back("service", "wrong");
    await machine.must("systemctl", "reset-failed", "grantexd.service", "grantexd.socket");
    await restart();
    assert.equal(await property("ActiveState", "grantexd.socket"), "active");
});

test("without its key it does not start, and makes no other one", async () => {
    await machine.must("mv", "/etc/grantexd/master.key", "/root/master.key");
    await machine.run("systemctl", "restart", "grantexd");
    assert.notEqual(await property("ActiveState"), "active");
    assert.doesNotMatch(await machine.sh("ls -A /var/lib/grantexd"), /master\.key/);
    await machine.must("mv", "/root/master.key", "/etc/grantexd/master.key");
    await restart();
});

test("the next backup is at two at night, within half an hour", async () => {
    const next = await machine.must("systemctl", "show", "-P", "NextElapseUSecRealtime", "grantexd-backup.timer");
    assert.match(next, / 02:[0-2]\d:/);
});

test("it is ready when it answers, and says what it does", async () => {
    await machine.must("systemctl", "restart", "grantexd");
    assert.ok(await answers());
    assert.notEqual(await property("StatusText"), "");
});

test("a loop that is stuck is noticed and started again", async () => {
    await change("service", "impatient", "[Service]\nWatchdogSec=6");
    await restart();
    await new Promise((resolve) => setTimeout(resolve, 10_000));
    const before = await property("NRestarts");
    assert.equal(await property("ActiveState"), "active", "it does not ping in time");
    await machine.must("systemctl", "kill", "--signal=STOP", "grantexd");
    assert.ok(await eventually(async () => (await property("NRestarts")) !== before, 40_000));
    await until_it_answers();
    await change_back("service", "impatient");
    await restart();
});

test("R-17 no connection is refused while it restarts", async () => {
    // A call whose connection is closed before its request was read may be made again; one that is
    // refused (7) finds nobody there.
    const calls = machine.run("sh", "-uc", `
        failed=0 refused=0
        call() { curl -fsS -o /dev/null http://127.0.0.1:3001/health; }
        for number in $(seq ${rounds(200)}); do
            call
            case $? in
            0) ;;
            7) refused=$((refused + 1)) ;;
            *) call || failed=$((failed + 1)) ;;
            esac
        done
        echo "failed: $failed refused: $refused"`);
    // More often than the start limit allows those who fail.
    for (let round = 0; round < rounds(3); ++round)
        await machine.sh("systemctl reset-failed grantexd; systemctl restart grantexd");
    assert.equal((await calls).stdout, "failed: 0 refused: 0\n");
});

test("a reload keeps the process, and the socket unit has its address", async () => {
    const pid = await property("MainPID");
    await machine.must("systemctl", "reload", "grantexd");
    assert.ok(await answers());
    assert.equal(await property("MainPID"), pid);
    assert.equal(await property("Listen", "grantexd.socket"), "127.0.0.1:3001 (Stream)");
});

test("the backup unit leaves a copy that only the server's user reads", async (t) => {
    const known = await run_grantexd(["backup", "--help"]);
    if (known.code !== 0) return t.skip("this program makes no backups");
    await machine.must("systemctl", "start", "grantexd-backup.service");
    const text = await machine.sh("find /var/lib/grantexd/backups -type f -printf '%m %u %s\\n'");
    const files = text.trim().split("\n");
    assert.deepEqual(files.filter((line) => !line.startsWith("600 grantexd ")), []);
    assert.match(text, /^600 grantexd [1-9]\d{4,}$/m);
});
