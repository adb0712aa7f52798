// The results as text: tables of Markdown, which is what the README quotes.
import { nominal } from "./limits.mjs";
import { at, nominal_us, signatures } from "./targets.mjs";

const whole = (number) => Math.round(number).toLocaleString("en-US");
const short = (number) =>
    number >= 100 ? whole(number) : Number(number.toPrecision(2)).toString();
const slashed = (runs, name, form = whole) => runs.map((run) => form(run[name])).join(" / ");
const in_ms = (us) => short(us / 1000);
const of = (run, limit) => (run.rate / (limit.rate ?? limit.signs)).toFixed(2);
const row = (...cells) => `| ${cells.join(" | ")} |`;

function operation_row(operation) {
    const { title, runs, nginx, all_cores } = operation;
    const busy = at(operation, 64);
    return row(
        title,
        slashed(runs, "rate"),
        slashed(runs, "p50_us", in_ms),
        slashed(runs, "p99_us", in_ms),
        short(busy.cpu_us),
        short(nominal_us(operation, busy)),
        all_cores
            ? `${signatures(operation, busy).toFixed(2)} signatures; ${of(busy, all_cores)} of RSA`
            : `${of(busy, nginx)} of nginx`,
    );
}

function operations_table({ operations, rsa }) {
    const nginx = operations.map((each) => each.nginx);
    const mean = (name) => nginx.reduce((sum, each) => sum + each[name], 0) / nginx.length;
    return [
        row(
            "operation",
            "req/s at 1 / 16 / 64 connections",
            "p50 ms",
            "p99 ms",
            "CPU us",
            "CPU us, nominal core",
            "ratio",
        ),
        row("---", "---", "---", "---", "---", "---", "---"),
        ...operations.map(operation_row),
        row(
            "nginx `return 200`, one worker",
            `- / - / ${whole(mean("rate"))}`,
            "",
            "",
            short(mean("cpu_us")),
            "",
            "",
        ),
        row(
            "RSA-2048 sign, one core by its CPU time",
            whole(rsa.signs),
            "",
            "",
            short(1e6 / rsa.signs),
            "",
            "",
        ),
    ];
}

const durations = ({
    revocation: { tree, deliveries, deliveries_tls },
    start_up,
    memory,
    loaded_mb,
    program_mb,
}) => [
    row("what", "measured"),
    row("---", "---"),
    row("revoke a tree of 1,000 grants", `${short(tree.ms)} ms, ${short(tree.cpu_ms)} ms of CPU`),
    row(
        "webhook deliveries to one receiver",
        `${whole(deliveries.rate)} a second, ${short(deliveries.cpu_us)} us of CPU each`,
    ),
    row(
        "... with TLS",
        `${whole(deliveries_tls.rate)} a second, ${short(deliveries_tls.cpu_us)} us of CPU each`,
    ),
    row("first answer after the start", `${short(start_up.ms)} ms`),
    row("memory idle, at most under load", `${short(memory.idle_mb)} MB, ${short(loaded_mb)} MB`),
    row(
        "memory of an idle connection",
        `${short(memory.bytes_a_connection / 1024)} kB (${whole(memory.connections)} open)`,
    ),
    row("program without debug information", `${short(program_mb)} MB`),
];

function growth_table({ growth: { operations, servers } }) {
    const counts = servers.map(({ rows }) => whole(rows));
    const cells = (by_rows, name, form) => by_rows.map((each) => form(each[name])).join(" / ");
    return [
        row(`rows of each kind: ${counts.join(" / ")}`, "CPU us", "p50 ms", "p99 ms"),
        row("---", "---", "---", "---"),
        ...operations.map(({ title, by_rows }) =>
            row(
                title,
                cells(by_rows, "cpu_us", short),
                cells(by_rows, "p50_us", in_ms),
                cells(by_rows, "p99_us", in_ms),
            ),
        ),
        row(
            "first answer after the start, ms",
            servers.map((each) => short(each.start_up.ms)).join(" / "),
            "",
            "",
        ),
        row("most memory, MB", servers.map((each) => short(each.memory_mb)).join(" / "), "", ""),
        row("database, MB", servers.map((each) => short(each.file_mb)).join(" / "), "", ""),
    ];
}

function judgement_table(judgements) {
    const verdict = ({ is_met, missed_by }) =>
        is_met ? "met" : `missed by ${whole(missed_by * 100)} %`;
    return [
        row("target", "is to be", "is", ""),
        row("---", "---", "---", "---"),
        ...judgements.map((each) =>
            row(
                each.title,
                `at ${each.is_most ? "most" : "least"} ${each.bound} ${each.unit}`.trim(),
                `${short(each.value)} ${each.unit}`.trim(),
                verdict(each),
            ),
        ),
    ];
}

function machine_lines({ machine, operations, disk, loop, rsa }) {
    const generator = operations.map((each) => at(each, 64).generator_us);
    const commits = Object.entries(disk.rows_per_second).map(
        ([rows, rate]) => `${whole(rate)} (${rows})`,
    );
    const { cpu, cores, system, kernel, load_before } = machine;
    const [least, most] = [Math.min(...generator), Math.max(...generator)].map(short);
    return [
        `${cpu}, ${cores} cores, ${system}, kernel ${kernel}; load before: ${short(load_before)}.`,
        `A core signs ${whole(rsa.signs)} times a second of its CPU time`,
        `(a nominal one: ${whole(nominal.signs)}, and nginx takes ${nominal.nginx_us} us there).`,
        `fdatasync of 4 kB takes ${short(disk.fdatasync_us)} us.`,
        `SQLite alone commits rows a second (rows a commit): ${commits.join(", ")}.`,
        `The load generator shares the cores and takes ${least} to ${most} us a request.`,
        `The loop was late by at most ${loop.p999_ms} ms in 99.9 % of ${loop.samples} samples.`,
    ];
}

export const write_table = (results, judgements) =>
    [
        machine_lines(results).join("\n"),
        ...[operations_table, durations, growth_table].map((table) => table(results).join("\n")),
        judgement_table(judgements).join("\n"),
    ].join("\n\n") + "\n";
