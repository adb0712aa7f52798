// Reads the machine facts out of the contract (OpenAPI 3.1 files) and writes contract.json:
//
//   node tests/wire/read_contract.mjs --contract DIR
//
// The facts are what a program can check: operations, parameters, schemas, statuses, error codes,
// headers and examples. What is written for people stays in the contract.
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const { parse } = createRequire(new URL("../clients/package.json", import.meta.url))("yaml");

// The files, which of their paths are ours to answer, and what of theirs we send by ourselves.
const files = [
    { name: "core", has: () => true },
    { name: "governance", has: (path) => /^\/v1\/policies(\/\{id\})?$/.test(path) },
    { name: "signals", has: () => true, sends: ["grantexEvent"] },
];
const methods = ["get", "post", "put", "patch", "delete"];
const error_schema = { $ref: "#/$defs/Error" };
const annotations = new Set(["description", "examples", "example", "title", "summary"]);

const map_values = (object, change) =>
    Object.fromEntries(Object.entries(object ?? {}).map(([key, value]) => [key, change(value)]));

const last_part = (reference) => reference.split("/").at(-1);

// A schema without its annotations. Below `properties` a key is a name, not a keyword.
function facts_of_schema(schema) {
    if (Array.isArray(schema)) return schema.map(facts_of_schema);
    if (schema === null || typeof schema !== "object") return schema;
    const facts = {};
    for (const [key, value] of Object.entries(schema)) {
        if (annotations.has(key) || key.startsWith("x-")) continue;
        if (key === "$ref") facts.$ref = `#/$defs/${last_part(value)}`;
        else if (key === "properties") facts.properties = map_values(value, facts_of_schema);
        else if (["enum", "const", "default", "required"].includes(key)) facts[key] = value;
        else facts[key] = facts_of_schema(value);
    }
    return facts;
}

class ContractFile {
    // headers: the schemas of the headers seen so far, by name.
    constructor(name, directory, headers) {
        this.name = name;
        this.headers = headers;
        this.document = parse(readFileSync(join(directory, `${name}.yaml`), "utf8"));
    }
    component(kind, reference) {
        return this.document.components[kind][last_part(reference)];
    }

    parameter(parameter) {
        if (parameter.$ref) parameter = this.component("parameters", parameter.$ref);
        const { name, in: place, required, schema } = parameter;
        return { name, in: place, required: required ?? false, schema: facts_of_schema(schema) };
    }
    // The one example, or the named ones: {name: value}. A single one has the name "".
    examples({ example, examples }) {
        const value_of = (named) =>
            named.$ref ? this.component("examples", named.$ref).value : named.value;
        if (examples) return map_values(examples, value_of);
        return example === undefined ? {} : { "": example };
    }
    content(content) {
        return map_values(content, (media) => ({
            schema: facts_of_schema(media.schema),
            examples: this.examples(media),
        }));
    }
    response(response) {
        if (response.$ref) response = this.component("responses", response.$ref);
        for (const [name, header] of Object.entries(response.headers ?? {})) {
            const { schema } = header.$ref ? this.component("headers", header.$ref) : header;
            this.headers[name] ??= facts_of_schema(schema);
        }
        const headers = Object.keys(response.headers ?? {}).sort();
        return { headers, content: this.content(response.content) };
    }
    // The values of `code` an error schema allows.
    codes(schema = {}) {
        if (schema.$ref) return this.codes(this.component("schemas", schema.$ref));
        const code = schema.properties?.code ?? {};
        const own = code.enum ?? (code.const === undefined ? [] : [code.const]);
        return [...own, ...(schema.allOf ?? []).flatMap((part) => this.codes(part))];
    }
    // A refusal: its example only tells the reason phrase.
    refusal(response) {
        const { headers, content } = this.response(response);
        const { schema, examples } = content["application/json"];
        const codes = this.codes(schema);
        const facts = { headers, codes, schema: codes.length > 0 ? error_schema : schema };
        const phrase = Object.values(examples)[0]?.error;
        return phrase === undefined ? facts : { ...facts, phrase };
    }

