// Scopes, one a line; an empty line begins the scopes of the parent.
#include "server/rules/delegation.hpp"
#include "server/rules/policy.hpp"
#include "server/rules/scopes.hpp"
#include "server/rules/unicode.hpp"
#include "tests/fuzz/fuzzer.hpp"
#include "web/escape.hpp"

#include <string>
#include <vector>

namespace {

using Scopes = std::vector<std::string>;

Scopes take_scopes(std::string_view& input)
{
    Scopes scopes;
    while (!input.empty()) {
        auto const line = test::take_line(input);
        if (line.empty())
            break;
        scopes.emplace_back(line);
    }
    return scopes;
}

bool within(Scopes const& requested, Scopes const& allowed)
{
    return rules::scopes_outside(requested, allowed).empty();
}

void check_text(std::string const& scope)
{
    constexpr std::string_view letters =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 .,:-'/()";
    auto const text = rules::describe_scope(scope);
    test::must(
        text.sentence.find_first_not_of(letters) == text.sentence.npos,
        "a sentence holds letters, digits and plain punctuation"
    );
    test::must(text.sentence.size() < scope.size() + 200, "a sentence has an end");
    std::string escaped;
    web::append_escaped(escaped, text.sentence);
    test::must(escaped.find_first_of("<>\"") == escaped.npos, "nothing of it is markup");
    // What narrows a scope never makes it look harmless.
    if (text.high_impact)
        for (auto const* const constraint : {":max_5", ":unheard of", ":", ":a:b"})
            test::must(
                rules::describe_scope(scope + constraint).high_impact,
                "a constraint takes no warning away"
            );
}

// A deny of the first scope, asked for the second.
void check_deny(std::string const& rule, std::string const& requested)
{
    rules::Policy deny{.denies = true};
    deny.scopes = Scopes{rule};
    rules::Policy allow;
    allow.scopes = Scopes{rule};
    auto const hits = [](rules::Policy const& policy, std::string const& scope) {
        return rules::scopes_hit(policy, Scopes{scope});
    };
    test::must(hits(deny, rule), "a deny of a scope hits it");
    test::must(!hits(allow, requested) || hits(deny, requested), "a deny is as wide as an allow");
    test::must(
        !hits(deny, requested) || requested.ends_with('*') || hits(deny, requested + ":max_5"),
        "to narrow a scope does not evade a deny"
    );
    test::must(hits(deny, "*"), "to ask for everything does not evade it either");
}

} // namespace

void test::fuzz(std::string_view input)
{
    auto const requested = take_scopes(input);
    auto const parent = take_scopes(input);
    auto const grant = take_scopes(input);
    for (auto const& scope : requested)
        if (rules::is_scope(scope)) {
            must(scope.size() <= 4U * rules::scope_characters_max, "a scope has its length");
            for (std::string_view rest = scope; !rest.empty();) {
                auto const c = rules::first_code_point(rest);
                rest.remove_prefix(c.size);
                must(c.valid && !rules::is_control(c.value), "a scope is text");
            }
            check_text(scope);
            if (!parent.empty())
                check_deny(parent.front(), scope);
        }

    must(within(requested, requested), "every list is within itself");
    if (within(requested, parent) && within(parent, grant))
        must(within(requested, grant), "what is within a part is within the whole");
    auto const beyond =
        rules::scopes_beyond_parent(requested, {.token_scopes = parent, .grant_scopes = grant});
    must(within(beyond, requested), "only what was asked for is beyond");
    must(
        beyond.empty() == (within(requested, parent) && within(requested, grant)),
        "a child holds what both its parent token and its grant hold"
    );
}
