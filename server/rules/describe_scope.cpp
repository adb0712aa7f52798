#include "server/rules/scope_texts.hpp"
#include "server/rules/scope_words.hpp"
#include "server/rules/scopes.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace rules {

namespace {

using Parts = std::vector<std::string_view>;

ScopeText text_of(StandardScope const& standard)
{
    return {std::string{standard.sentence}, standard.group, standard.high_impact, true};
}

// A standard scope with a constraint; nothing when it is not one or cannot be read.
std::optional<ScopeText> constrained(std::string_view base, std::string_view constraint)
{
    auto const* standard = find_standard_scope(base);
    auto const limit = constraint_words(constraint);
    if (!standard || !limit)
        return std::nullopt;
    auto text = text_of(*standard);
    // "Payments of any size, up to 250" would contradict itself.
    if (base == "payments:initiate" && limit->starts_with("up to "))
        text.sentence = "Start payments of " + *limit + " in your account currency";
    else
        text.sentence += ", " + *limit;
    return text;
}

// `tool:C:P:R[:capped:N]` and `agenticorg:C:P`. The resource is left out: the wider reading is the
// safe one, because not every enforcer narrows by it.
std::optional<ScopeText> tool_text(Parts const& parts)
{
    auto const capped = parts.size() == 6 && parts[4] == "capped" && is_number(parts[5]);
    auto const tool = parts[0] == "tool" && (parts.size() == 4 || capped);
    auto const agenticorg = parts[0] == "agenticorg" && parts.size() == 3;
    if (!tool && !agenticorg)
        return std::nullopt;
    auto const* permission = find_tool_permission(parts[2]);
    auto const connector = name_words(parts[1]);
    if (!permission || !connector)
        return std::nullopt;
    auto sentence = "In " + *connector + ": " + std::string{permission->phrase};
    if (capped)
        sentence += ", at most " + std::string{parts[5]} + " per action";
    return ScopeText{sentence, permission->group, permission->high_impact, true};
}

// `resource:action[:constraint]` of a resource that is not in the table. A constraint nobody can
// read leaves the scope unreadable, not unlimited.
std::optional<ScopeText> composed_text(Parts const& parts)
{
    if (parts.size() < 2 || parts.size() > 3)
        return std::nullopt;
    auto const* family = find_family(parts[0]);
    ScopeText text;
    if (auto const* verb = find_verb(parts[1])) {
        auto const resource = resource_words(parts[0]);
        if (!resource)
            return std::nullopt;
        auto const pays = family && family->group == ScopeGroup::spend;
        auto const group = pays && verb->group != ScopeGroup::read ? family->group : verb->group;
        text = {
            std::string{verb->word} + ' ' + *resource, group, family || verb->high_impact, true};
    } else if (auto const area = name_words(parts[1]); area && parts[0] == "admin") {
        text = {"Fully control " + *area, ScopeGroup::change, true, true}; // `admin:users`
    } else {
        return std::nullopt;
    }
    if (parts.size() == 3) {
        auto const limit = constraint_words(parts[2]);
        if (!limit)
            return std::nullopt;
        text.sentence += ", " + *limit;
    }
    return text;
}

// What is known of a scope that cannot be put into a sentence: nobody hides a payment behind a
// constraint we cannot read.
ScopeText unreadable_text(std::string_view scope, Parts const& parts)
{
    auto const named = words(scope);
    ScopeText text{
        named.empty() ? "A permission without a readable name, chosen by the developer"
                      : "A permission named by the developer: " + named,
        ScopeGroup::other, false, false};
    auto const weigh = [&](auto const& row) {
        text.group = row.group;
        text.high_impact = row.high_impact;
    };
    if (parts.size() < 2)
        return text;

    auto const base = std::string{parts[0]} + ':' + std::string{parts[1]};
    auto const* tool = parts.size() > 2 ? find_tool_permission(parts[2]) : nullptr;
    if (auto const* standard = find_standard_scope(base)) {
        weigh(*standard);
    } else if (auto const* family = find_family(parts[0])) {
        text.group = family->group;
        text.high_impact = true;
    } else if (tool && (parts[0] == "tool" || parts[0] == "agenticorg")) {
        weigh(*tool);
    } else if (auto const* verb = find_verb(parts[1])) {
        weigh(*verb);
    }
    return text;
}

} // namespace

ScopeText describe_scope(std::string_view scope)
{
    if (auto const* standard = find_standard_scope(scope))
        return text_of(*standard);

    auto const parts = split(scope, ':');
    if (auto const last = scope.rfind(':'); last != std::string_view::npos)
        if (auto text = constrained(scope.substr(0, last), scope.substr(last + 1)))
            return *text;
    if (auto text = tool_text(parts))
        return *text;
    if (auto text = composed_text(parts))
        return *text;
    return unreadable_text(scope, parts);
}

} // namespace rules
