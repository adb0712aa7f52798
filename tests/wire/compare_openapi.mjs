// Compares two OpenAPI documents in what clients are generated from: operations, parameters,
// members of requests and answers, statuses and error codes. The differences are sentences.

const depth_max = 8; // of members within members; a schema may hold itself

function resolve(part, document) {
    while (part?.$ref) {
        const [kind, name] = part.$ref.split("/").slice(-2);
        part = document.components?.[kind]?.[name] ?? document.components?.schemas?.[name];
        if (!part) throw new Error(`the document has no ${name}`);
    }
    return part;
}

// Of any of the schemas that may be meant.
function types_of(schema, document) {
    const { type, const: only, enum: some, allOf, oneOf, anyOf } = resolve(schema, document);
    const parts = [allOf, oneOf, anyOf].flatMap((list) => list ?? []);
    if (parts.length > 0 && !type)
        return [...new Set(parts.flatMap((part) => types_of(part, document)))].sort();
    if (type) return [type].flat().filter((name) => name !== "null");
    const values = only === undefined ? (some ?? []) : [only];
    return [...new Set(values.filter((value) => value !== null).map((value) => typeof value))];
}

// {"grants[].scopes": {required, types}} of every member, at any depth.
function members_of(schema, document, path = "", depth = 0) {
    schema = resolve(schema, document);
    if (!schema || depth > depth_max) return {};
    const members = {};
    const of_part = (part, at = path) => members_of(part, document, at, depth + 1);
    for (const part of schema.allOf ?? []) Object.assign(members, of_part(part));
    for (const choices of [schema.oneOf, schema.anyOf])
        if (choices) Object.assign(members, of_any(choices.map((part) => of_part(part))));
    if (schema.items) Object.assign(members, of_part(schema.items, `${path}[]`));
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
        const at = path ? `${path}.${name}` : name;
        const types = types_of(property, document).join(" or ");
        members[at] = { types, required: members[at]?.required ?? false };
        Object.assign(members, of_part(property, at));
    }
    for (const name of schema.required ?? []) {
        const at = path ? `${path}.${name}` : name;
        members[at] = { types: "", ...members[at], required: true };
    }
    return members;
}

// Of one schema among several: only what all of them require must be there.
function of_any(choices) {
    const members = Object.assign({}, ...choices);
    for (const [name, member] of Object.entries(members))
        members[name] = { ...member, required: choices.every((each) => each[name]?.required) };
    return members;
}

function codes_of(schema, document) {
    schema = resolve(schema, document) ?? {};
    const code = resolve(schema.properties?.code, document) ?? {};
    const parts = [...(schema.allOf ?? []), ...(schema.oneOf ?? []), ...(schema.anyOf ?? [])];
    const own = code.enum ?? (code.const === undefined ? [] : [code.const]);
    return [...own, ...parts.flatMap((part) => codes_of(part, document))];
}

const json_schema = (part) => part?.content?.["application/json"]?.schema;

// What is compared of one operation; the values are compared as text.
function facts_of(operation, shared_parameters, document) {
    const facts = { "": `called ${operation.operationId}` };
    for (const reference of [...shared_parameters, ...(operation.parameters ?? [])]) {
        const { in: place, name, required } = resolve(reference, document);
        facts[` parameter ${place} ${name}`] = required ? "required" : "optional";
    }
    const request = resolve(operation.requestBody, document);
    if (request) facts[" request"] = request.required ? "required" : "optional";
    const add_members = (where, schema) => {
        for (const [path, { required, types }] of Object.entries(members_of(schema, document))) {
            facts[`${where} member ${path}`] = required ? "required" : "optional";
            if (types) facts[`${where} member ${path} type`] = types;
        }
    };
    add_members(" request", json_schema(request));
    for (const [status, reference] of Object.entries(operation.responses ?? {})) {
        const response = resolve(reference, document);
        facts[` ${status}`] = Object.keys(response.content ?? {}).join(" ") || "no body";
        const schema = json_schema(response);
        if (Number(status) < 400) add_members(` ${status}`, schema);
        for (const code of codes_of(schema, document)) facts[` ${status} code ${code}`] = "given";
    }
    return facts;
}

// {"GET /v1/me": facts}
function operations_of(document) {
    const operations = {};
    for (const [path, item] of Object.entries(document.paths))
        for (const [method, operation] of Object.entries(item))
            if (["get", "post", "put", "patch", "delete"].includes(method))
                operations[`${method.toUpperCase()} ${path}`] = facts_of(
                    operation,
                    item.parameters ?? [],
                    document,
                );
    return operations;
}

function compare(where, contract, served) {
    const differences = [];
    // A member that is missing is not reported once more for its type.
    const only_in = (side, other, key) =>
        key.endsWith(" type") && !(key.replace(/ type$/, "") in other)
            ? []
            : [`${where}${key}: only ${side}`];
    for (const key of new Set([...Object.keys(contract), ...Object.keys(served)])) {
        if (!(key in served)) differences.push(...only_in("in the contract", served, key));
        else if (!(key in contract)) differences.push(...only_in("served", contract, key));
        else if (contract[key] !== served[key])
            differences.push(`${where}${key}: ${contract[key]}, served ${served[key]}`);
    }
    return differences;
}

export function openapi_differences(contract, served) {
    const [left, right] = [operations_of(contract), operations_of(served)];
    const differences = [];
    for (const where of new Set([...Object.keys(left), ...Object.keys(right)])) {
        if (!right[where]) differences.push(`${where}: only in the contract`);
        else if (!left[where]) differences.push(`${where}: only served`);
        else differences.push(...compare(where, left[where], right[where]));
    }
    return differences.sort();
}

// The facts of contract.json as a document, without the operations named.
export function document_of(contract, left_out = []) {
    const { operations, schemas, declared, declared_statuses } = contract;
    const paths = {};
    for (const [operationId, facts] of Object.entries(operations)) {
        if (left_out.includes(operationId)) continue;
        const { method, path, parameters, request } = facts;
        const all = declared_statuses(operationId).map((status) => {
            const response = declared(operationId, status);
            const { content, schema, codes } = response;
            if (Number(status) < 400) return [status, { content }];
            const coded = { allOf: [schema, { properties: { code: { enum: codes } } }] };
            return [status, { content: { "application/json": { schema: coded } } }];
        });
        (paths[path] ??= {})[method.toLowerCase()] = {
            operationId,
            parameters,
            requestBody: request,
            responses: Object.fromEntries(all),
        };
    }
    return { paths, components: { schemas } };
}

// Differences that no pattern explains, and patterns that explain nothing. `*` stands for any text.
export function unexplained(differences, explanations) {
    const escaped = (text) => text.replace(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
    const patterns = explanations.map(([pattern]) => [pattern, RegExp(`^${escaped(pattern)}$`)]);
    const fits = (difference) => patterns.some(([, expression]) => expression.test(difference));
    const idle = patterns.filter(([, expression]) => !differences.some((d) => expression.test(d)));
    return [
        ...differences.filter((difference) => !fits(difference)),
        ...idle.map(([pattern]) => `explains nothing: ${pattern}`),
    ];
}
