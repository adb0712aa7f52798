// WCAG 2.2, 1.4.3 and 1.4.11: computed from the colours of the style sheets in both schemes.
#include "web/pages.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>
#include <cmath>
#include <map>
#include <regex>
#include <set>
#include <string>

namespace {

using Colours = std::map<std::string, std::string>;

// The colours are in the first sheet; the other pages' sheets only use them.
std::string css()
{
    return std::string(web::find_asset("style.css").value().text) +
           std::string(web::find_asset("permissions.css").value().text);
}

Colours read_colours(std::string const& text)
{
    static std::regex const property("--([a-z-]+): (#[0-9a-f]{6});");
    Colours colours;
    for (std::sregex_iterator match(text.begin(), text.end(), property), end; match != end; ++match)
        colours[(*match)[1]] = (*match)[2];
    return colours;
}

// The two blocks of colours: the first of the sheet, and the one of the dark scheme.
Colours light()
{
    auto const text = css();
    return read_colours(text.substr(0, text.find("@media (prefers-color-scheme: dark)")));
}

Colours dark()
{
    auto const text = css();
    return read_colours(text.substr(text.find("@media (prefers-color-scheme: dark)")));
}

// WCAG 2.2, definition of relative luminance.
double luminance(std::string const& colour)
{
    auto const channel = [&](std::size_t at) {
        double const value = std::stoi(colour.substr(at, 2), nullptr, 16) / 255.0;
        return value <= 0.04045 ? value / 12.92 : std::pow((value + 0.055) / 1.055, 2.4);
    };
    return 0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5);
}

double contrast(std::string const& one, std::string const& other)
{
    auto const a = luminance(one) + 0.05;
    auto const b = luminance(other) + 0.05;
    return a > b ? a / b : b / a;
}

struct Pair
{
    std::string foreground;
    std::string background;
    double least;
};

// Everything that is drawn on something else, by what it is: 4.5 for text, 3 for edges and icons
// that carry meaning. `line` only decorates.
Pair const pairs[] = {
    {"ink",           "page",            4.5},
    {"ink",           "surface",         4.5},
    {"muted",         "page",            4.5},
    {"muted",         "surface",         4.5},
    {"accent",        "surface",         4.5},
    {"accent",        "page",            4.5},
    {"accent-strong", "surface",         4.5},
    {"on-accent",     "accent",          4.5},
    {"on-accent",     "accent-strong",   4.5},
    {"focus",         "surface",         3  },
    {"focus",         "page",            3  },
    {"caution-ink",   "caution-surface", 4.5},
    {"caution-ink",   "surface",         4.5},
    {"caution-edge",  "surface",         3  },
    {"caution-edge",  "caution-surface", 3  },
    {"good-ink",      "good-surface",    4.5},
    {"good-ink",      "surface",         4.5},
    {"problem-ink",   "problem-surface", 4.5},
    {"problem-edge",  "problem-surface", 3  },
    {"problem-edge",  "surface",         3  },
};

} // namespace

BOOST_AUTO_TEST_CASE(the_contrast_formula_agrees_with_known_values)
{
    BOOST_TEST(contrast("#000000", "#ffffff") == 21.0, boost::test_tools::tolerance(1e-9));
    BOOST_TEST(contrast("#777777", "#ffffff") == 4.478, boost::test_tools::tolerance(1e-3));
}

BOOST_AUTO_TEST_CASE(text_and_controls_have_enough_contrast_in_both_schemes)
{
    for (auto const& [scheme, colours] : {
             std::pair("light", light()), {"dark", dark()}
    })
    {
        for (auto const& [foreground, background, least] : pairs) {
            BOOST_TEST_CONTEXT(scheme << ": " << foreground << " on " << background)
            BOOST_TEST(contrast(colours.at(foreground), colours.at(background)) >= least);
        }
    }
}

BOOST_AUTO_TEST_CASE(both_schemes_give_every_colour_and_every_colour_is_checked)
{
    std::set<std::string> checked = {"line"};
    for (auto const& pair : pairs)
        checked.insert({pair.foreground, pair.background});

    std::set<std::string> of_light, of_dark;
    for (auto const& [name, colour] : light())
        of_light.insert(name);
    for (auto const& [name, colour] : dark())
        of_dark.insert(name);
    BOOST_TEST(of_light == checked, boost::test_tools::per_element());
    BOOST_TEST(of_dark == checked, boost::test_tools::per_element());
}

BOOST_AUTO_TEST_CASE(rules_name_colours_only_by_property)
{
    auto const text = css();
    static std::regex const given("#[0-9a-fA-F]{3,8}\\b|rgba?\\(|hsla?\\(");
    static std::regex const named("--[a-z-]+: #[0-9a-f]{6};");
    auto const rest = std::regex_replace(text, named, "");
    BOOST_TEST(!std::regex_search(rest, given));

    static std::regex const used("var\\(--([a-z-]+)\\)");
    auto const known = light();
    for (std::sregex_iterator match(text.begin(), text.end(), used), end; match != end; ++match) {
        auto const name = (*match)[1].str();
        BOOST_TEST_CONTEXT(name)
        BOOST_TEST((known.contains(name) || name == "shape"));
    }
}

// The pair under a rule is the pair that was checked.
BOOST_AUTO_TEST_CASE(each_rule_with_text_and_background_is_a_checked_pair)
{
    auto const text = css();
    static std::regex const rule(R"(\{([^{}]*)\})");
    static std::regex const ink(R"(\n\s*color: var\(--([a-z-]+)\))");
    static std::regex const ground(R"(\n\s*background: var\(--([a-z-]+)\))");
    int found = 0;
    for (std::sregex_iterator match(text.begin(), text.end(), rule), end; match != end; ++match) {
        auto const body = (*match)[1].str();
        std::smatch foreground, background;
        if (!std::regex_search(body, foreground, ink) ||
            !std::regex_search(body, background, ground))
            continue;
        ++found;
        bool const checked = std::ranges::any_of(pairs, [&](Pair const& pair) {
            return pair.foreground == foreground[1].str() &&
                   pair.background == background[1].str() && pair.least >= 4.5;
        });
        BOOST_TEST_CONTEXT(body)
        BOOST_TEST(checked);
    }
    BOOST_TEST(found >= 6);
}
