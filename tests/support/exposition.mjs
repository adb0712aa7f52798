// Reads the Prometheus text format 0.0.4 and accepts nothing else: every departure from the format,
// and everything that would make two samples one, is an error that names its line.
import assert from "node:assert/strict";

const metric_name = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const types = ["counter", "gauge", "histogram", "summary", "untyped"];

function unescape(text, line, escapes) {
    return text.replace(/\\(.?)/g, (all, c) => {
        assert.ok(c in escapes, `an escape that does not exist: ${line}`);
        return escapes[c];
    });
}

function read_value(text, line) {
    if (text === "+Inf") return Infinity;
    if (text === "-Inf") return -Infinity;
    if (text === "NaN") return NaN;
    assert.match(text, /^-?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/, `not a number: ${line}`);
    return Number(text);
}

// {name, labels, value}
function read_sample(line) {
    const [, name, inner, value] = /^([^\s{]+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    assert.ok(name, `not a sample: ${line}`);
    assert.match(name, metric_name, line);
    const labels = {};
    let rest = inner ?? "";
    assert.ok(inner === undefined || inner !== "", `empty braces: ${line}`);
    while (rest !== "") {
        const label = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\.)*)"(,(?=.)|$)/.exec(rest);
        assert.ok(label, `not a label: ${line}`);
        assert.ok(!label[1].startsWith("__"), line);
        assert.ok(!(label[1] in labels), `a label twice: ${line}`);
        labels[label[1]] = unescape(label[2], line, { "\\": "\\", '"': '"', n: "\n" });
        rest = rest.slice(label[0].length);
    }
    return { name, labels, value: read_value(value, line) };
}

const key_of = ({ name, labels }) => `${name} ${JSON.stringify(Object.entries(labels).sort())}`;

function check_histogram(name, samples) {
    const series = new Map();
    for (const sample of samples) {
        const { le, ...labels } = sample.labels;
        const key = key_of({ name, labels });
        if (!series.has(key)) series.set(key, { buckets: [] });
        const one = series.get(key);
        const part = sample.name.slice(name.length);
        if (part === "_bucket") {
            assert.ok(le !== undefined, `a bucket without le: ${key}`);
            one.buckets.push([read_value(le, key), sample.value]);
        } else {
            assert.ok(["_sum", "_count"].includes(part), `${sample.name} in ${name}`);
            assert.equal(le, undefined, key);
            one[part] = sample.value;
        }
    }
    for (const [key, { buckets, _sum, _count }] of series) {
        assert.ok(buckets.length > 1, key);
        for (let i = 1; i < buckets.length; ++i) {
            assert.ok(buckets[i][0] > buckets[i - 1][0], `${key}: bounds do not ascend`);
            assert.ok(buckets[i][1] >= buckets[i - 1][1], `${key}: not cumulative`);
        }
        assert.equal(buckets.at(-1)[0], Infinity, `${key}: no +Inf`);
        assert.equal(buckets.at(-1)[1], _count, `${key}: +Inf is not the count`);
        assert.ok(Number.isFinite(_sum), key);
    }
}

function check_family(name, { type, samples }) {
    if (type === "histogram") return check_histogram(name, samples);
    for (const sample of samples) {
        assert.equal(sample.name, name);
        if (type === "counter") assert.ok(sample.value >= 0, key_of(sample));
    }
}

// {metric name: {type, help, samples: [{name, labels, value}]}}
export function read_exposition(text) {
    assert.ok(text.endsWith("\n"), "the last line does not end");
    assert.doesNotMatch(text, /\r/);
    const families = {};
    const seen = new Set();
    let current;
    let help;
    for (const line of text.slice(0, -1).split("\n")) {
        const [, kind, name, rest] = /^# (HELP|TYPE) (\S+) (.*)$/.exec(line) ?? [];
        if (kind === "HELP") {
            assert.ok(!(name in families), `${name} begins twice`);
            assert.match(name, metric_name);
            help = { name, text: unescape(rest, line, { "\\": "\\", n: "\n" }) };
        } else if (kind === "TYPE") {
            assert.equal(name, help?.name, `no help before ${line}`);
            assert.ok(types.includes(rest), line);
            current = name;
            families[name] = { type: rest, help: help.text, samples: [] };
            help = undefined;
        } else {
            const sample = read_sample(line);
            const { type } = families[current];
            const suffix = type === "histogram" ? /^(_bucket|_sum|_count)$/ : /^$/;
            assert.ok(sample.name.startsWith(current), `${line} stands below ${current}`);
            assert.match(sample.name.slice(current.length), suffix, line);
            assert.ok(!seen.has(key_of(sample)), `twice: ${line}`);
            seen.add(key_of(sample));
            families[current].samples.push(sample);
        }
    }
    assert.equal(help, undefined, "a help without its type");
    for (const [name, family] of Object.entries(families)) check_family(name, family);
    return families;
}

// The value of the one sample with this name and (at least) these labels; undefined without one.
export function value_of(families, name, labels = {}) {
    const found = Object.values(families)
        .flatMap(({ samples }) => samples)
        .filter((sample) => sample.name === name)
        .filter((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value));
    assert.ok(found.length <= 1, `${name} ${JSON.stringify(labels)}: ${found.length} samples`);
    return found[0]?.value;
}
