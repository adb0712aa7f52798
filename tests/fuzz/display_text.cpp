// Text of strangers: made safe to show, and escaped for a page.
// Few paths: a third of the time is enough.
#include "server/rules/display_text.hpp"
#include "server/rules/audit_chain.hpp"
#include "server/rules/unicode.hpp"
#include "tests/fuzz/fuzzer.hpp"
#include "web/escape.hpp"

#include <map>
#include <string>

namespace {

std::size_t check_shown(std::string_view shown)
{
    std::size_t characters = 0;
    int marks = 0;
    auto spaced = true; // a text begins with no space
    for (; !shown.empty(); ++characters) {
        auto const c = rules::first_code_point(shown);
        shown.remove_prefix(c.size);
        test::must(c.valid && !rules::is_surrogate(c.value), "what is shown is UTF-8");
        test::must(!rules::is_control(c.value), "no control character is shown");
        test::must(!rules::is_invisible(c.value), "nothing invisible is shown");
        test::must(!rules::is_space(c.value) || c.value == ' ', "a gap is a space");
        test::must(!spaced || c.value != ' ', "one, and none at the start");
        spaced = c.value == ' ';
        marks = rules::is_combining_mark(c.value) ? marks + 1 : 0;
        test::must(marks <= 8, "marks do not pile up");
    }
    test::must(characters == 0 || !spaced, "no space at the end");
    return characters;
}

// As a browser reads the references that are written.
std::string unescaped(std::string_view html)
{
    std::map<std::string_view, char> const references{
        {"&amp;", '&'},  {"&lt;", '<'},  {"&gt;", '>'}, {"&#34;", '"'},
        {"&#39;", '\''}, {"&#96;", '`'}, {"&#61;", '='}};
    std::string text;
    while (!html.empty()) {
        std::size_t size = 1;
        auto character = html.front();
        if (character == '&') {
            size = html.find(';') + 1;
            test::must(size > 0 && references.contains(html.substr(0, size)), "& is a reference");
            character = references.at(html.substr(0, size));
        }
        text += character;
        html.remove_prefix(size);
    }
    return text;
}

void check_escaped(std::string_view text)
{
    std::string html;
    web::append_escaped(html, text);
    test::must(html.find_first_of("<>\"'`=") == html.npos, "escaped text is inert");
    auto const holds_control = std::ranges::any_of(text, [](char c) {
        return (c >= 0 && c < ' ' && c != '\t' && c != '\n' && c != '\r') || c == 0x7f;
    });
    if (!holds_control)
        test::must(unescaped(html) == text, "escaped text reads as it was");
}

} // namespace

void test::fuzz(std::string_view input)
{
    check_escaped(input);
    for (auto const characters_max :
         {std::size_t{0}, std::size_t{1}, std::size_t{20}, input.size()}) {
        auto const shown = rules::display_text(input, characters_max);
        must(check_shown(shown) <= characters_max, "a text is cut where it was to be cut");
        must(rules::display_text(shown, characters_max) == shown, "what is safe stays as it is");
        if (!rules::mixes_scripts(input) && characters_max >= input.size())
            static_cast<void>(rules::mixes_scripts(shown));
    }
}
