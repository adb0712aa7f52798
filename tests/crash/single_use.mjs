// Codes and refresh tokens after a crash: what was used stays used, and what was not works once.
// These checks write; they come last.
import { in_parallel } from "./oracle.mjs";

const paths = { exchange: "/v1/token", refresh: "/v1/token/refresh" };

export async function check_single_use(oracle) {
    const { api, clients } = oracle;
    const use = (kind, asked) => api.post(paths[kind], asked);
    const must = (status, answer, what) =>
        oracle.fault_unless(answer.status === status, `${what}: ${answer.status} ${answer.text}`);

    // Without an answer: used by the lost request, or now; never by both.
    const in_flight = ["exchange", "refresh"].flatMap((kind) => oracle.in_flight(kind));
    await in_parallel(in_flight, async ({ kind, asked, principal, grant }) => {
        if (grant?.is_revoked) return;
        const first = await use(kind, asked);
        const is_its_grant = (seen) => !seen.parentGrantId && seen.principalId === principal;
        const is_done = [...oracle.state.grants.values()].some(is_its_grant);
        if (kind === "exchange") must(is_done ? 400 : 201, first, "a code after a lost answer");
        else if (first.status === 400) ++oracle.completed;
        must(400, await use(kind, asked), `${kind} once more`);
        if (grant) grant.refresh = undefined; // used now, in any case
    });

    // The newest token of a family works, once.
    const is_active = ({ id }) => oracle.state.grants.get(id)?.status === "active";
    const alive = clients.flatMap(({ agent, grants }) =>
        grants
            .filter((grant) => grant.refresh && is_active(grant))
            .map(({ refresh }) => ({ agentId: agent.agentId, refreshToken: refresh })),
    );
    await in_parallel(alive, async (asked) => {
        must(201, await use("refresh", asked), "the newest refresh token");
        must(400, await use("refresh", asked), "a refresh token used twice");
    });

    const used = ["exchange", "refresh"].flatMap((kind) => oracle.acknowledged(kind));
    await in_parallel(used, async ({ kind, asked }) =>
        must(400, await use(kind, asked), `${kind} of what was used before the crash`),
    );
    oracle.used_again = in_flight.length + alive.length + used.length;
}
