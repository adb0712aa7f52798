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

// Operations that the contract lets take an Idempotency-Key and that do not yet look at it.
export const key_not_honoured_yet = {
    revokePrincipalGrant: "only developers' keys are callers of a kept answer",
};
