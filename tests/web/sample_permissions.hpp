// Permissions pages with every part filled in.
#pragma once

#include "web/permissions.hpp"

inline web::GrantRow sample_grant(std::string id, std::string agent_name)
{
    web::GrantRow row;
    row.grant_id = std::move(id);
    row.agent_name = std::move(agent_name);
    row.agent_description = "Finds and books trips";
    row.agent_did = "did:grantex:ag_01HZX3V7Q2M4N6P8R0S2T4V6W8";
    row.sections = {
        {"See", {{.sentence = "See the events in your calendar"}}},
        {"Spend", {{.sentence = "Start payments of up to 250", .high_impact = true}}},
        {"Other", {{.sentence = "Redeem points", .undeclared = true, .standard = false}}}};
    row.audience = "https://api.bookings.example";
    row.since = "24 Nov 2026, 09:10 UTC";
    row.until = "25 Nov 2026, 09:10 UTC";
    row.last_used = "24 Nov 2026, 11:00 UTC";
    row.uses = "3";
    return row;
}

// Two agents; the first passed parts on to two, and one of them to another.
inline web::PermissionsPage sample_permissions()
{
    web::PermissionsPage page;
    page.session = "header.claims.signature";
    page.session_until = "24 Nov 2026, 12:10 UTC";
    page.principal_id = "maria@example.com";
    page.developer_name = "Nimbus Travel";
    page.any_rows = true;
    page.rows = {
        sample_grant("grnt_1", "Trip Planner"), sample_grant("grnt_2", "Seat Finder"),
        sample_grant("grnt_3", "Seat Map Reader"), sample_grant("grnt_4", "Fare Watcher"),
        sample_grant("grnt_5", "Mail Sorter")};
    page.rows[0].closes_item = page.rows[1].closes_item = false;
    page.rows[1].opens_list = page.rows[2].opens_list = true;
    page.rows[1].root = page.rows[2].root = page.rows[3].root = false;
    page.rows[2].list_ends = page.rows[3].list_ends = {{}};
    page.any_history = true;
    page.history = {
        {.agent_name = "Trip Planner",
         .action = "calendar read",
         .time = "24 Nov 2026, 11:00 UTC",
         .success = true,
         .details = {{"events", "3"}},
         .more_details = true},
        {.agent_name = "Mail Sorter",
         .action = "email send",
         .time = "24 Nov 2026, 10:00 UTC",
         .failure = true},
        {.agent_name = "Mail Sorter",
         .action = "files delete",
         .time = "24 Nov 2026, 09:30 UTC",
         .blocked = true}};
    return page;
}

inline web::StopQuestionPage sample_question()
{
    return {
        .session = "header.claims.signature",
        .grant_id = "grnt_1",
        .agent_name = "Trip Planner",
        .developer_name = "Nimbus Travel",
        .subs = "3",
        .offline_until = "25 Nov 2026, 09:10 UTC"};
}
