#include "tests/web/page_rules.hpp"

#include "tests/web/markup.hpp"

#include <algorithm>
#include <boost/test/unit_test.hpp>

namespace web_tests {

namespace {

bool contains(std::string_view text, std::string_view part)
{
    return text.find(part) != std::string_view::npos;
}

void check_nesting(markup::Document const& document)
{
    constexpr std::string_view empty_elements[] = {"!doctype", "meta", "link", "img", "input"};
    std::vector<std::string> open;
    for (auto const& tag : document.tags) {
        if (tag.name.starts_with('/')) {
            BOOST_REQUIRE(!open.empty());
            BOOST_TEST(tag.name == "/" + open.back());
            open.pop_back();
        } else if (std::ranges::find(empty_elements, tag.name) == std::end(empty_elements)) {
            if (tag.name == "li")
                BOOST_TEST(open.back() == "ul");
            open.push_back(tag.name);
        }
    }
    BOOST_TEST(open.empty());
}

} // namespace

void check_nothing_inline(std::string const& html, std::string const& script)
{
    for (auto const& tag : markup::read(html).tags) {
        BOOST_TEST(tag.name != "style");
        if (tag.name == "script")
            BOOST_TEST(tag.attribute("src").ends_with("/" + script));
        for (auto const& [name, value] : tag.attributes) {
            BOOST_TEST(!name.starts_with("on"));
            BOOST_TEST(name != "style");
            if (name == "src" || name == "href")
                BOOST_TEST(value.starts_with("/assets/"));
        }
    }
    BOOST_TEST(contains(html, "defer></script>"));
}

void check_well_formed(std::string const& html, std::string const& title)
{
    auto const document = markup::read(html);
    auto const& root = document.tags.at(1);
    BOOST_TEST(html.starts_with("<!doctype html>\n<html "));
    BOOST_TEST(root.attribute("lang") == "en");
    BOOST_TEST(root.attribute("dir") == "ltr");
    BOOST_TEST(contains(document.title, title));
    BOOST_TEST(document.named("h1").size() == 1U);
    BOOST_TEST(document.named("main").size() == 1U);
    check_nesting(document);

    int level = 0;
    for (auto const& tag : document.tags) {
        if (tag.name.size() == 2 && tag.name[0] == 'h' && tag.name[1] <= '6') {
            BOOST_TEST(tag.name[1] - '0' <= level + 1);
            level = tag.name[1] - '0';
        }
        for (auto const* const name : {"aria-labelledby", "aria-describedby", "for", "form"})
            if (auto const id = tag.attribute(name); !id.empty())
                BOOST_TEST(contains(html, "id=\"" + id + "\""));
    }
}

} // namespace web_tests
