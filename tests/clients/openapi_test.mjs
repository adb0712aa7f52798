// The served document is OpenAPI 3.1, and its examples are what its own schemas allow.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";

import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv/dist/2020.js";
import add_formats from "ajv-formats";

import { metrics_key, operator_key, run_program, start_server } from "../support/server.mjs";

let server, document;
before(async () => {
    const env = { GRANTEXD_ADMIN_API_KEY: operator_key, GRANTEXD_METRICS_API_KEY: metrics_key };
    server = await start_server({ env });
    document = await (await fetch(`${server.base}/openapi.json`)).json();
});
after(() => server?.stop());

const operations = () => Object.values(document.paths).flatMap((path) => Object.values(path));

test("the document is valid by the schema of OpenAPI 3.1", async () => {
    const { valid, errors } = await new Validator().validate(structuredClone(document));
    assert.ok(valid, JSON.stringify(errors, null, 2));
    assert.equal(document.openapi, "3.1.0");
});

test("a document with a mistake is not valid", async () => {
    const wrong = structuredClone(document);
    wrong.paths["/v1/agents"].post.responses = {};
    wrong.paths["/v1/agents"].post.parameters[0] = { name: "Idempotency-Key", in: "nowhere" };
    assert.equal((await new Validator().validate(wrong)).valid, false);
});

test("every reference leads somewhere and every component is used", () => {
    const text = JSON.stringify(document);
    const used = new Set(text.match(/#\/components\/\w+\/[\w-]+/g));
    for (const reference of used) {
        const found = reference.slice(2).split("/").reduce((at, name) => at?.[name], document);
        assert.ok(found, reference);
    }
    for (const kind of ["schemas", "responses", "parameters", "headers"])
        for (const name of Object.keys(document.components[kind]))
            assert.ok(used.has(`#/components/${kind}/${name}`), `${kind} ${name} is not used`);
});

test("every schema is a schema, and every example is what its schema allows", () => {
    const ajv = new Ajv({ strict: false });
    add_formats(ajv);
    ajv.addSchema({ $id: "document", ...document });
    for (const name of Object.keys(document.components.schemas))
        assert.ok(ajv.getSchema(`document#/components/schemas/${name}`), name);
    let examples = 0;
    for (const { operationId, requestBody } of operations())
        for (const { schema, example } of Object.values(requestBody?.content ?? {})) {
            const check = ajv.compile({ $ref: `document${schema.$ref}` });
            assert.ok(check(example), `${operationId}: ${JSON.stringify(check.errors)}`);
            ++examples;
        }
    assert.ok(examples >= 15);
});

test("the examples of the page are commands that a shell takes and the server understands", async () => {
    const page = await (await fetch(`${server.base}/docs`)).text();
    const commands = [...page.matchAll(/<pre><code>([\s\S]*?)<\/code><\/pre>/g)].map(([, html]) =>
        html.replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code)).replaceAll("&amp;", "&"),
    );
    assert.equal(commands.length, operations().length);
    const last = (command) => Number(command.includes("rotate")); // the key is another one then
    for (const command of commands.sort((a, b) => last(a) - last(b))) {
        // A stream of events does not end by itself; curl's exit code says that time was up.
        const [patience, ended] = command.includes("/v1/events/stream") ? ["-m 2", 28] : ["", 0];
        const curl = `${command} -sS ${patience} -w '\\n%{http_code}'`;
        const { code, stdout } = await run_program(["sh", "-c", curl], {
            env: {
                KEY: server.sandbox_key,
                SESSION: "none",
                OPERATOR_KEY: operator_key,
                METRICS_KEY: metrics_key,
            },
        });
        assert.equal(code, ended, command);
        // Ids of the examples are nobody's, so most are refused; but none for its form.
        const [, text, status] = /^([\s\S]*)\n(\d+)$/.exec(stdout);
        assert.match(status, /^(2..|30[23]|40[0134]|410|426)$/, `${command}\n${stdout}`);
        assert.doesNotMatch(text, /"message":"\S+ (is required"|must )/, command);
    }
});
