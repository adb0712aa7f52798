// Every case, in the order of the resources.
import { agents } from "./agents.mjs";
import { budgets } from "./budgets.mjs";
import { developers } from "./developers.mjs";
import { grants } from "./grants.mjs";
import { records } from "./records.mjs";
import { requests } from "./requests.mjs";
import { tokens } from "./tokens.mjs";

export const cases = [
    ...developers,
    ...agents,
    ...requests,
    ...tokens,
    ...grants,
    ...budgets,
    ...records,
];
