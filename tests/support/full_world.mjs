// A data directory in which every table has rows, for tests that damage it: everything that a
// developer can do was done, and receivers, channels and mailboxes have something pending.
import { read_rows, run_sql } from "./database.mjs";
import { free_port } from "./free_port.mjs";
import { local_receivers } from "./receiver.mjs";
import { Server, operator_key } from "./server.mjs";

export const full_world_env = (port, smtp_port) => ({
    ...local_receivers,
    GRANTEXD_RATE_PROFILE: "off",
    GRANTEXD_ADMIN_API_KEY: operator_key,
    GRANTEXD_SMTP_URL: `smtp://127.0.0.1:${smtp_port}`,
    GRANTEXD_SMTP_STARTTLS: "opportunistic",
    GRANTEXD_MAIL_FROM: "grantex@auth.example",
});

const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));

async function make_grants(api, world) {
    const agentId = await api.agent_id();
    const helper = await api.agent_id("Seat Finder", ["calendar:read"]);
    const audience = "https://api.bookings.example";
    const granted = await api.grant(agentId, { audience, expiresIn: "30d" });
    const { body: refreshed } = await api.refresh(agentId, granted.refreshToken);
    const { body: delegated } = await api.delegate(refreshed.grantToken, helper);
    world.used_code = await api.authorize(agentId);
    const ended = await api.exchange(agentId, world.used_code).then(({ body }) => body);
    await api.must(204, "DELETE", `/v1/grants/${ended.grantId}`);
    const tokens = [granted, refreshed, delegated, ended].map(({ grantToken }) => grantToken);
    Object.assign(world, { agentId, helper, granted, refreshed, delegated, ended, tokens });
}

async function set_up(api, world, url) {
    const make = (path, body) => api.must(201, "POST", path, body);
    const events = ["grant.created", "token.issued", "grant.revoked", "anomaly.detected"];
    world.webhooks = [];
    for (const name of ["first", "second"])
        world.webhooks.push(await make("/v1/webhooks", { url: `${url}/${name}`, events }));
    world.channels = [];
    for (const name of ["third", "fourth"])
        world.channels.push(
            await make("/v1/anomaly/channels", {
                type: "webhook",
                name,
                config: { url: `${url}/${name}`, secret: "0123456789abcdef" },
            }),
        );
    await make("/v1/anomaly/rules", {
        ruleId: "burst",
        name: "Burst",
        severity: "critical",
        condition: { timeWindow: "15m", threshold: 3 },
    });
    await api.must(200, "PATCH", "/v1/anomaly/rules/AD-004", { enabled: false });
    for (const name of ["Nights", "Days"])
        await make("/v1/policies", {
            name,
            effect: "deny",
            principalId: "nobody",
            timeOfDayStart: "22:00",
            timeOfDayEnd: "06:00",
            daysOfWeek: [1, 2],
        });
    await make("/v1/domains", { domain: "bookings.example" });
}

async function use(api, world) {
    const { agentId, granted, refreshed, helper } = world;
    const { grantId } = granted;
    const sold = { grantId, initialBudget: "250.00" };
    await api.must(201, "POST", "/v1/budget/allocate", sold);
    for (const amount of ["12.50", "7.25"])
        await api.post("/v1/budget/debit", { grantId, amount, description: "Seat 14A" });
    const { sessionToken } = await api.must(201, "POST", "/v1/principal-sessions", {
        principalId: "user_7421",
    });
    world.sessionToken = sessionToken;
    // Scopes beyond the parent's are a signal; many entries in an hour are an alert.
    await api.delegate(refreshed.grantToken, helper, ["payments:initiate"]);
    for (let i = 0; i < 55; ++i)
        await api.log_audit({
            agentId,
            grantId,
            action: "calendar.read",
            metadata: { i, tags: ["a"] },
        });
    await api.must(200, "POST", "/v1/anomalies/detect");
    world.replay = {
        body: { name: "Twice", scopes: ["a:b"] },
        headers: { "idempotency-key": "one" },
    };
    await api.post("/v1/agents", world.replay.body, world.replay.headers);
}

// What needs more than this program: a directory of people, a proxy that knows countries.
const by_others = (developer, agent) => `
    INSERT INTO deprovisioned_principals VALUES ('${developer}', 'user_gone', 1);
    INSERT INTO anomaly_countries VALUES ('${developer}', '${agent}', 'DE', 3, 1, 2);`;

function empty_tables(data_dir) {
    const tables = read_rows(data_dir, "SELECT name FROM sqlite_master WHERE type = 'table'");
    const sql = tables.map(([name]) => `SELECT '${name}' WHERE NOT EXISTS (SELECT 1 FROM ${name})`);
    return read_rows(data_dir, sql.join(" UNION ALL ")).flat();
}

// Fills the data of a new server and stops it: {server, ...what was made}. Nobody listens yet on
// the ports to which it delivers. due_at: when what is pending is due, after the next start.
export async function make_full_world({ due_at }) {
    const [port, smtp_port] = [await free_port(), await free_port()];
    const server = await new Server({ env: full_world_env(port, smtp_port) }).start();
    const api = server.sandbox();
    const world = { server, api, data_dir: server.data_dir, port, smtp_port };
    await set_up(api, world, `http://127.0.0.1:${port}`);
    await make_grants(api, world);
    await use(api, world);
    world.live_agent = await server.api().agent_id("Звонарь");
    world.asked = await server.api().authorize(world.live_agent);
    for (const caller of [api, server.api()])
        await caller.must(201, "POST", "/v1/signup/verify", { email: "ops@nimbus.example" });
    await pause(300); // the jobs have written what they had to
    await server.stop();
    const [[developer]] = read_rows(
        world.data_dir,
        "SELECT id FROM developers WHERE mode = 'sandbox'",
    );
    world.developer = developer;
    run_sql(
        world.data_dir,
        by_others(developer, world.agentId) +
            ["deliveries", "notifications", "mails"]
                .map((table) => `UPDATE ${table} SET due_at = ${due_at} WHERE due_at IS NOT NULL;`)
                .join(""),
    );
    const empty = empty_tables(world.data_dir);
    if (empty.length > 0) throw new Error(`nothing is in ${empty}`);
    return world;
}

// Writes of kinds that announce nothing, one commit each.
export async function keep_writing({ api, agentId, granted }, commits) {
    for (let i = 0; i < commits; ++i) {
        const { grantId } = granted;
        const [method, path, body] = [
            ["PATCH", `/v1/agents/${agentId}`, { name: `Trip Planner ${i}` }],
            [
                "POST",
                "/v1/audit/log",
                { agentId, grantId, principalId: "user_7421", action: `a.${i}` },
            ],
            ["POST", "/v1/budget/debit", { grantId, amount: "0.01", description: `Debit ${i}` }],
            [
                "POST",
                "/v1/policies",
                { name: `Policy ${i}`, effect: "deny", principalId: "nobody" },
            ],
        ][i % 4];
        const { status, text } = await api.call(method, path, body);
        if (status > 299) throw new Error(`${method} ${path}: ${status} ${text}`);
    }
}
