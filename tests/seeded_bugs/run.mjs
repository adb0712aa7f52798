// Do the tests see a broken promise? Puts one bug after the other into a copy of the tree, builds
// it, and demands that the suite which the bug names fails:   ./tests/run seeded_bugs [NAME...]
import { copy_tree, put_in } from "./copied_tree.mjs";
import { read_bugs } from "./read_bugs.mjs";
import { run_suite } from "./run_suite.mjs";

const first_line = (text) => text.split("\n")[0];
const print_row = (cells) =>
    console.log(cells.map((cell, i) => cell.padEnd([36, 26, 6, 0][i])).join(" ").trimEnd());

function attempt(bug) {
    try {
        copy_tree();
        put_in(bug);
        const { passed, test } = run_suite(bug);
        return passed ? { seen: false, says: "NOT SEEN: it passes" } : { seen: true, says: test };
    } catch (problem) {
        return { seen: false, says: `NOT SEEN: ${first_line(problem.message)}`, problem };
    }
}

function timed(work) {
    const start = Date.now();
    return { ...work(), took: `${Math.round((Date.now() - start) / 1000)} s` };
}

// A suite that fails by itself would see every bug.
function check_suites(bugs) {
    copy_tree();
    const suites = new Map(bugs.map((bug) => [bug.seen_by, bug]));
    for (const [seen_by, suite] of suites) {
        const { passed, test } = run_suite(suite);
        if (!passed) throw new Error(`${seen_by} fails without any bug: ${test}`);
        console.log(`${seen_by} passes without a bug`);
    }
}

function main(names) {
    const bugs = read_bugs(names);
    check_suites(bugs);
    print_row(["bug", "suite", "took", "test that saw it"]);
    let score = 0;
    for (const bug of bugs) {
        const { seen, says, took, problem } = timed(() => attempt(bug));
        print_row([bug.name, bug.seen_by, took, says]);
        if (problem) console.log(problem.message);
        score += seen ? 1 : 0;
    }
    copy_tree();
    console.log(`${score} of ${bugs.length} seeded bugs are seen`);
    return score === bugs.length;
}

try {
    process.exitCode = main(process.argv.slice(2)) ? 0 : 1;
} catch (problem) {
    console.error(`seeded_bugs: ${problem.message}`);
    process.exitCode = 1;
}
