// The contract's facts (contract.json), and what an answer breaks of them.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const require = createRequire(new URL("../clients/package.json", import.meta.url));
const Ajv = require("ajv/dist/2020.js").default;
const add_formats = require("ajv-formats").default;

const facts = JSON.parse(readFileSync(new URL("contract.json", import.meta.url), "utf8"));
export const { deliveries, operations, schemas } = facts;

export const is_mutating = (id) => operations[id].method !== "GET";

// "Not honoured: operations without a caller, rotateKey and its alias, and POST operations that
// change nothing".
const takes_no_key = ["rotateKey", "rotateKeyAlias", "verifyToken", "verifyGrant"];

// "Every mutating operation accepts Idempotency-Key": core says it with each of its operations, the
// other files rely on the sentence.
export const takes_idempotency_key = (id) =>
    is_mutating(id) &&
    operations[id].auth.length > 0 &&
    !operations[id].auth.includes("none") &&
    !takes_no_key.includes(id);

const is_key = ({ name }) => name === "Idempotency-Key";
const key_parameter = operations.createAgent.parameters.find(is_key);
for (const id of Object.keys(operations).filter(takes_idempotency_key)) {
    const { parameters } = operations[id];
    if (!parameters.some(is_key)) parameters.push(key_parameter);
}

// The schema a reference stands for, or the schema itself.
export function resolved(schema) {
    while (schema?.$ref)
        schema = { ...schemas[schema.$ref.split("/").at(-1)], ...without_ref(schema) };
    return schema;
}
const without_ref = ({ $ref: _, ...rest }) => rest;

// What the contract says of all operations at once, where one does not say it itself.
const refusals_of_all = {
    401: "401 UNAUTHORIZED",
    413: "413 BAD_REQUEST",
    415: "415 BAD_REQUEST",
};
const refusals_of_writes = { 400: "400 BAD_REQUEST" }; // of a body or a key that is none
const refusals_of_keys = {
    409: "409 IDEMPOTENCY_IN_PROGRESS",
    422: "422 IDEMPOTENCY_KEY_REUSED",
};
const general_refusals = (id) => ({
    ...refusals_of_all,
    ...(is_mutating(id) ? refusals_of_writes : {}),
    ...(takes_idempotency_key(id) ? refusals_of_keys : {}),
});

// "Every response carries X-Request-Id", "authenticated responses carry X-RateLimit-...".
const rate_headers = ["X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"];
const general_headers = (id) => [
    "X-Request-Id",
    ...(operations[id].auth.includes("developerKey") ? rate_headers : []),
];

const union = (...lists) => [...new Set(lists.flat())];

// What the operation may answer with this status, or nothing: its own, and what all have.
export function declared(id, status) {
    const own = operations[id].responses[status];
    if (typeof own === "object")
        return { ...own, headers: union(own.headers, general_headers(id)) };
    const refusal = facts.refusals[own];
    const general = facts.refusals[general_refusals(id)[status]];
    if (!refusal || !general) return refusal ?? general;
    return { ...refusal, codes: union(refusal.codes, general.codes) };
}

// Of what all have, only what an Idempotency-Key brings: the rest is said once, for everything.
export const declared_statuses = (id) =>
    Object.keys({
        ...operations[id].responses,
        ...(takes_idempotency_key(id) ? refusals_of_keys : {}),
    });

export const request_examples = (id) =>
    operations[id].request?.content["application/json"].examples ?? {};

export const success_statuses = (id) =>
    Object.keys(operations[id].responses).filter((status) => Number(status) < 400);

// [status, code] of every refusal the operation declares; the code is "" where it names none.
export const declared_refusals = (id) =>
    Object.entries(operations[id].responses)
        .filter(([status]) => Number(status) >= 400)
        .flatMap(([status, own]) => {
            const { codes } = facts.refusals[own];
            return codes.length > 0 ? codes.map((code) => [status, code]) : [[status, ""]];
        });

