// Recomputes a developer's audit chain from what the server returns, with none of its code:
//   node tests/clients/audit_chain.mjs URL API_KEY
// Exit code 0: every hash is right and every entry names the one before it.
import { createHash } from "node:crypto";
import { pathToFileURL } from "node:url";

// Members in order of their UTF-16 code units, which is how JavaScript compares strings. Not by
// building a sorted object: JavaScript would put members such as "10" first.
export function canonical(value) {
    if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
    if (value === null || typeof value !== "object") return JSON.stringify(value);
    const members = Object.keys(value).sort();
    return `{${members.map((n) => `${JSON.stringify(n)}:${canonical(value[n])}`).join(",")}}`;
}

export function hashed_text(entry) {
    const before_metadata = {
        id: entry.entryId,
        agentId: entry.agentId,
        agentDid: entry.agentDid,
        grantId: entry.grantId,
        principalId: entry.principalId,
        developerId: entry.developerId,
        action: entry.action,
    };
    const after_metadata = {
        timestamp: entry.timestamp,
        prevHash: entry.prevHash,
        status: entry.status,
    };
    const head = JSON.stringify(before_metadata).slice(0, -1);
    const tail = JSON.stringify(after_metadata).slice(1);
    return `${head},"metadata":${canonical(entry.metadata ?? {})},${tail}`;
}

export const hash_of = (entry) =>
    createHash("sha256").update(hashed_text(entry), "utf8").digest("hex");

// What is wrong with the entries, oldest first; empty when they are one chain from its beginning.
export function chain_faults(entries) {
    const faults = [];
    let previous = null;
    for (const entry of entries) {
        if (entry.prevHash !== previous) faults.push(`${entry.entryId} does not follow the last`);
        if (entry.hash !== hash_of(entry)) faults.push(`${entry.entryId} has a wrong hash`);
        previous = entry.hash;
    }
    return faults;
}

export async function fetch_chain(base, key, page_size = 1000) {
    const entries = [];
    for (let page = 1; ; ++page) {
        const response = await fetch(
            `${base}/v1/audit/entries?page=${page}&pageSize=${page_size}`,
            { headers: { authorization: `Bearer ${key}` } },
        );
        if (!response.ok) throw new Error(`${response.status} ${await response.text()}`);
        const list = await response.json();
        entries.push(...list.entries);
        if (entries.length >= list.total || list.entries.length === 0) return entries;
    }
}

async function main([base, key]) {
    if (!base || !key) {
        console.error("Usage: node audit_chain.mjs URL API_KEY");
        return 2;
    }
    const entries = await fetch_chain(base.replace(/\/+$/, ""), key);
    const faults = chain_faults(entries);
    for (const fault of faults) console.error(fault);
    console.log(`${entries.length} entries, ${faults.length} faults`);
    return faults.length === 0 ? 0 : 1;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href)
    process.exitCode = await main(process.argv.slice(2));
