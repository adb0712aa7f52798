// Builds what a suite needs in the copied tree, runs the suite and judges how it ended. Only a
// check that did not hold is a failed test; a program that cannot be built, started or ended, or a
// suite without tests, says nothing about a promise.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";

import { copied_tree } from "./copied_tree.mjs";

const units = ["crypto", "storage", "web", "rules", "http", "api"];
const patience_seconds = 600;
const timed_out = 124;
const boost_test_failed = 201; // boost::exit_test_failure

const run = (command, args, env = {}) =>
    spawnSync(command, args, {
        cwd: copied_tree,
        encoding: "utf8",
        env: { ...process.env, ...env },
        maxBuffer: 2 ** 28,
    });

// timeout(1) ends a whole group of processes: servers that a test started as well.
const run_patiently = (command, args, env) =>
    run("timeout", ["--kill-after=10", `${patience_seconds}`, command, ...args], env);

function build(...targets) {
    const { status, stdout, stderr } = run("./server/build", ["dev", ...targets]);
    if (status !== 0) throw new Error(`it does not build\n${stdout}${stderr}`);
}

function judge(ended, failed_test) {
    const { status, stdout, stderr } = ended;
    if (status === 0) return { passed: true };
    if (status === timed_out) throw new Error(`it does not end within ${patience_seconds} s`);
    const test = failed_test(ended);
    if (!test) throw new Error(`it ends with ${status}, but no test failed\n${stdout}${stderr}`);
    return { passed: false, test };
}

// A signal that Boost caught is a crash, whatever check came before it.
function failed_unit({ status, stdout, stderr }) {
    const text = stdout + stderr;
    if (status !== boost_test_failed || /signal:|memory access violation/.test(text)) return null;
    return text.match(/error: in "(?:[^"]*\/)?([^"/]+)"/)?.[1];
}

// In TAP the assertion stands in the block below the test that it failed.
function failed_program({ stdout }) {
    const before = stdout.split("code: 'ERR_ASSERTION'");
    if (before.length < 2) return null;
    return [...before[0].matchAll(/^\s*not ok \d+ - (.*)$/gm)].at(-1)?.[1];
}

function run_unit(tier, suite) {
    const program = `${tier}_tests`;
    build(program);
    const options = ["--log_level=error", "--color_output=no"];
    if (suite) options.push(`--run_test=${suite}`);
    return judge(run_patiently(`.build/dev/${program}`, options), failed_unit);
}

function run_program(tier, suite) {
    const file = `tests/${tier}/${suite}_test.mjs`;
    if (!existsSync(join(copied_tree, file))) throw new Error(`there is no ${file}`);
    build("grantexd", "disk_faults", "checked_pages");
    const [program, faults] = ["grantexd", "libdisk_faults.so"].map((built) =>
        join(copied_tree, ".build/dev", built),
    );
    const env = {
        GRANTEXD_BINARY: program,
        GRANTEXD_DEV_BINARY: program,
        GRANTEXD_DISK_FAULTS: faults,
        GRANTEXD_CHECKED_PAGES: join(copied_tree, ".build/dev/libchecked_pages"),
    };
    const options = ["--test", "--test-reporter=tap"];
    return judge(run_patiently("node", [...options, file], env), failed_program);
}

// {passed: true}, or {passed: false, test: the name of one that failed}; throws when it is neither.
export const run_suite = ({ tier, suite }) =>
    (units.includes(tier) ? run_unit : run_program)(tier, suite);
