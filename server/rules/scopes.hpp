// Scopes `resource:action[:constraint]`: opaque strings for every decision, sentences for people.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

constexpr int scope_characters_max = 256;

// 1 to 256 characters, no whitespace, no control characters. Grammar is not enforced.
bool is_scope(std::string_view scope);

// What a person is told. `group` orders and heads the list on the consent page.
enum class ScopeGroup
{
    read,
    change,
    send,
    spend,
    other
};

struct ScopeText
{
    std::string sentence; // "See the events in your calendar"; never the raw scope
    ScopeGroup group;
    bool high_impact = false; // marked in words and icon
    bool standard = true;     // false: "not a standard permission"
};

// Texts of core-notes section 5: the table, tool scopes, constraint suffixes, then the fallbacks.
ScopeText describe_scope(std::string_view scope);

// Those of `requested` that do not occur byte for byte in `allowed`, in their order (SPEC 9: subset
// tests are exact string equality everywhere).
std::vector<std::string>
scopes_outside(std::span<std::string const> requested, std::span<std::string const> allowed);

} // namespace rules
