// Operations of the contract that are not built yet, and why. The tests fail when one of them
// answers (delete its line: its cases run from then on) or when another one does not.
export const not_built = {
    sendSignupVerification: "e-mail confirmation",
    confirmSignupVerification: "e-mail confirmation",
    getPermissionsPage: "the page of the person",
    getPrincipalDashboard: "the page of the person",
    getDidDocument: "DIDs",
    resolveAgentDid: "DIDs",
    adminStats: "the operator's key",
    adminListDevelopers: "the operator's key",
    adminSetPlan: "the operator's key",
};

// Parts of operations that answer otherwise; a case names the part it is about.
export const parts_not_built = {
    "sessions decide": "no session counts at consent level session",
};

// Why a case cannot show what it is about; nothing when it can.
export const why_not = ({ id, part }) => not_built[id] ?? parts_not_built[part];

// Operations that the contract lets take an Idempotency-Key and that do not yet look at it.
export const key_not_honoured_yet = {
    revokePrincipalGrant: "only developers' keys are callers of a kept answer",
};
