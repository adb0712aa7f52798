// Every case, in the order of the resources.
import { agents } from "./agents.mjs";
import { anomalies } from "./anomalies.mjs";
import { anomaly_settings } from "./anomaly_settings.mjs";
import { budgets } from "./budgets.mjs";
import { developers } from "./developers.mjs";
import { domains } from "./domains.mjs";
import { grants } from "./grants.mjs";
import { records } from "./records.mjs";
import { requests } from "./requests.mjs";
import { streams } from "./streams.mjs";
import { tokens } from "./tokens.mjs";
import { usage } from "./usage.mjs";
import { webhooks } from "./webhooks.mjs";

export const cases = [
    ...developers,
    ...agents,
    ...requests,
    ...tokens,
    ...grants,
    ...budgets,
    ...records,
    ...webhooks,
    ...streams,
    ...anomalies,
    ...anomaly_settings,
    ...usage,
    ...domains,
];
