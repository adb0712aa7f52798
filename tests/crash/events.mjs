// Events of acknowledged writes reach their receiver at least once, and none tells what is not so.
import { claims_of } from "../support/forge.mjs";
import { eventually } from "../support/process_state.mjs";

export const event_types = ["grant.created", "grant.revoked", "token.issued"];

const name_of = ({ type, data }) =>
    `${type} ${type === "token.issued" ? data.tokenId : data.grantId}`;

// What the answers to these clients' writes have promised.
export function promised_events(clients) {
    const promised = new Set();
    const token = ({ grantToken }) => promised.add(`token.issued ${claims_of(grantToken).jti}`);
    for (const { ledger } of clients)
        for (const { kind, answer, tree } of ledger.acknowledged()) {
            const is_new = ["exchange", "delegate"].includes(kind);
            if (is_new) promised.add(`grant.created ${answer.grantId}`);
            if (is_new || kind === "refresh") token(answer);
            if (kind === "revoke") for (const { id } of tree) promised.add(`grant.revoked ${id}`);
        }
    return promised;
}

// Waits until all have come to this URL: {faults, promised, received, repeated}.
export async function check_events(receiver, url, oracles, patience_milliseconds = 60_000) {
    const promised = promised_events(oracles.flatMap(({ clients }) => clients));
    const grants = new Map(oracles.flatMap(({ state }) => [...state.grants]));
    const mine = () => receiver.received.filter((delivery) => url.endsWith(delivery.url));
    const missing = () => {
        const names = new Set(mine().map(({ event }) => name_of(event)));
        return [...promised].filter((name) => !names.has(name));
    };
    await eventually(() => missing().length === 0, patience_milliseconds);
    const faults = missing().map((name) => `no ${name} has arrived`);
    const events = mine().map(({ event }) => event);
    for (const { type, data } of events) {
        const status = grants.get(data.grantId)?.status;
        if (!status || (type === "grant.revoked" && status !== "revoked"))
            faults.push(`${type} ${data.grantId} has arrived, and the grant is ${status}`);
    }
    const ids = new Set(events.map(({ id }) => id));
    const repeated = events.length - ids.size;
    return { faults, promised: promised.size, received: ids.size, repeated };
}
