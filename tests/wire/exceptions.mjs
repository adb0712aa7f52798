// Where the contract's own parts do not agree to the letter, and which one counts.

// Members that an operation answers with and its example leaves out: its schema has them.
export const left_out = {
    getMe: ["consentAuth"],
    updateMe: ["consentAuth"],
    createWebhook: ["legacySignature"],
    listWebhooks: ["webhooks[].legacySignature"],
    listAlerts: ["type", "principalId", "resolutionNote", "occurrences", "lastSeenAt"].map(
        (name) => `data[].${name}`,
    ),
};

// Null is the same as nothing, but not for these: "null for name, effect or priority is 400".
export const no_null = { updatePolicy: ["name", "effect", "priority"] };
