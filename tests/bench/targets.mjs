// What the server is to reach, and whether it did.
import { nominal } from "./limits.mjs";

// Requests a second at 64 connections of the public reference implementation (Node, PostgreSQL,
// Redis) with its stores and its load on two cores of an AMD EPYC: for such a machine only.
const reference = {
    verify: 1701,
    exchange: 171,
    refresh: 304,
    delegate: 310,
    authorize: 715,
    audit: 212,
};

// Microseconds of CPU time a request, and the same in signatures for what signs.
export const cpu_targets = {
    health: 12,
    jwks: 12,
    consent_page: 40,
    verify: 60,
    authorize: 60,
    audit: 50,
};
export const signatures_target = 1.25;

const of = (results, id) => results.operations.find((each) => each.id === id);
export const at = (operation, connections) =>
    operation.runs.find((run) => run.connections === connections);
const busy = (results, id) => at(of(results, id), 64);

// CPU time as a core of nominal speed would have needed it. How fast the core was, nginx tells and,
// for what signs, RSA, which were measured beside it.
const on_nominal_core = (time, nginx) => (time * nominal.nginx_us) / nginx.cpu_us;
export const nominal_us = ({ rsa, nginx }, { cpu_us }) =>
    rsa ? (cpu_us * rsa.signs) / nominal.signs : on_nominal_core(cpu_us, nginx);
export const signatures = (operation, run) => (run.cpu_us * operation.rsa.signs) / 1e6;

const cpu = (id, title) => ({
    title: `${title}: CPU a request`,
    unit: "us",
    most: cpu_targets[id],
    value: (results) => nominal_us(of(results, id), busy(results, id)),
});
const of_nginx = (id, title, least) => ({
    title: `${title}: rate of nginx's`,
    least,
    value: (results) => busy(results, id).rate / of(results, id).nginx.rate,
});
const of_reference = (id, title, least) => ({
    title: `${title}: rate of the reference implementation's`,
    least,
    value: (results) => busy(results, id).rate / reference[id],
});
const in_signatures = (id, title) => ({
    title: `${title}: CPU a request, in RSA signatures`,
    most: signatures_target,
    value: (results) => signatures(of(results, id), busy(results, id)),
});
const of_signing = (id, title) => ({
    title: `${title}: rate of the RSA signatures of all cores`,
    least: 0.8,
    value: (results) => busy(results, id).rate / of(results, id).all_cores.signs,
});
const half_loaded = (id, title, most) => ({
    title: `${title}: p99 at half of saturation`,
    unit: "ms",
    most,
    value: (results) => of(results, id).half.p99_us / 1000,
});

// The worst factor between the most rows and the fewest.
const growth = (title, name, most, is_of) => ({
    title,
    most,
    value: ({ growth: { operations } }) =>
        Math.max(
            ...operations
                .filter(({ id }) => is_of(id))
                .map(({ by_rows }) => by_rows.at(-1)[name] / by_rows[0][name]),
        ),
});
const is_own = (id) => id !== "audit_of_another";

export const targets = [
    cpu("health", "health"),
    of_nginx("health", "health", 0.7),
    cpu("jwks", "JWKS"),
    of_nginx("jwks", "JWKS", 0.7),
    cpu("consent_page", "consent page"),
    cpu("verify", "verify"),
    of_nginx("verify", "verify", 0.4),
    of_reference("verify", "verify", 10),
    ...["exchange", "refresh", "delegate"].flatMap((id) => [
        in_signatures(id, id),
        of_signing(id, id),
        of_reference(id, id, 10),
    ]),
    cpu("authorize", "authorize"),
    of_nginx("authorize", "authorize", 0.35),
    of_reference("authorize", "authorize", 10),
    cpu("audit", "audit append"),
    of_nginx("audit", "audit append", 0.35),
    of_reference("audit", "audit append", 30),
    {
        title: "revoke a tree of 1,000 grants: CPU",
        unit: "ms",
        most: 20,
        value: ({ revocation }) => on_nominal_core(revocation.tree.cpu_ms, revocation.nginx),
    },
    {
        title: "one durable write, p50 beyond 1.5 fdatasync",
        unit: "ms",
        most: 0.3,
        value: (results) => {
            const audit = of(results, "audit");
            return (at(audit, 1).p50_us - 1.5 * audit.disk.fdatasync_us) / 1000;
        },
    },
    {
        title: "webhook delivery: CPU, without TLS",
        unit: "us",
        most: 150,
        value: ({ revocation }) => on_nominal_core(revocation.deliveries.cpu_us, revocation.nginx),
    },
    {
        title: "webhook deliveries a second to one receiver, with TLS",
        least: 500,
        value: ({ revocation }) => revocation.deliveries_tls.rate,
    },
    half_loaded("verify", "verify", 2),
    half_loaded("audit", "audit append", 6),
    half_loaded("authorize", "authorize", 6),
    half_loaded("exchange", "exchange", 10),
    { title: "loop late, p99.9", unit: "ms", most: 5, value: ({ loop }) => loop.p999_ms },
    { title: "loop late, at worst", unit: "ms", most: 50, value: ({ loop }) => loop.worst_ms },
    { title: "memory, idle", unit: "MB", most: 25, value: ({ memory }) => memory.idle_mb },
    { title: "memory, most under load", unit: "MB", most: 60, value: ({ loaded_mb }) => loaded_mb },
    {
        title: "memory of an idle connection",
        unit: "kB",
        most: 12,
        value: ({ memory }) => memory.bytes_a_connection / 1024,
    },
    {
        title: "program, without debug information",
        unit: "MB",
        most: 12,
        value: ({ program_mb }) => program_mb,
    },
    {
        title: "first answer after start",
        unit: "ms",
        most: 50,
        value: ({ start_up }) => start_up.ms,
    },
    {
        title: "first answer after start, most rows",
        unit: "ms",
        most: 150,
        value: ({ growth: { servers } }) => servers.at(-1).start_up.ms,
    },
    growth("growth of CPU a request", "cpu_us", 1.5, is_own),
    growth("growth of p50", "p50_us", 1.5, is_own),
    growth("growth of p99", "p99_us", 2, is_own),
    growth(
        "CPU a request of one developer by the rows of another",
        "cpu_us",
        1.1,
        (id) => !is_own(id),
    ),
];

// [{title, unit, value, bound, is_met, missed_by}], the last as a part of the bound.
export const judge = (results) =>
    targets.map(({ title, unit = "", most, least, value }) => {
        const found = value(results);
        const is_met = most === undefined ? found >= least : found <= most;
        const missed_by = most === undefined ? 1 - found / least : found / most - 1;
        return {
            title,
            unit,
            value: found,
            bound: most ?? least,
            is_most: most !== undefined,
            is_met,
            missed_by,
        };
    });