// The path with its parameters filled in, and the query.
export function url_of(id, { path = {}, query } = {}) {
    const filled = operations[id].path.replace(/\{(\w+)\}/g, (_, name) => {
        if (path[name] === undefined) throw new Error(`${id} needs the path parameter ${name}`);
        return encodeURIComponent(path[name]);
    });
    return query ? `${filled}?${new URLSearchParams(query)}` : filled;
}

const ajv = new Ajv({ allErrors: true, strict: true, strictRequired: false, strictTypes: false });
add_formats(ajv);
const validators = new Map();

// What the value breaks of the schema: sentences, none when it fits. More members are welcome.
export function schema_faults(schema, value) {
    const key = JSON.stringify(schema);
    if (!validators.has(key)) validators.set(key, ajv.compile({ ...schema, $defs: schemas }));
    const validate = validators.get(key);
    if (validate(value)) return [];
    return validate.errors.map(
        ({ instancePath, message, params }) =>
            `${instancePath || "the body"} ${message} ${JSON.stringify(params)}`,
    );
}

// Headers that only some answers have: replayed ones, and streams that have lost the place.
const not_always = ["Idempotent-Replayed", "X-Grantex-Stream-Gap"];

// A body that is too large is refused before anything is counted, so there is nothing to report.
const is_counted = (status) => status !== 413;

function header_faults({ headers: names }, { status, headers }) {
    const faults = [];
    for (const name of names) {
        if (name.startsWith("X-RateLimit-") && !is_counted(status)) continue;
        const text = headers[name.toLowerCase()];
        if (not_always.includes(name) && text === undefined) continue;
        const schema = facts.headers[name];
        if (text === undefined) faults.push(`${name} is missing`);
        else if (schema.type === "integer" && !/^\d+$/.test(text))
            faults.push(`${name} is not an integer: ${text}`);
        else {
            const value = schema.type === "integer" ? Number(text) : text;
            faults.push(...schema_faults(schema, value).map((fault) => `${name} ${fault}`));
        }
    }
    const rates = ["limit", "remaining", "reset"].filter((n) => `x-ratelimit-${n}` in headers);
    if (rates.length % 3 !== 0) faults.push(`of the rate headers only ${rates}`);
    if ("retry-after" in headers && !names.includes("Retry-After"))
        faults.push("Retry-After is not declared");
    return faults;
}

function refusal_faults({ schema, codes, phrase }, { status, headers, body }) {
    const faults = schema_faults(schema, body);
    if (schema.$ref !== "#/$defs/Error" || faults.length > 0) return faults;
    if (codes.length > 0 && !codes.includes(body.code)) faults.push(`code is ${body.code}`);
    if (body.statusCode !== status) faults.push(`statusCode is ${body.statusCode}`);
    if (phrase && body.error !== phrase) faults.push(`error is "${body.error}", not "${phrase}"`);
    if (body.requestId !== headers["x-request-id"]) faults.push("requestId is not X-Request-Id");
    return faults;
}

const exposition = " version=0.0.4;"; // the only plain text is the metrics': `x-prometheus`

function content_faults(response, { headers, text, body }) {
    const [type] = Object.keys(response.content ?? { "application/json": true });
    if (!type) return text === "" ? [] : [`a body where none belongs: ${text}`];
    const faults = [];
    const expected = `${type};${type === "text/plain" ? exposition : ""} charset=utf-8`;
    if (headers["content-type"] !== expected)
        faults.push(`Content-Type is ${headers["content-type"]}, not ${expected}`);
    if (type === "application/json" && body === undefined) faults.push(`no JSON: ${text}`);
    return faults;
}

// Everything in which the answer is not what the operation declares.
export function answer_faults(id, answer) {
    const response = declared(id, answer.status);
    if (!response) return [`status ${answer.status} is not declared: ${answer.text}`];
    const faults = [...content_faults(response, answer), ...header_faults(response, answer)];
    if (operations[id].rate === "exempt" && "x-ratelimit-limit" in answer.headers)
        faults.push("it has rate headers and is exempt");
    if (answer.status >= 400) return [...faults, ...refusal_faults(response, answer)];
    const json = response.content["application/json"];
    return json ? [...faults, ...schema_faults(json.schema, answer.body)] : faults;
}
