// A person who allowed things, the link to their permissions page, and each state of that page.
const principal = (() => {
    let number = 0;
    return () => `maria+${++number}@example.com`;
})();

const grant_fields = (principalId, scopes, fields) => ({ principalId, scopes, ...fields });

export async function allow(api, principalId, name, scopes, { agent = {}, ...fields } = {}) {
    const body = { name, scopes, ...agent };
    const { agentId } = await api.must(201, "POST", "/v1/agents", body);
    const granted = await api.grant(agentId, grant_fields(principalId, scopes, fields));
    return { ...granted, agentId, principalId };
}

async function pass_on(api, parent, name, scopes) {
    const { agentId } = await api.must(201, "POST", "/v1/agents", { name, scopes });
    const passed = await api.delegate(parent.grantToken, agentId, scopes);
    return { ...passed.body, agentId, principalId: parent.principalId };
}

async function log(api, { agentId, grantId, principalId }, action, fields = {}) {
    await api.must(201, "POST", "/v1/audit/log", {
        agentId, grantId, principalId, action, ...fields,
    });
}

export async function session_of(server, principalId, fields = {}) {
    const body = { principalId, ...fields };
    return server.sandbox().must(201, "POST", "/v1/principal-sessions", body);
}

// Three agents, of which one has passed parts on to two others and one of those further on.
export async function person_with_agents(server) {
    const api = server.sandbox();
    const person = principal();
    const sorter = await allow(api, person, "Mail Sorter", ["email:read"]);
    const watcher = await allow(api, person, "Fare Watcher", ["calendar:read"], {
        audience: "https://api.fares.example",
    });
    const planner = await allow(
        api,
        person,
        "Trip Planner",
        ["calendar:read", "calendar:write", "email:send", "payments:initiate:max_250"],
        { agent: { description: "Finds trips that fit your calendar and books them." } },
    );
    const seats = await pass_on(api, planner, "Seat Finder", ["calendar:read", "calendar:write"]);
    const maps = await pass_on(api, seats, "Seat Map Reader", ["calendar:read"]);
    const payer = await pass_on(api, planner, "Ticket Payer", ["payments:initiate:max_250"]);
    await log(api, planner, "calendar.read", { metadata: { events: 3, city: "Lisbon" } });
    await log(api, planner, "calendar.read", { metadata: { events: 4 } });
    await log(api, payer, "payment.initiate", { status: "failure", metadata: { amount: 219.5 } });
    await log(api, sorter, "email.delete", { status: "blocked", metadata: { rule: { id: 7 } } });
    const { sessionToken, dashboardUrl } = await session_of(server, person);
    const grants = { sorter, watcher, planner, seats, maps, payer };
    return { person, api, grants, token: sessionToken, url: dashboardUrl };
}

// Names and scopes of full length, five levels deep.
async function person_with_much(server) {
    const api = server.sandbox();
    const person = `${"a-very-long-account-name-without-spaces".repeat(4)}-${principal()}`;
    const name = "The Exceptionally Thorough Travel and Calendar Planning Assistant of Nimbus";
    const scopes = [
        "calendar:read", "email:send", "files:delete", "read", "tool:warehouse:delete:orders:capped:50",
        `com.nimbus.${"loyalty".repeat(8)}:create:max_5000`,
        ...Array.from({ length: 6 }, (_, i) => `custom-area-${i}:manage`),
    ];
    const agent = { description: "Plans, books, pays, moves and cancels journeys. ".repeat(10) };
    let parent = await allow(api, person, name, scopes, { agent });
    await log(api, parent, "W".repeat(60), {
        metadata: { [`k${"e".repeat(50)}y`]: "v".repeat(200), b: "Let it be. ".repeat(20) },
    });
    for (const word of ["W".repeat(60), "Helper of the helper", "Third"])
        parent = await pass_on(api, parent, word, scopes.slice(0, 4));
    return { person, url: (await session_of(server, person)).dashboardUrl };
}

// What was done, and read first: it takes the focus when the page is drawn.
export const status_in_focus = (page) => page.locator("[role=status]:focus");
export const heading = (page) => page.locator("h1").innerText();
export const stop_button = (page, name) =>
    page.getByRole("button", { name: `Stop ${name}`, exact: true });
export const stop_all_button = (page) => stop_button(page, "everything");
export const open_button = (page) => page.getByRole("button", { name: "Open my permissions" });
export const link_field = (page) => page.getByRole("textbox", { name: "Your link" });

const listed = async (page, server, person) => {
    const known = await (person ?? person_with_agents)(server);
    await page.goto(known.url);
    await page.getByRole("heading", { name: "What you allowed" }).waitFor();
    return known;
};

const reach = {
    door: (page, server) => page.goto(`${server.base}/permissions`),
    list: listed,
    long_list: (page, server) => listed(page, server, person_with_much),
    question: async (page, server) => {
        await listed(page, server);
        await stop_button(page, "Trip Planner").click();
        await page.getByRole("heading", { name: "Stop Trip Planner?" }).waitFor();
    },
    long_question: async (page, server) => {
        await listed(page, server, person_with_much);
        await page.getByRole("button", { name: /^Stop The Exc/ }).click();
        await page.getByRole("heading", { name: /^Stop The Exc/ }).waitFor();
    },
    stopped: async (page, server) => {
        await reach.question(page, server);
        await page.getByRole("button", { name: "Stop", exact: true }).click();
        await status_in_focus(page).waitFor();
    },
    question_all: async (page, server) => {
        await listed(page, server);
        await stop_all_button(page).click();
        await page.getByRole("heading", { name: "Stop everything?" }).waitFor();
    },
    stopped_all: async (page, server) => {
        await reach.question_all(page, server);
        await stop_all_button(page).click();
        await status_in_focus(page).waitFor();
    },
    already_stopped: async (page, server) => {
        const { api, grants } = await listed(page, server);
        await api.revoke(grants.watcher.grantId);
        await stop_button(page, "Fare Watcher").click();
        await status_in_focus(page).waitFor();
    },
    invalid: async (page, server) => {
        await page.goto(`${server.base}/permissions#session=not.a.token`);
        await page.getByRole("heading", { name: "This link does not work" }).waitFor();
    },
};

export const permissions_states = Object.keys(reach).map((state) => `permissions_${state}`);

// Needs script: it is the shortest way to each state.
export async function reach_permissions(page, server, state) {
    return reach[state.replace("permissions_", "")](page, server);
}
