#include "server/rules/scope_texts.hpp"

#include <algorithm>
#include <array>

namespace rules {

namespace {

using enum ScopeGroup;

constexpr auto high = true; // marked (!) in the table

// clang-format off
constexpr std::array standard_scopes{
    StandardScope{"calendar:read", "See the events in your calendar", read},
    StandardScope{"calendar:write", "Add, change and remove events in your calendar", change},
    StandardScope{"calendar:delete", "Remove events from your calendar", change},
    StandardScope{"calendar:share", "Share your calendar with others", change},
    StandardScope{"email:read", "Open and read your e-mail", read},
    StandardScope{"email:send", "Send e-mail in your name", send, high},
    StandardScope{"email:delete", "Delete e-mail from your mailbox", change, high},
    StandardScope{"email:draft", "Prepare e-mail drafts", change},
    StandardScope{"files:read", "Open and read your files and documents", read},
    StandardScope{"files:write", "Add files and change existing ones", change, high},
    StandardScope{"files:delete", "Delete your files", change, high},
    StandardScope{"files:share", "Share your files with others", change},
    StandardScope{"payments:read", "See your balances and past payments", read},
    StandardScope{"payments:initiate", "Start payments of any size", spend, high},
    StandardScope{"payments:approve", "Approve waiting payments", spend, high},
    StandardScope{"payments:refund", "Send refunds", spend, high},
    StandardScope{"profile:read", "See your profile and identity details", read},
    StandardScope{"profile:write", "Change your profile", change},
    StandardScope{"contacts:read", "See people in your address book", read},
    StandardScope{"contacts:write", "Add and change people in your address book", change},
    StandardScope{"contacts:delete", "Delete people in your address book", change},
    StandardScope{"notifications:read", "See your notifications", read},
    StandardScope{"notifications:send", "Send you notifications", send},
    StandardScope{"notifications:manage", "Change settings of your notifications", change},
    StandardScope{"payments:mpp:inference", "Pay for the use of AI models", spend},
    StandardScope{"payments:mpp:compute", "Pay for computing time", spend},
    StandardScope{"payments:mpp:data", "Pay for data", spend},
    StandardScope{"payments:mpp:storage", "Pay for storage space", spend},
    StandardScope{"payments:mpp:search", "Pay for search services", spend},
    StandardScope{"payments:mpp:media", "Pay for media services", spend},
    StandardScope{"payments:mpp:delivery", "Pay for deliveries", spend},
    StandardScope{"payments:mpp:browser", "Pay for remote browser services", spend},
    StandardScope{"payments:mpp:general", "Pay for other online services", spend},
};

// A resource nobody knows is judged by the action alone; what cannot be undone is high impact.
constexpr std::array verbs{
    Verb{"read", "See", read},
    Verb{"write", "Change", change},
    Verb{"create", "Create", change},
    Verb{"delete", "Delete", change, high},
    Verb{"send", "Send", send, high},
    Verb{"approve", "Approve", change, high},
    Verb{"manage", "Manage", change},
    Verb{"admin", "Fully control", change, high},
};

// The tool grammar knows read, write, delete and admin; connectors use the other verbs as well.
constexpr std::array tool_permissions{
    ToolPermission{"read", "look things up", read},
    ToolPermission{"write", "make changes", change},
    ToolPermission{"create", "create things", change},
    ToolPermission{"delete", "delete things", change, high},
    ToolPermission{"send", "send things", send, high},
    ToolPermission{"approve", "approve things", change, high},
    ToolPermission{"manage", "manage things", change},
    ToolPermission{"admin", "full control", change, high},
};

constexpr std::array families{
    Family{"database", "databases", other},
    Family{"api", "connected services", other},
    Family{"admin", "administration settings", other},
    Family{"payments", "payments", spend},
};
// clang-format on

template<class Rows, class Key> auto find_row(Rows const& rows, std::string_view text, Key key)
{
    auto const row = std::ranges::find(rows, text, key);
    return row == rows.end() ? nullptr : &*row;
}

} // namespace

StandardScope const* find_standard_scope(std::string_view scope)
{
    return find_row(standard_scopes, scope, &StandardScope::scope);
}

Verb const* find_verb(std::string_view action)
{
    return find_row(verbs, action, &Verb::action);
}

ToolPermission const* find_tool_permission(std::string_view permission)
{
    return find_row(tool_permissions, permission, &ToolPermission::permission);
}

Family const* find_family(std::string_view resource)
{
    return find_row(families, resource, &Family::resource);
}

} // namespace rules
