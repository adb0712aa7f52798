// Members that an operation answers with and its example in the contract leaves out: its schema has
// them as optional.
export const left_out = {
    getMe: ["consentAuth"],
    updateMe: ["consentAuth"],
};
