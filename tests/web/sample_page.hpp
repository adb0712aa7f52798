// A consent page with every part filled in.
#pragma once

#include "web/pages.hpp"

inline web::ConsentPage sample_page()
{
    web::ConsentPage page;
    page.request_id = "areq_01HZX3V7Q2M4N6P8R0S2T4V6W8";
    page.csrf = "csrf-value-0123456789";
    page.agent_name = "Trip Planner";
    page.agent_description = "Finds and books trips";
    page.agent_did = "did:grantex:ag_01HZX3V7Q2M4N6P8R0S2T4V6W8";
    page.developer_name = "Nimbus Travel";
    page.developer_verified = true;
    page.principal_id = "maria@example.com";
    auto& sections = page.sections;
    sections.push_back({"See", {{.sentence = "See the events in your calendar"}}});
    sections.push_back({"Change", {{.sentence = "Add and change events", .undeclared = true}}});
    sections.push_back({"Spend", {{.sentence = "Start payments of up to 250", .high_impact = true}}}
    );
    sections.push_back(
        {"Other", {{.sentence = "A permission named by the developer: points", .standard = false}}}
    );
    page.duration_words = "24 hours";
    page.audience = "https://api.bookings.example";
    page.redirect_host = "app.nimbus.example";
    page.deadline = "24 Nov 2026, 09:10 UTC";
    page.permissions_host = "auth.example.com/permissions";
    return page;
}