    // shared: the parameters of all operations of the path.
    operation(path, method, operation, shared = []) {
        const { operationId, requestBody, responses } = operation;
        const security = operation.security ?? this.document.security;
        const parameters = [...shared, ...(operation.parameters ?? [])];
        const errors = operation["x-errors"] ?? [];
        const rate = operation["x-rate-limit"];
        const facts = {
            method: method.toUpperCase(),
            path,
            // Credentials that open it, any of them; "none" when it answers without one.
            auth: (security ?? []).map((scheme) => Object.keys(scheme)[0] ?? "none"),
            parameters: parameters.map((parameter) => this.parameter(parameter)),
            responses: {},
        };
        for (const [status, response] of Object.entries(responses))
            facts.responses[status] =
                Number(status) < 400 ? this.response(response) : this.refusal(response);
        if (typeof rate === "object" || rate === "exempt") facts.rate = rate;
        if (requestBody)
            facts.request = {
                required: requestBody.required ?? false,
                content: this.content(requestBody.content),
            };
        // x-errors may know more than the schema: codes, and texts that callers compare with.
        for (const { status, code, message, wire } of errors) {
            const { codes } = facts.responses[status];
            if (!codes.includes(code)) codes.push(code);
            if (wire) (facts.messages ??= []).push({ status, code, message });
        }
        return [operationId, facts];
    }
    operations(has) {
        const found = [];
        for (const [path, item] of Object.entries(this.document.paths).filter(([p]) => has(p)))
            for (const method of methods.filter((name) => item[name]))
                found.push(this.operation(path, method, item[method], item.parameters));
        return Object.fromEntries(found);
    }
    // The parameters of what the server sends are headers.
    deliveries(names = []) {
        const found = names.map((name) => {
            const { parameters, requestBody } = this.document.webhooks[name].post;
            const headers = parameters.map((parameter) => this.parameter(parameter));
            return [name, { headers, content: this.content(requestBody.content) }];
        });
        return Object.fromEntries(found);
    }
}

function references_in(value) {
    if (value === null || typeof value !== "object") return [];
    const own = typeof value.$ref === "string" ? [last_part(value.$ref)] : [];
    return [...own, ...Object.values(value).flatMap(references_in)];
}

// The schemas that are used, directly or by another one. The same name means the same schema.
function add_used_schemas(schemas, file, operations) {
    const waiting = references_in(operations);
    const seen = new Set();
    while (waiting.length > 0) {
        const name = waiting.pop();
        if (seen.has(name)) continue;
        seen.add(name);
        const facts = sorted(facts_of_schema(file.document.components.schemas[name]));
        if (schemas[name] && JSON.stringify(schemas[name]) !== JSON.stringify(facts))
            throw new Error(`${file.name}.yaml has another schema ${name}`);
        schemas[name] = facts;
        waiting.push(...references_in(facts));
    }
}

function sorted(value) {
    if (Array.isArray(value)) return value.map(sorted);
    if (value === null || typeof value !== "object") return value;
    const keys = Object.keys(value).sort();
    return Object.fromEntries(keys.map((key) => [key, sorted(value[key])]));
}

// Equal refusals are kept once, and named by what they say: most operations refuse alike.
function share_refusals(operations) {
    const shared = {};
    for (const { responses } of Object.values(operations))
        for (const status of Object.keys(responses).filter((text) => Number(text) >= 400)) {
            const facts = JSON.stringify(sorted(responses[status]));
            const plain = [status, ...responses[status].codes].join(" ");
            let name = plain;
            for (let i = 2; shared[name] && JSON.stringify(shared[name]) !== facts; ++i)
                name = `${plain} (${i})`;
            shared[name] = JSON.parse(facts);
            responses[status] = name;
        }
    return shared;
}

// JSON with what fits into a line in one line.
function layout(value, indent = "") {
    const line = JSON.stringify(value);
    if (indent.length + line.length <= 98 || value === null || typeof value !== "object")
        return line;
    const deeper = `${indent} `;
    const parts = Array.isArray(value)
        ? value.map((item) => deeper + layout(item, deeper))
        : Object.entries(value).map(
              ([key, item]) => `${deeper}${JSON.stringify(key)}: ${layout(item, deeper)}`,
          );
    const [open, close] = Array.isArray(value) ? "[]" : "{}";
    return `${open}\n${parts.join(",\n")}\n${indent}${close}`;
}

// The facts as they stand in contract.json.
export function read_contract(directory) {
    const operations = {};
    const schemas = {};
    const headers = {};
    const deliveries = {};
    for (const { name, has, sends } of files) {
        const file = new ContractFile(name, directory, headers);
        const own = file.operations(has);
        const sent = file.deliveries(sends);
        Object.assign(deliveries, sent);
        add_used_schemas(schemas, file, [own, sent]);
        for (const [id, facts] of Object.entries(own)) {
            if (operations[id]) throw new Error(`two operations are called ${id}`);
            operations[id] = facts;
        }
    }
    const refusals = share_refusals(operations);
    return `${layout(sorted({ deliveries, headers, operations, refusals, schemas }))}\n`;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
    const [flag, directory] = process.argv.slice(2);
    if (flag !== "--contract" || !directory) {
        console.error("Usage: node tests/wire/read_contract.mjs --contract DIR");
        process.exit(2);
    }
    writeFileSync(new URL("contract.json", import.meta.url), read_contract(directory));
}
