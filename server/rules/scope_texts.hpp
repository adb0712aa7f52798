// The word lists of the scope texts (core notes, section 5): the standard scopes with their whole
// sentences, and the verbs and phrases from which the others are put together.
#pragma once

#include "server/rules/scopes.hpp"

#include <string_view>

namespace rules {

struct StandardScope
{
    std::string_view scope, sentence;
    ScopeGroup group;
    bool high_impact = false;
};

// An action word and what it says before a resource.
struct Verb
{
    std::string_view action, word;
    ScopeGroup group;
    bool high_impact = false;
};

// What a tool permission says after "In <connector>: ".
struct ToolPermission
{
    std::string_view permission, phrase;
    ScopeGroup group;
    bool high_impact = false;
};

// A resource whose scopes matter more than their action tells, and what people call it.
struct Family
{
    std::string_view resource, words;
    ScopeGroup group; // where the action does not say
};

// Null when there is none.
StandardScope const* find_standard_scope(std::string_view scope);
Verb const* find_verb(std::string_view action);
ToolPermission const* find_tool_permission(std::string_view permission);
Family const* find_family(std::string_view resource); // high impact, all of them

} // namespace rules
