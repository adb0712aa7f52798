// /openapi.json says what the contract says, our own extensions apart.
import assert from "node:assert/strict";
import { after, test } from "node:test";

import { document_of, openapi_differences, unexplained } from "./compare_openapi.mjs";
import { declared, declared_statuses, operations, schemas } from "./contract.mjs";
import { extensions } from "./extensions.mjs";
import { key_not_honoured_yet, not_built } from "./not_built.mjs";
import { server_of, stop_servers } from "./run_case.mjs";

after(stop_servers);

const contract = document_of(
    { operations, schemas, declared, declared_statuses },
    Object.keys(not_built),
);

const without_key = Object.entries(key_not_honoured_yet).flatMap(([id, reason]) =>
    ["409*", "422*", "parameter header Idempotency-Key"].map((what) => [
        `${operations[id].method} ${operations[id].path} ${what}: only in the contract`,
        reason,
    ]),
);

test("the served document differs from the contract only as the list says", async (t) => {
    const { status, body } = await (await server_of()).api("").get("/openapi.json");
    if (status === 404) return t.skip("/openapi.json is not built");
    assert.equal(status, 200);
    const explanations = [...extensions, ...without_key];
    const differences = unexplained(openapi_differences(contract, body), explanations);
    assert.equal(differences.length, 0, `\n${differences.join("\n")}`);
});

// What the comparison says when one thing is changed.
function says(change, ...expected) {
    const served = structuredClone(contract);
    change(served.paths, served.components.schemas);
    assert.deepEqual(openapi_differences(contract, served), expected);
}

test("the comparison sees operations and parameters", () => {
    says(() => {});
    says((paths) => delete paths["/v1/me"].get, "GET /v1/me: only in the contract");
    says((paths) => (paths["/new"] = { get: {} }), "GET /new: only served");
    says(
        (paths) => (paths["/v1/me"].get.operationId = "me"),
        "GET /v1/me: called getMe, served called me",
    );
    says(
        (paths) => paths["/v1/agents"].get.parameters.pop(),
        "GET /v1/agents parameter query pageSize: only in the contract",
    );
    says(
        (paths) => (paths["/v1/agents"].get.parameters[0].required = true),
        "GET /v1/agents parameter query page: optional, served required",
    );
});

test("the comparison sees members of requests and answers", () => {
    const both = (text) => [`POST /v1/grants/verify ${text}`, `POST /v1/tokens/verify ${text}`];
    says(
        (_, schemas) => {
            delete schemas.VerifyRequest.properties.token;
            schemas.VerifyRequest.required = [];
        },
        ...both("request member token: only in the contract"),
    );
    says(
        (_, schemas) => (schemas.VerifyRequest.required = []),
        ...both("request member token: required, served optional"),
    );
    says(
        (_, schemas) => (schemas.VerifyRequest.properties.token.type = "number"),
        ...both("request member token type: string, served number"),
    );
    says(
        (_, schemas) => (schemas.AuditEntry.properties.colour = { type: "string" }),
        "GET /v1/audit/entries 200 member entries[].colour: only served",
        "GET /v1/audit/{entryId} 200 member colour: only served",
        "POST /v1/audit/log 201 member colour: only served",
    );
});

test("the comparison sees what any of several schemas has, and what all of them require", () => {
    const rules = "/v1/anomaly/rules";
    says(
        (_, schemas) => schemas.BuiltInRule.required.push("aliases"), // the custom ones have none
    );
    says(
        (_, schemas) => schemas.BuiltInRule.required.splice(0, 1),
        `GET ${rules} 200 member rules[].id: required, served optional`,
        `PATCH ${rules}/{ruleId} 200 member id: required, served optional`,
    );
    says(
        (_, schemas) => delete schemas.BuiltInRule.properties.aliases,
        `GET ${rules} 200 member rules[].aliases: only in the contract`,
        `PATCH ${rules}/{ruleId} 200 member aliases: only in the contract`,
    );
    says(
        (_, schemas) => (schemas.AmountInput.oneOf[0].type = "boolean"),
        "POST /v1/budget/allocate request member initialBudget type: " +
            "number or string, served boolean or string",
        "POST /v1/budget/debit request member amount type: " +
            "number or string, served boolean or string",
    );
});

test("the comparison sees statuses and codes", () => {
    says(
        (paths) => delete paths["/v1/me"].get.responses[404],
        "GET /v1/me 404 code NOT_FOUND: only in the contract",
        "GET /v1/me 404: only in the contract",
    );
    says(
        (paths) => {
            const { schema } = paths["/v1/me"].get.responses[404].content["application/json"];
            schema.allOf[1].properties.code.enum = ["GONE"];
        },
        "GET /v1/me 404 code GONE: only served",
        "GET /v1/me 404 code NOT_FOUND: only in the contract",
    );
});

test("an explanation explains, or is in the way", () => {
    const differences = ["GET /assets/{name}: only served", "GET /v1/me 410: only served"];
    const reason = "a reason";
    assert.deepEqual(
        unexplained(differences, [
            ["GET /assets/*: only served", reason],
            ["GET /docs: only served", reason],
        ]),
        ["GET /v1/me 410: only served", "explains nothing: GET /docs: only served"],
    );
});
