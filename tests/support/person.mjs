// A person who reads the consent page without a browser: keeps its cookie, fills in its form.
const attribute = (tag, name) => new RegExp(`\\b${name}="([^"]*)"`).exec(tag)?.[1];

// Visits the page: {status, html, cookie, fields} with the form's hidden fields.
export async function visit(consent_url, cookie) {
    const response = await fetch(consent_url, { headers: cookie ? { cookie } : {} });
    const html = await response.text();
    const hidden = html.match(/<input type="hidden"[^>]*>/g) ?? [];
    return {
        status: response.status,
        html,
        cookie: response.headers.get("set-cookie")?.split(";")[0] ?? cookie,
        fields: Object.fromEntries(
            hidden.map((tag) => [attribute(tag, "name"), attribute(tag, "value")]),
        ),
    };
}

// Presses a button of the visited page, "approve" or "deny": {status, html, location}.
export async function press(base, page, decision) {
    const response = await fetch(`${base}/consent`, {
        method: "POST",
        redirect: "manual",
        headers: {
            "content-type": "application/x-www-form-urlencoded",
            origin: base,
            "sec-fetch-site": "same-origin",
            ...(page.cookie ? { cookie: page.cookie } : {}),
        },
        body: new URLSearchParams({ ...page.fields, decision }).toString(),
    });
    return {
        status: response.status,
        html: await response.text(),
        location: response.headers.get("location"),
    };
}
