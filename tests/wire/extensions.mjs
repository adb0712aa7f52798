// In what /openapi.json differs from the contract, and why: [difference, reason]. `*` stands for
// any text. A line that explains nothing any more fails the test: delete it.

const own_pages = [
    ["POST /consent: only served", "the consent page without script"],
    ["GET /assets/{version}/{name}: only served", "style, script and icons of the pages"],
    ["POST /permissions: only served", "the permissions page without script"],
    ["GET /openapi.json: only served", "the document itself"],
    ["GET /docs: only served", "the document as a page"],
];

// "Errors any operation can produce": the contract does not repeat them with each.
const of_every_operation = [
    ["* 400: only served", "escapes, parameters and keys that are malformed"],
    ["* 400 code BAD_REQUEST: only served", "as above"],
    ["* 413: only served", "a body where none belongs may be too large"],
    ["* 413 code BAD_REQUEST: only served", "as above"],
    ["* 414: only served", "a path parameter over 512 bytes"],
    ["* 414 code BAD_REQUEST: only served", "as above"],
    ["* 415: only served", "a body where none belongs may be of another type"],
    ["* 415 code BAD_REQUEST: only served", "as above"],
    ["* 500: only served", "a fault of the server"],
    ["* 500 code INTERNAL_ERROR: only served", "as above"],
    ["* 503: only served", "a disk that fails"],
    ["* 503 code SERVICE_UNAVAILABLE: only served", "as above"],
];

const narrower = [
    ["* 429 code RATE_LIMITED: only in the contract", "the code of the authorize bucket only"],
    ["* 503 code RATE_LIMIT_UNAVAILABLE: only in the contract", "the counters are in the process"],
    ["* 200 member *: optional, served required", "more is promised than the contract asks for"],
    ["* 201 member *: optional, served required", "as above"],
    ["* 202 member *: optional, served required", "as above"],
    ["POST * request: only in the contract", "nothing is read from it, and none is needed"],
    ["GET /v1/me 404*: only in the contract", "an account cannot be removed"],
    ["GET /v1/events/ws parameter *: only in the contract", "RFC 6455 has every client send them"],
];

const not_built = [
    ["* code SSO_REQUIRED: only in the contract", "SSO"],
    ["GET /v1/grants* member *amr: only in the contract", "logins: OAuth"],
    ["GET /v1/grants* member *authTime: only in the contract", "logins: OAuth"],
    ["POST * 201 member verifiableCredential: only in the contract", "credentials"],
    ["POST * 201 member sdJwtCredential: only in the contract", "credentials"],
    ["POST * 201 member agentPassportId: only in the contract", "credentials"],
];

const own = [
    ["POST /v1/signup 403 code SIGNUP_CLOSED: only served", "named in the contract's text"],
    ["POST /v1/authorize/*/approve 403 code POLICY_DENIED: only served", "a newer deny policy"],
    ["POST /v1/consent/* parameter header X-CSRF-Token: only served", "in the contract's text"],
    ["GET /dashboard/principal parameter query id: only in the contract", "it is not read"],
    ["GET /v1/admin/stats 200 member byMode.*: only served", "the two modes that there are"],
    ["POST /v1/budget/debit 409 code CONFLICT: only in the contract", "one schema for two"],
    ["POST /v1/grants/verify 200 member claims.*: only in the contract", "written as it came"],
    ["* /v1/anomaly/rules* member *condition.*: only in the contract", "written as it came"],
    ["PATCH /v1/policies/{id} request: required, served optional", "a change of nothing is taken"],
];

export const extensions = [
    ...own_pages,
    ...of_every_operation,
    ...narrower,
    ...not_built,
    ...own,
];
