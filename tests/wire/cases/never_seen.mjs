// What the contract declares and no case can show, and why.

// Of every operation: a status, or a status and a code.
const of_all = {
    // Shown for every operation in refusals_test.mjs and limits_test.mjs.
    "401 UNAUTHORIZED": "generic",
    "413 BAD_REQUEST": "generic",
    "415 BAD_REQUEST": "generic",
    "429 RATE_LIMIT_EXCEEDED": "generic",
    "429 RATE_LIMITED": "generic",
    // Shown for every operation in idempotency_test.mjs.
    "422 IDEMPOTENCY_KEY_REUSED": "generic",
    "409 IDEMPOTENCY_IN_PROGRESS": "no request runs while another one does",
    "500 INTERNAL_ERROR": "nothing a caller sends leads there",
    "503 RATE_LIMIT_UNAVAILABLE": "the counters are in the process",
    "503 SERVICE_UNAVAILABLE": "needs a broken disk: tests/process",
    "403 PRINCIPAL_DEPROVISIONED": "SCIM is not built",
    "403 SSO_REQUIRED": "SSO is not built",
};

// "Body is not a JSON object" is all that these refuse: refusals_test.mjs.
const without_members = [
    "approveAuthorization",
    "approveConsent",
    "denyAuthorization",
    "denyConsent",
    "rotateKey",
    "rotateKeyAlias",
];

const of_one = {
    ...Object.fromEntries(without_members.map((id) => [`${id} 400 BAD_REQUEST`, "generic"])),
    "debitBudget 409 CONFLICT": "one schema for both: a debit never conflicts",
    "getHealth 503 ": "needs a broken disk",
    "getMe 404 NOT_FOUND": "an account cannot be removed",
    "signup 403 ": "the contract names no code: the case is SIGNUP_CLOSED",
    "confirmSignupVerification 400 TOKEN_EXPIRED": "a link lives for a day: tests/server/api",
    // Sandbox requests are approved as they are made, and no live developer becomes a sandbox.
    "approveAuthorization 200": "tests/server/api/authorize_test.cpp",
    "denyAuthorization 200": "tests/server/api/authorize_test.cpp",
    "refreshToken Grant has expired": "its refresh token expires at the same moment, and says so",
};

export const never_seen = (id, ...what) =>
    of_all[what.join(" ")] ?? of_one[[id, ...what].join(" ")];
