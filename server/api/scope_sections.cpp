#include "server/api/scope_sections.hpp"

#include "server/rules/scopes.hpp"

#include <algorithm>
#include <array>

namespace api {

std::vector<web::ScopeSection>
scope_sections(std::span<std::string const> scopes, std::span<std::string const> declared)
{
    using rules::ScopeGroup;
    static constexpr std::array<std::pair<ScopeGroup, std::string_view>, 5> headings{
        {{ScopeGroup::read, "See"},
         {ScopeGroup::change, "Change"},
         {ScopeGroup::send, "Send in your name"},
         {ScopeGroup::spend, "Spend"},
         {ScopeGroup::other, "Other"}}};
    auto const undeclared = rules::scopes_outside(scopes, declared);
    std::vector<web::ScopeSection> sections;
    for (auto const& [group, heading] : headings) {
        web::ScopeSection section{.heading = std::string{heading}, .scopes = {}};
        for (auto const& scope : scopes) {
            auto const text = rules::describe_scope(scope);
            if (text.group == group)
                section.scopes.push_back(
                    {.sentence = text.sentence,
                     .high_impact = text.high_impact,
                     .undeclared = std::ranges::find(undeclared, scope) != undeclared.end(),
                     .standard = text.standard}
                );
        }
        if (!section.scopes.empty())
            sections.push_back(std::move(section));
    }
    return sections;
}

} // namespace api
