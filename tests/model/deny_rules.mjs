// Which deny rules hit a request (governance.yaml, "A rule matches"). Allow rules play no part: a
// sandbox developer is approved anyway.

// The rule's scope, the requested one.
export function is_hit(p, r) {
    if (r === p || p === "*" || r === "*") return true;
    const covers = (wide, narrow) => wide.endsWith(":*") && narrow.startsWith(wide.slice(0, -1));
    return covers(p, r) || covers(r, p) || r.startsWith(`${p}:`);
}

export const is_denied = (policies, { agent, principal, scopes }) =>
    policies.some(
        (rule) =>
            rule.effect === "deny" &&
            [null, agent, `did:grantex:${agent}`].includes(rule.agentId) &&
            [null, principal].includes(rule.principalId) &&
            (!rule.scopes || rule.scopes.some((p) => scopes.some((r) => is_hit(p, r)))),
    );
