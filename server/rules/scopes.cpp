#include "server/rules/scopes.hpp"

#include "server/rules/unicode.hpp"

#include <algorithm>

namespace rules {

bool is_scope(std::string_view scope)
{
    if (scope.empty())
        return false;
    for (int characters = 0; !scope.empty(); ++characters) {
        if (characters == scope_characters_max)
            return false;
        auto const c = first_code_point(scope);
        if (!c.valid || is_surrogate(c.value) || is_space(c.value) || is_control(c.value))
            return false;
        // ECMAScript's \s, which the contract's pattern names, has this one too.
        if (c.value == 0xFEFF)
            return false;
        scope.remove_prefix(c.size);
    }
    return true;
}

std::vector<std::string>
scopes_outside(std::span<std::string const> requested, std::span<std::string const> allowed)
{
    std::vector<std::string> outside;
    for (auto const& scope : requested)
        if (std::ranges::find(allowed, scope) == allowed.end())
            outside.push_back(scope);
    return outside;
}

} // namespace rules
