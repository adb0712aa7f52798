// The request schemas hold: what breaks a member's type, length, pattern or number is 400 and does
// nothing; what fits exactly, is null where it may be left out, or is unknown, is taken.
import assert from "node:assert/strict";
import { after, describe, test } from "node:test";

import { cases } from "./cases/all.mjs";
import { answer_faults, operations, resolved } from "./contract.mjs";
import { no_null } from "./exceptions.mjs";
import { why_not } from "./not_built.mjs";
import { run_case, stop_servers, title_of } from "./run_case.mjs";
import { ask } from "./world.mjs";

after(stop_servers);

const of_each_type = { string: "text", number: 7.5, boolean: true, array: [], object: {} };

function types_of({ type, enum: values, const: value }) {
    if (type) return [type].flat();
    return (values ?? [value]).map((one) => typeof one);
}

// Values the schema does not allow, with what is wrong with each.
function bad_values(schema) {
    schema = resolved(schema);
    if (schema.oneOf) return bad_choices(schema.oneOf);
    const types = types_of(schema).map((type) => (type === "integer" ? "number" : type));
    const bad = Object.entries(of_each_type)
        .filter(([type]) => !types.includes(type))
        .map(([type, value]) => [`is of type ${type}`, value]);
    if (types.includes("string")) bad.push(...bad_strings(schema));
    if (types.includes("number")) bad.push(...bad_numbers(schema));
    if (types.includes("array")) bad.push(...bad_arrays(schema));
    return bad;
}

// What none of the schemas allows: they are of different types.
function bad_choices(choices) {
    const types = choices.flatMap(types_of);
    const of_no_type = Object.entries(of_each_type)
        .filter(([type]) => !types.includes(type))
        .map(([type, value]) => [`is of type ${type}`, value]);
    const own = choices.flatMap((choice) => [
        ...(choice.type === "string" ? bad_strings(choice) : []),
        ...(choice.type === "number" ? bad_numbers(choice) : []),
    ]);
    return [...of_no_type, ...own];
}

function bad_strings({ minLength, maxLength, pattern, enum: values, const: value, format }) {
    const bad = [];
    if (minLength > 0) bad.push(["is empty", ""]);
    if (maxLength) bad.push(["is too long", "x".repeat(maxLength + 1)]);
    if (pattern) {
        const wrong = ["x", "-", "a b", "\u0001"].find((text) => !RegExp(pattern).test(text));
        bad.push(["does not match", wrong]);
    }
    if (values || value) bad.push(["is another one", "another"]);
    if (format === "uri") bad.push(["is no URI", "not a uri"]);
    return bad;
}

function bad_numbers({ type, minimum, maximum, exclusiveMinimum }) {
    const bad = [];
    if (exclusiveMinimum !== undefined) bad.push(["is too small", exclusiveMinimum]);
    if (minimum !== undefined) bad.push(["is too small", minimum - 1]);
    if (maximum !== undefined) bad.push(["is too large", maximum + 1]);
    if (type === "integer") bad.push(["is a fraction", 1.5]);
    return bad;
}

function bad_arrays({ items, minItems, maxItems, uniqueItems }) {
    const bad = bad_values(items).map(([what, value]) => [`holds one that ${what}`, [value]]);
    if (minItems > 0) bad.push(["is empty", []]);
    if (maxItems > 20)
        bad.push(["is too long", Array.from({ length: maxItems + 1 }, (_, i) => `https://x/${i}`)]);
    if (uniqueItems) bad.push(["repeats itself", [1, 1]]);
    return bad;
}

// [what, body] of every way to break one member of a good body.
function broken_bodies(id, body) {
    const { properties = {}, required = [] } = schema_of(id);
    const broken = [];
    for (const [name, property] of Object.entries(properties))
        for (const [what, value] of bad_values(property))
            broken.push([`${name} ${what}`, { ...body, [name]: value }]);
    for (const name of required) {
        const { [name]: _, ...rest } = body;
        broken.push([`${name} is missing`, rest]);
    }
    for (const name of [...required, ...(no_null[id] ?? [])])
        broken.push([`${name} is null`, { ...body, [name]: null }]);
    return broken;
}

const schema_of = (id) => resolved(operations[id].request.content["application/json"].schema);

// One success of every operation with members in its request.
const replayed = new Map();
for (const item of cases)
    if (!item.code && !why_not(item) && operations[item.id].request)
        if (schema_of(item.id).properties && !replayed.has(item.id)) replayed.set(item.id, item);

describe("members that break their schema", { concurrency: 8 }, () => {
    for (const [id, item] of replayed)
        test(`${id} refuses each of them, and does nothing`, async () => {
            let refused;
            const { answer } = await run_case(item, {}, async (call) => {
                refused = await refuse_all(id, call);
            });
            assert.deepEqual(refused, []);
            assert.equal(answer.status, item.status, answer.text);
        });
});

async function refuse_all(id, call) {
    const wrong = [];
    for (const [what, body] of broken_bodies(id, call.body)) {
        const answer = await ask(call.api, id, { ...call, body });
        if (answer.status !== 400) wrong.push(`${what}: ${answer.status} ${answer.text}`);
        else wrong.push(...answer_faults(id, answer).map((fault) => `${what}: ${fault}`));
    }
    return wrong;
}

describe("members that may be there", { concurrency: 8 }, () => {
    for (const [id, item] of replayed)
        test(`${title_of(item)} with null for what it leaves out, and with more`, async () => {
            const { properties } = schema_of(id);
            const { answer } = await run_case(item, {}, async (call) => {
                const names = Object.keys(properties).filter((n) => !no_null[id]?.includes(n));
                const nulls = names.map((name) => [name, null]);
                call.body = { ...Object.fromEntries(nulls), colour: "blue", ...call.body };
            });
            assert.equal(answer.status, item.status, answer.text);
        });
});

// Texts that mean nothing to the server, as long as they may be: lengths are of characters.
const free_texts = ["name", "description", "fidoRpName", "state", "audience", "action"];

describe("members of exactly their length", { concurrency: 8 }, () => {
    for (const [id, item] of replayed) {
        const { properties } = schema_of(id);
        const names = free_texts.filter((name) => resolved(properties[name])?.maxLength);
        if (names.length === 0) continue;
        test(`${id} takes ${names.join(", ")}`, async () => {
            const { answer } = await run_case(item, {}, async (call) => {
                for (const name of names)
                    call.body[name] = "\u00e9".repeat(resolved(properties[name]).maxLength);
            });
            assert.equal(answer.status, item.status, answer.text);
        });
    }
});
